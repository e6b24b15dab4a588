"""A library on disk, and a browser without JavaScript that opens its pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from quart import Quart
from quart.typing import TestClientProtocol

from quart_video import video_bp
from tests.web.pages.document import Element, parse

WHEN = 1_763_817_300  # 2025-11-22T13:15:00Z


class Browser:
    """Opens pages of an app, and insists that they are pages."""

    def __init__(self, client: TestClientProtocol) -> None:
        self.client = client

    async def open(self, url: str) -> Element:
        response = await self.client.get(url, headers={"Accept": "text/html"})
        assert response.status_code == 200, f"{url} answers {response.status_code}"
        assert response.content_type == "text/html; charset=utf-8"
        return parse(await response.get_data(as_text=True))

    async def status(self, url: str) -> int:
        return (await self.client.get(url)).status_code


class Put(Protocol):
    def __call__(self, path: str, *, size: int = 0, when: float = WHEN) -> Path: ...


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def put(library: Path) -> Put:
    """Put a sparse file of this size and age into the library."""

    def put(path: str, *, size: int = 0, when: float = WHEN) -> Path:
        file = library / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.truncate(file, size)
        os.utime(file, (when, when))
        return file

    return put


@asynccontextmanager
async def browsing(app: Quart) -> AsyncIterator[Browser]:
    async with app.test_app() as test_app:
        yield Browser(test_app.test_client())


@pytest.fixture
def make_app(library: Path, tmp_path: Path) -> Callable[..., Quart]:
    """Make a host app; its own templates are looked for in ``tmp_path / "templates"``."""

    def make_app(*, mount: dict[str, Any] | None = None, **config: Any) -> Quart:
        app = Quart(__name__, template_folder=str(tmp_path / "templates"))
        app.config.update({"MEDIA_ROOT": str(library)} | config)
        app.register_blueprint(video_bp, **(mount or {}))
        return app

    return make_app


@pytest.fixture
async def browser(make_app: Callable[..., Quart]) -> AsyncIterator[Browser]:
    async with browsing(make_app()) as browser:
        yield browser
