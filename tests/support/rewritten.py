"""Have several processes share the work of rewriting the asserts of the tests.

pytest keeps what it has made of a file, for whoever loads it next. All processes load the same
files in the same order at the same time, so that each would rewrite all of them by itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from _pytest.assertion import rewrite


def rewrite_share(config: pytest.Config, files: list[Path]) -> None:
    """Rewrite those of the files that are this process's share, unless that is done."""
    worker = getattr(config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode or rewrite.assertstate_key not in config.stash:
        return
    state = config.stash[rewrite.assertstate_key]
    first = int(worker["workerid"].removeprefix("gw"))
    for file in files[first :: worker["workercount"]]:
        folder = rewrite.get_cache_dir(file)
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / f"{file.stem}{rewrite.PYC_TAIL}"
        if rewrite._read_pyc(file, kept) is None:  # noqa: SLF001 - there is no other way to it
            source, code = rewrite._rewrite_test(file, config)  # noqa: SLF001
            rewrite._write_pyc(state, code, source, kept)  # noqa: SLF001
