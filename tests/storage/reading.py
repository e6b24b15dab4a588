"""What tests of storages read, and the names that none of them may look for."""

from __future__ import annotations

from quart_video.storage.base import Storage

BAD_NAMES = (
    "../clip.mp4",
    "folder/../clip.mp4",
    "./clip.mp4",
    "/clip.mp4",
    "folder//deep/x.mp4",
    "clip.mp4/",
    "clip.mp4\0",
    "folder\\deep",
    ".hidden.mp4",
    ".hidden/x.mp4",
    "a" * 1025,
    "/".join(["a" * 250] * 20),
    "\ud800.mp4",
    "bad\ufffd.mp4",
)


async def read(storage: Storage, path: str, start: int = 0, stop: int | None = None) -> bytes:
    media = await storage.open(path)
    try:
        stop = media.facts.size if stop is None else stop
        if start < stop:
            await media.ready(start, stop)
        chunks = [chunk async for chunk in media.chunks(start, stop)]
        assert all(chunks)
        return b"".join(chunks)
    finally:
        media.close()
        media.close()
