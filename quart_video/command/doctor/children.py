"""The child processes that look into files: whether one can be made, bounded, and does its work."""

from __future__ import annotations

import asyncio
import base64
import tempfile
from collections.abc import Iterator
from pathlib import Path

from quart_video.command.doctor.finding import Finding, failure, ok
from quart_video.library.problem_words import problem_in_words
from quart_video.media import DerivativeService, Failed, MemoryCache, Source, available, picture
from quart_video.storage.base import StorageError
from quart_video.storage.local.storage import LocalStorage

_CHECK = "child processes"
_IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5E"
    "rkJggg=="
)
"""A PNG of two by two pixels."""
_JPEG = b"\xff\xd8"


def look_at_children() -> Iterator[Finding]:
    """Yield what comes of a real task, if the extra is there."""
    if available():
        yield judge_children(asyncio.run(_problem()))


async def _problem() -> str | None:
    """Have a child process make a picture out of another, and say why it did not."""
    with tempfile.TemporaryDirectory(prefix="quart-video-") as folder:
        (Path(folder) / "image.png").write_bytes(_IMAGE)
        storage = LocalStorage(folder, threads=1)
        service = DerivativeService(MemoryCache(), most=1)
        try:
            entry = await storage.stat("image.png")
            assert entry.facts is not None
            version = entry.facts.content
            source = Source("image.png", version, lambda: storage.open("image.png"))
            made = await service.get(source, picture(320, "jpeg"))
        except (Failed, StorageError) as error:
            return problem_in_words(str(error)) or type(error).__name__
        finally:
            await service.aclose()
            await storage.aclose()
    return None if made.startswith(_JPEG) else "what it made is no picture"


def judge_children(problem: str | None) -> Finding:
    """Judge what came of the task."""
    if problem is None:
        return ok(_CHECK, "one has made a picture, within its limits")
    return failure(
        _CHECK,
        f"one was to make a picture, and did not: {problem}",
        "Look for what keeps processes from starting: limits of memory (ulimit -v) and of "
        "processes (ulimit -u), seccomp and the like, and what dmesg says.",
    )
