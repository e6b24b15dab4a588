"""What a server does about the limit of file descriptors."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from quart_video.servers import descriptors
from quart_video.servers.descriptors import raise_limit


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_limit_is_raised(limits: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    soft, hard = limits
    monkeypatch.setattr(descriptors, "_MOST", soft - 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 10, hard))
    assert raise_limit() == soft - 1
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft - 1, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert raise_limit() == soft  # it is never lowered
