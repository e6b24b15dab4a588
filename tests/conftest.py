"""What all folders of tests use: bounds, a place for what apps keep, and an object store."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from quart import Quart
from werkzeug.datastructures import ImmutableDict

from tests.media.films import BY_NAME
from tests.support import azurite, fork_servers, gcs, swift
from tests.support.apps import KeptTemplates, keep_url_builders
from tests.support.azurite import Azurite
from tests.support.gcs import FakeGCS
from tests.support.rewritten import rewrite_share
from tests.support.swift import SwiftBox

settings.register_profile(
    "quart-video",
    max_examples=50,
    deadline=None,  # a busy machine is no bug
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # there, what fails is the change and not the draw
)
settings.register_profile("check", settings.get_profile("quart-video"), max_examples=10)
settings.register_profile("soak", settings.get_profile("quart-video"), max_examples=200)
settings.register_profile("fuzz", settings.get_profile("quart-video"), max_examples=1000)
settings.load_profile("quart-video")


# Where the shell has started this in the background it ignores these, and so would all servers.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

ROOT = Path(__file__).parents[1]

STARTS_PROGRAMS = {"azure", "films", "google", "store"}
"""Fixtures that start a store, or ffmpeg."""


TOGETHER = {"tests.e2e.chromium": 0, "tests.e2e.engines": 0, "peer: Peer": 1, "SwiftBox": 1}
"""Tests that run in one process where there are several, by words in their modules.

No two browsers play a video at once, and each server is started once for all tables of cases, as
is the store.
"""

APART = {"tests/e2e/test_foretold.py"}
"""Tests with a browser that wait for it nearly all of their minutes, and so may have a process.

They bear a slow one. With the others they took longer than all that the other processes do.
"""

WITH_PROGRAMS = ("tests/benchmarks", "tests/cli", "tests/docs", "tests/e2e", "tests/media")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have several processes that are to run all of the tests rewrite each a part of them."""
    config = session.config
    if config.args == config.getini("testpaths") and not config.getoption("ignore"):
        rewrite_share(config, sorted((ROOT / "tests").rglob("test_*.py")))


@pytest.hookimpl(tryfirst=True)  # before it is decided what to run
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts programs by a fixture, and what is left out of a sample of the cases."""
    tables: dict[str, list[pytest.Item]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and STARTS_PROGRAMS & set(item.fixturenames):
            item.add_marker(pytest.mark.thorough)
        marked = item.get_closest_marker
        if marked("sample") and not (marked("matrix") or marked("slow")):
            tables.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for cases in tables.values():
        (most,) = cases[0].get_closest_marker("sample").args  # type: ignore[union-attr]
        # Spread over the table, as what is alike stands together there.
        kept = {round(number * len(cases) / most) for number in range(most)}
        for number, case in enumerate(cases):
            if number not in kept:
                case.add_marker(pytest.mark.slow)


@cache
def _scope(file: Path) -> str:
    """Return what a file of tests runs together with, after a number: the lower, the longer."""
    name = file.relative_to(ROOT).as_posix()
    if name in APART:
        return f"0 {name}"
    text = file.read_text(encoding="utf-8")
    for words, number in TOGETHER.items():
        if words in text:
            return f"{number}"
    return f"{2 if name.startswith(WITH_PROGRAMS) else 3} {name}"


@pytest.hookimpl(tryfirst=True)  # before the process tells what it has collected
def pytest_collection_finish(session: pytest.Session) -> None:
    """Have several processes begin with what takes longest, so that none waits for it at last."""
    gc.freeze()  # what has been collected stays: the garbage collector need not look at it again
    if hasattr(session.config, "workerinput"):
        session.items.sort(key=lambda item: _scope(item.path)[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Have one process run a file: what is set up for it is set up once."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped] # noqa: PLC0415

    config.option.loadscopereorder = False
    scheduling = LoadFileScheduling(config, log)
    scheduling._split_scope = lambda test: _scope(ROOT / test.partition("::")[0])  # noqa: SLF001
    return scheduling


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the apps of the tests from writing into the folders of the tests.

    They do not look into videos, either: most that are there are none.
    """
    folder = str(tmp_path_factory.mktemp("cache"))
    ours = {"VIDEO_CACHE": folder, "VIDEO_MEDIA_PROCESSES": 0}
    Quart.default_config = ImmutableDict({**Quart.default_config, **ours})
    Quart.jinja_options = {**Quart.jinja_options, "bytecode_cache": KeptTemplates()}
    keep_url_builders()


@pytest.fixture(autouse=True, scope="session")
def _fork_servers() -> Iterator[None]:
    """Start a fork server once, and not for each app."""
    with fork_servers.kept():
        yield


@pytest.fixture
def own_fork_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each app start its own all the same, and end them."""
    monkeypatch.setattr(fork_servers, "most", 0)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Make a real video by its name in :mod:`tests.media.films`, once."""
    folder = tmp_path_factory.mktemp("films")
    return lambda name: BY_NAME[name].make(folder)


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """Return a store that speaks as Azure does, which lives as long as the session."""
    box = azurite.start(tmp_path_factory.mktemp("azurite"))
    try:
        yield box
    finally:
        box.stop()


@pytest.fixture(scope="session")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGCS]:
    """Return a store that speaks as Google's does, which lives as long as the session."""
    box = gcs.start(tmp_path_factory.mktemp("gcs"))
    try:
        yield box
    finally:
        box.stop()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwiftBox]:
    """Return a distributed object store, which lives as long as the session."""
    box = swift.start(tmp_path_factory.mktemp("swift"))
    try:
        yield box
    finally:
        box.stop()
