"""A file that a child borrows, against the same bytes in memory."""

from __future__ import annotations

import asyncio
import io
import os
import random
import socket
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest

from quart_video.media.workers.remote_file import BLOCK, OverBudgetError, RemoteFile, serve_reads
from quart_video.storage.base import Unavailable
from quart_video.storage.memory import BytesMedia

DATA = os.urandom(12 * BLOCK + 17)
T = TypeVar("T")


class Counted(BytesMedia):
    """A media that tells what was read of it, and that may fail at a place."""

    def __init__(self, *, broken_at: int = len(DATA)) -> None:
        super().__init__(DATA, version="1")
        self.asked: list[tuple[int, int]] = []
        self._broken_at = broken_at

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        self.asked.append((start, stop))
        async for chunk in super().chunks(start, stop):
            if stop > self._broken_at:
                raise Unavailable("the storage has gone")
            yield chunk


async def borrow(media: Counted, use: Callable[[RemoteFile], T], budget: int = 1 << 30) -> T:
    """Return what *use* makes of the file, in a thread in the child's place.

    :raises StorageError: and OverBudgetError: as lending it does.
    """
    ours, theirs = socket.socketpair()
    ours.settimeout(0)

    def child() -> T:
        with RemoteFile(theirs.detach(), len(DATA)) as file:
            return use(file)

    serving = asyncio.create_task(serve_reads(media, ours, budget))
    try:
        return await asyncio.to_thread(child)
    finally:
        await serving


async def test_as_a_file() -> None:
    def read(file: RemoteFile) -> bytes:
        with io.BufferedReader(file, BLOCK) as buffered:
            return buffered.read()

    media = Counted()
    assert await borrow(media, read) == DATA
    assert len(media.asked) < 8  # the longer the more is read in a row
    assert [start for start, _ in media.asked[1:]] == [stop for _, stop in media.asked[:-1]]


async def test_anywhere() -> None:
    """As of a file in memory, whatever is read and sought."""

    def compare(file: RemoteFile) -> None:
        peer, dice = io.BytesIO(DATA), random.Random(7)
        for _ in range(500):
            whence = dice.choice((os.SEEK_SET, os.SEEK_CUR, os.SEEK_END))
            offset = {
                os.SEEK_SET: dice.randrange(len(DATA) + 100),
                os.SEEK_CUR: dice.randrange(BLOCK),
                os.SEEK_END: -dice.randrange(len(DATA)),
            }[whence]
            assert file.seek(offset, whence) == peer.seek(offset, whence) == file.tell()
            size = dice.randrange(1000)
            data = file.read(size)
            assert data is not None
            assert peer.read(size).startswith(data)
            assert data or size == 0 or file.tell() >= len(DATA)
            peer.seek(file.tell())

    await borrow(Counted(), compare)


async def test_few_blocks_are_asked_for() -> None:
    def look(file: RemoteFile) -> None:
        for place in (0, 1000, BLOCK - 1, len(DATA) - 1, 10):
            file.seek(place)
            assert file.read(1) == DATA[place : place + 1]

    media = Counted()
    await borrow(media, look)
    assert media.asked == [(0, BLOCK), (12 * BLOCK, len(DATA))]


async def test_what_is_read_again_costs_nothing() -> None:
    """Whole blocks count, once each; then the child sees a file that fails."""

    def read(file: RemoteFile) -> bytes | None:
        for number in (0, 1, 2, 0, 1):
            file.seek(number * BLOCK)
            assert file.read(1) == DATA[number * BLOCK :][:1]
        return file.read(BLOCK)

    def read_on(file: RemoteFile) -> None:
        read(file)
        file.seek(3 * BLOCK)
        with pytest.raises(OSError, match="no longer"):
            file.read(1)

    assert await borrow(Counted(), read, 3 * BLOCK) == DATA[BLOCK + 1 : 2 * BLOCK]
    media = Counted()
    with pytest.raises(OverBudgetError):
        await borrow(media, read_on, 3 * BLOCK)
    assert len(media.asked) == 3


async def test_a_storage_that_fails() -> None:
    def read(file: RemoteFile) -> None:
        with pytest.raises(OSError, match="no longer"):
            file.read(1)

    with pytest.raises(Unavailable):
        await borrow(Counted(broken_at=100), read)
