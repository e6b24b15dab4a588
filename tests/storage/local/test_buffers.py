from __future__ import annotations

import os

import pytest

from quart_video.storage.local.buffers import new_chunk
from quart_video.storage.local.chunk_size import LARGE


@pytest.mark.parametrize("size", [1, 2, 255, 4096, LARGE - 1, LARGE])
def test_view_defines_the_bytes(size: int) -> None:
    data = os.urandom(size)
    chunk, view = new_chunk(size)
    assert type(chunk) is bytes
    assert view.nbytes == len(chunk) == size
    view[:] = data
    assert chunk == data
    assert hash(chunk) == hash(data)


def test_no_chunk_shares_memory_with_another() -> None:
    made = [new_chunk(1 + n % 3) for n in range(256)]
    for number, (chunk, view) in enumerate(made):
        view[:] = bytes([number]) * len(chunk)
    assert [chunk for chunk, _ in made] == [bytes([n]) * (1 + n % 3) for n in range(256)]
    assert bytes([7]) == b"\x07"  # the objects that Python keeps for single bytes are untouched


def test_chunk_outlives_its_view() -> None:
    chunk, view = new_chunk(100_000)
    view[:] = b"x" * 100_000
    view.release()
    assert chunk == b"x" * 100_000
