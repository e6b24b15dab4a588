"""A file that is nowhere: any range of it, out of an index and the sources that it names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import blake2b
from time import monotonic

from quart_video.remux.gather import Read, gather, spans
from quart_video.remux.index_cache import Index
from quart_video.remux.index_file import BrokenIndexError
from quart_video.remux.sources import BlockReader, Scattering, reader_of
from quart_video.remux.track import FILM, LITERAL
from quart_video.storage.base import BY_TIMES, Changed, FileFacts, Media
from quart_video.storage.local.buffers import new_chunk
from quart_video.storage.local.chunk_size import SMALL, AdaptiveChunkSize

IDLE = 10.0
"""Seconds for one chunk after which a viewer counts as one who has paused, and holds no memory."""

_OPEN = 2
"""Parts of a sound track that are open at a time; they follow one another."""

Open = Callable[[int], Awaitable[Media]]
"""Opens a source by its number: :data:`LITERAL` is the index, those above :data:`FILM` are parts of
a sound track. Raises :exc:`StorageError`."""


def version_of(index: Index, film: str) -> str:
    """Return the version of what an index makes of a film in the version *film*; as that, none."""
    if not film:
        return ""
    identity = f"{film}\0{index.head.digest}".encode()
    told = blake2b(identity, digest_size=12).hexdigest()
    # As sure as that of the film: one that may be written again within a tick of a clock.
    return f"{BY_TIMES}{told}" if film.startswith(BY_TIMES) else told


class VirtualMedia:
    """A media out of an index.

    :param film: the source that was indexed, in that very version; owned from now on.
    :param open_source: opens all others.
    :param broken: is called with the number of a source other than the film that turns out not to
        be as it was written, and awaited before that is told.
    """

    def __init__(
        self,
        index: Index,
        film: Media,
        open_source: Open,
        *,
        broken: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        told = film.facts
        version = version_of(index, told.version)
        self.facts = FileFacts(index.head.size, told.modified_ns, version)
        self._index = index
        self._open = open_source
        self._broken = broken
        self._media: dict[int, Media] = {FILM: film}
        self._readers: dict[int, Scattering] = {FILM: reader_of(film)}
        self._first: tuple[int, bytes] | None = None

    async def ready(self, start: int, stop: int) -> None:
        """Have the first bytes from *start* up to *stop* read."""
        size = min(stop - start, SMALL)
        self._first = (start, await self._read(start, size, stop)) if size else None

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes from *start* up to *stop*, as fast as they are taken."""
        loop = asyncio.get_running_loop()
        pace = AdaptiveChunkSize.for_range(stop - start)
        while start < stop:
            first, self._first = self._first, None
            if first is not None and first[0] == start:
                chunk = first[1][: stop - start]
            else:
                chunk = await self._read(start, min(stop - start, pace.size), stop)
            start += len(chunk)
            pause = loop.call_later(IDLE, self._pause) if self._holds else None
            handed_out = monotonic()
            try:
                yield chunk
            finally:
                if pause is not None:
                    pause.cancel()
            pace.note(len(chunk), monotonic() - handed_out)

    async def _read(self, start: int, size: int, stop: int) -> bytes:
        """Return the *size* bytes from *start* on, of those up to *stop* that are wanted."""
        chunk, view = new_chunk(size)
        reads: list[Read] = []
        done = 0
        while done < size:
            try:
                block = await self._index.block_at(start + done, self._read_index)
            except BrokenIndexError as error:
                await self._tell_broken(LITERAL)
                raise Changed(f"the index of a virtual file is broken: {error}") from error
            count = gather(block, start + done, view[done:], reads)
            if not count:
                raise Changed(f"there is no byte {start + done} in a virtual file")
            done += count
        for span in spans(reads):
            reader = self._readers.get(span.source) or await self._reader(span.source)
            if isinstance(reader, BlockReader):
                reader.ahead = stop - start
            try:
                await reader.read_into(span.targets, span.start, span.stop)
            except Changed:
                if span.source != FILM:
                    await self._tell_broken(span.source)
                raise
        return chunk

    async def _tell_broken(self, source: int) -> None:
        if self._broken is not None:
            await self._broken(source)

    async def _read_index(self, start: int, stop: int) -> bytes:
        media = await self._opened(LITERAL)
        stop = min(stop, media.facts.size)
        return b"".join([chunk async for chunk in media.chunks(start, stop)])

    async def _reader(self, number: int) -> Scattering:
        reader = self._readers[number] = reader_of(await self._opened(number))
        return reader

    async def _opened(self, number: int) -> Media:
        media = self._media.get(number)
        if media is None:
            if number >= self._index.head.sources:
                raise Changed(f"there is no source {number}")
            media = self._media[number] = await self._open(number)
            parts = [each for each in self._media if each > FILM]
            for old in parts[:-_OPEN]:
                self._readers.pop(old, None)
                self._media.pop(old).close()
        return media

    @property
    def _holds(self) -> bool:
        """Whether more than the chunk stays in memory while a viewer takes it."""
        return any(isinstance(reader, BlockReader) for reader in self._readers.values())

    def _pause(self) -> None:
        for reader in self._readers.values():
            if isinstance(reader, BlockReader):
                reader.drop()

    def close(self) -> None:
        """Close all sources."""
        for media in self._media.values():
            media.close()
        self._media.clear()
        self._readers.clear()
