"""What the tests of this room share: subjects, and tasks done by a studio."""

from __future__ import annotations

from pathlib import Path

from quart_video.media import DETAILS, Details, Product, Studio, Subject, decode_details
from quart_video.storage.base import Media
from quart_video.storage.beneath import open_regular
from quart_video.storage.disk import Disk, OpenFile, facts_of
from quart_video.storage.memory import BytesMedia

_DISK = Disk(1)


def on_disk(path: Path) -> Subject:
    async def open_it() -> Media:
        return OpenFile(open_regular(str(path)), _DISK, path.name)

    return Subject(str(path), facts_of(path.stat()).version, open_it)


def elsewhere(path: Path) -> Subject:
    """Return the same as :func:`on_disk`, in a storage that has no descriptors."""
    version = facts_of(path.stat()).version

    async def open_it() -> Media:
        return BytesMedia(path.read_bytes(), version=version)

    return Subject(f"elsewhere:{path}", version, open_it)


async def details_of(studio: Studio, path: Path) -> Details:
    return decode_details(await studio.get(on_disk(path), DETAILS))


async def made(studio: Studio, path: Path, product: Product) -> bytes:
    return await studio.get(on_disk(path), product)
