"""Fixtures: the media, the servers that serve them, and the clients that ask."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests.e2e.film import make as make_film
from tests.e2e.harness import KERNEL, PEERS, SERVERS, SLOW_KERNELS, Peer, Server, Servers
from tests.e2e.matrix import left_to_the_matrix
from tests.e2e.site import Site, build
from tests.e2e.stored import environment, upload
from tests.support.swift import SwiftBox

STORED = "uvicorn-store"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the folder of media."""
    return build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def servers(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Return what starts servers; they live as long as the session."""
    running = Servers(site.root, tmp_path_factory.mktemp("servers"))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(autouse=True)
def _quiet(servers: Servers) -> Iterator[None]:
    """Fail the test if a server logs an error meanwhile that the test does not expect."""
    yield
    servers.expect_quiet()


@pytest.fixture(params=[*SERVERS, *SLOW_KERNELS])
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    """Return each kind of server in turn."""
    return servers.server(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have each kind of server, and HTTP version, tested in turn, and an object store's media."""
    given = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "peer" in metafunc.fixturenames and "peer" not in given:
        marked = metafunc.definition.get_closest_marker
        stored = marked("over_a_store") and not marked("on_disk")
        names = (*PEERS, STORED) if stored else PEERS
        metafunc.parametrize("peer", [*names, KERNEL, *SLOW_KERNELS[1:]], indirect=True)


@pytest.hookimpl(tryfirst=True)  # before it is decided what to run
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is left to the whole matrix, of the tests that are tables."""
    marked = [(item, item.get_closest_marker("table")) for item in items]
    tables = [(item, mark) for item, mark in marked if mark and isinstance(item, pytest.Function)]
    cases = [
        (item.nodeid.partition("[")[0], item.callspec.params, mark.kwargs.get("odd", True))
        for item, mark in tables
    ]
    for (item, _), left in zip(tables, left_to_the_matrix(cases), strict=True):
        if left:
            item.add_marker(pytest.mark.matrix)


@pytest.fixture
def peer(request: pytest.FixtureRequest, servers: Servers) -> Peer:
    """Return the server, and the HTTP version, that a test is about."""
    if request.param == STORED:
        peer: Peer = request.getfixturevalue("stored_peer")
        return peer
    return servers.peer(request.param)


@pytest.fixture
def hypercorn(servers: Servers, film: Path) -> Server:
    """Return the server that Quart recommends, with the film."""
    assert film.exists()
    return servers.server("hypercorn")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a Chromium; modules that ask for it import :mod:`tests.e2e.chromium`."""
    from tests.e2e.chromium import launched  # noqa: PLC0415 - needs Playwright

    with launched() as chromium:
        yield chromium


@pytest.fixture
def new_page(browser: Any) -> Iterator[Any]:
    """Return what opens a page in a browser profile of its own."""
    from tests.e2e.chromium import pages_of  # noqa: PLC0415 - needs Playwright

    with pages_of(browser) as new:
        yield new


@pytest.fixture
def folder(site: Site) -> Iterator[Path]:
    """Return a new folder of the site's, which no server knows anything of yet."""
    path = Path(mkdtemp(prefix="test-", dir=site.root))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def stored(site: Site, store: SwiftBox) -> SwiftBox:
    """Return the store, with the media in it."""
    upload(site, store)
    return store


@pytest.fixture(scope="session")
def stored_peer(servers: Servers, stored: SwiftBox) -> Peer:
    """Return a server that serves the media out of the store."""
    return servers.peer("uvicorn", **environment(stored))


@pytest.fixture(scope="session")
def film(site: Site) -> Path:
    """Return a real film that is served at ``/videos/film/clock.mp4``."""
    path = site.root / "film" / "clock.mp4"
    path.parent.mkdir()
    make_film(path)
    return path
