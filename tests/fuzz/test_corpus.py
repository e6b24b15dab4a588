"""What fuzzing has found is tried again each time, and has to be worth its place."""

from __future__ import annotations

import pytest

from tests.fuzz import corpus_files as corpus
from tests.fuzz.targets import TARGETS

MOST_BYTES = 20_000
"""Of one file of the corpus."""


@pytest.mark.parametrize("name", TARGETS)
def test_all_that_is_kept_holds(name: str) -> None:
    inputs = corpus.read(name)
    assert inputs
    assert len({*inputs}) == len(inputs)
    for data in inputs:
        TARGETS[name](data)


def test_each_file_belongs_to_a_target_and_is_small() -> None:
    assert corpus.names() == sorted(TARGETS)
    assert all(corpus.path_of(name).stat().st_size <= MOST_BYTES for name in TARGETS)


@pytest.mark.parametrize("data", [b"", b"\\", b"\n\r\0", bytes(range(256)), b"\\n", b" "])
def test_an_input_is_read_as_it_was_written(data: bytes) -> None:
    line = corpus.line_of(data)
    assert line.isascii()
    assert line.isprintable()
    assert line == line.rstrip()
    assert corpus.data_of(line) == data
