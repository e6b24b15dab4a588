"""What the tests of this room share: subjects, and tasks done by a studio."""

from __future__ import annotations

from pathlib import Path

from quart_video.media import (
    DETAILS,
    Derivative,
    DerivativeService,
    Details,
    Source,
    decode_details,
)
from quart_video.storage.base import Media
from quart_video.storage.local.disk import Disk, OpenFile, facts_of
from quart_video.storage.local.safe_open import open_regular
from quart_video.storage.memory import BytesMedia

_DISK = Disk(1)


def on_disk(path: Path) -> Source:
    async def open_it() -> Media:
        return OpenFile(open_regular(str(path)), _DISK, path.name)

    return Source(str(path), facts_of(path.stat()).content, open_it)


def elsewhere(path: Path) -> Source:
    """Return the same as :func:`on_disk`, in a storage that has no descriptors."""
    version = facts_of(path.stat()).content

    async def open_it() -> Media:
        return BytesMedia(path.read_bytes(), version=version)

    return Source(f"elsewhere:{path}", version, open_it)


async def details_of(derivatives: DerivativeService, path: Path) -> Details:
    return decode_details(await derivatives.get(on_disk(path), DETAILS))


async def made(derivatives: DerivativeService, path: Path, product: Derivative) -> bytes:
    return await derivatives.get(on_disk(path), product)
