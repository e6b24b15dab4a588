"""The turn to scan: one process has it, and leaves it when it ends, whatever it is about then."""

from __future__ import annotations

import fcntl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quart_video.catalogue.index.index import Index
from quart_video.catalogue.sync.scanner import Turn


def turn(folder: Path) -> Turn:
    return Turn(Index(str(folder)))


def test_one_has_the_turn_until_it_ends(tmp_path: Path) -> None:
    one, another = turn(tmp_path), turn(tmp_path)
    assert [one.take(), one.take(), another.take()] == [True, True, False]
    one.end()
    assert another.take()
    assert not one.take()
    another.end()


def test_who_ends_while_taking_the_turn_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_locking, has_ended = threading.Event(), threading.Event()
    flock = fcntl.flock

    def slowly(descriptor: int, operation: int) -> None:
        is_locking.set()
        assert has_ended.wait(30)
        flock(descriptor, operation)

    one = turn(tmp_path)
    with ThreadPoolExecutor() as threads, monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", slowly)
        taking = threads.submit(one.take)
        assert is_locking.wait(30)
        one.end()
        has_ended.set()
        assert not taking.result(30)
    another = turn(tmp_path)
    assert another.take()
    another.end()
