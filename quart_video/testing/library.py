"""A library in memory, for an app as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Unpack

from quart import Quart

from quart_video.library.state import app_state
from quart_video.options import SettingOptions
from quart_video.storage.memory import MemoryStorage
from quart_video.testing.film import make_film

_CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"


def sample_videos() -> dict[str, bytes]:
    """Return a few small videos by path, some in a folder, one with captions and chapters."""
    return {
        "Welcome.mp4": make_film(3, title="Welcome", chapters=[(0, "One"), (2, "Two")]),
        "Welcome.en.vtt": _CAPTIONS,
        "Course/Lesson 1.mp4": make_film(2, tint="1"),
        "Course/Lesson 2.mp4": make_film(1, tint="2"),
        "Course/Lesson 10.mp4": make_film(1, tint="10"),
    }


@asynccontextmanager
async def serve_from_memory(
    app: Quart,
    files: Mapping[str, bytes] | None = None,
    *,
    mount: str = "video",
    **settings: Unpack[SettingOptions],
) -> AsyncIterator[MemoryStorage]:
    """Have a library of *app* show files in memory meanwhile, and close it in the end.

    :param files: contents by path; ``None``: :func:`sample_videos`.
    :param mount: full name of the blueprint as registered.
    :param settings: that go before all others meanwhile, as ``signed_urls=True``.
    :returns: what the files are in, to add some, and to remove some.
    :raises KeyError: there is no such mount.
    """
    storage = MemoryStorage(sample_videos() if files is None else files)
    async with app_state(app).mounts[mount].changed(**{**settings, "media_root": storage}):
        yield storage
