"""What the machine gives, with each fault in its place."""

from __future__ import annotations

import multiprocessing
import resource
import sqlite3
from typing import Any

import pytest

from quart_video.catalogue.index import schema
from quart_video.command.doctor.system import (
    judge_clock,
    judge_files,
    judge_semaphores,
    judge_sqlite,
    look_at_system,
)


def states() -> dict[str, str]:
    return {each.check: each.state for each in look_at_system()}


def test_this_machine() -> None:
    assert states()["SQLite"] == states()["clock"] == "ok"


def test_no_index_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("near WITHOUT: syntax error")

    monkeypatch.setattr(schema, "create", refuse)
    assert states()["SQLite"] == "failure"
    assert "near WITHOUT" in judge_sqlite("near WITHOUT").told


def test_no_semaphores(monkeypatch: pytest.MonkeyPatch) -> None:
    class Context:
        def Semaphore(self) -> Any:  # noqa: N802 - as it is called there
            raise OSError(30, "Read-only file system")

    monkeypatch.setattr(multiprocessing, "get_context", lambda _: Context())
    assert states()["/dev/shm"] == "warning"  # noqa: S108 - it is only spoken of
    assert judge_semaphores(None).state == "ok"


@pytest.mark.parametrize(
    ("soft", "hard", "state", "words"),
    [
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, "ok", "any number"),
        (1024, 4096, "ok", "1,024"),
        (256, 4096, "ok", "256, and more for quart-video serve"),
        (256, resource.RLIM_INFINITY, "ok", "256, and more for quart-video serve"),
        (256, 512, "warning", "512 may be open at once"),
        (64, 64, "failure", "64 may be open at once"),
    ],
)
def test_open_files(soft: int, hard: int, state: str, words: str) -> None:
    found = judge_files(soft, hard)
    assert found.state == state
    assert found.told.startswith(words)


def test_few_files_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 100))
    assert states()["open files"] == "failure"


def test_a_clock_that_was_never_set() -> None:
    assert judge_clock(3600).state == "failure"
    assert "1970-01-01 01:00:00 UTC" in judge_clock(3600).told
    assert judge_clock(1_800_000_000).state == "ok"
