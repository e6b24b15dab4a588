"""What is known of films that virtual MP4s are made of.

Rule 1: a film is read once. What came of it is kept, and a movie with another sound takes none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from quart_video.bounded import BoundedCache
from quart_video.media.derivative import FILM, Derivative, Source
from quart_video.media.service import DerivativeService
from quart_video.media.workers.protocol import Failed
from quart_video.remux.film_facts import FilmFacts, decode_film_facts
from quart_video.remux.packet_file import is_whole
from quart_video.remux.patched import is_patched

_MOST_KNOWN = 1024 * 1024  # bytes of what is known of films

_T = TypeVar("_T")


def is_known(data: bytes) -> bool:
    """Tell whether *data* is what is known of a film, as it was written."""
    return is_whole(data) or is_patched(data)


class Films:
    """Gets what is known of films.

    :param derivatives: makes and keeps it; not owned.
    """

    def __init__(self, derivatives: DerivativeService) -> None:
        self._derivatives = derivatives
        self._known: BoundedCache[str, FilmFacts] = BoundedCache(_MOST_KNOWN)

    async def film(self, source: Source) -> FilmFacts:
        """Return what is known of a film, found out now if it has to be.

        :raises Failed: no movie can be made of it. The text says why.
        :raises StorageError: as opening the film does.
        """
        known = self._known.get(source.key)
        if known is None:
            known = await self.get(source, FILM, decode_film_facts)
            self._known.put(source.key, known)
        return known

    async def glance(self, source: Source) -> FilmFacts | None:
        """Return what is known of a film already, ``None`` where it is nothing.

        :raises Failed: no movie can be made of it. The text says why.
        """
        known = self._known.get(source.key)
        if known is None:
            data = await self._derivatives.find(source, FILM)
            if data is None:
                await self._derivatives.raise_failure(source, FILM)
                return None
            try:
                known = decode_film_facts(data)
            except ValueError:
                await self._derivatives.forget(source, FILM)
                return None
            self._known.put(source.key, known)
        return known

    async def get(
        self,
        source: Source,
        derivative: Derivative,
        decode: Callable[[bytes], _T],
        *,
        urgent: bool = True,
        retry: bool = False,
    ) -> _T:
        """Return what is made of a film, decoded; what is kept and is broken is made anew."""
        data = await self._derivatives.get(source, derivative, urgent=urgent, retry=retry)
        try:
            return decode(data)
        except ValueError:
            await self._derivatives.forget(source, derivative)
        data = await self._derivatives.get(source, derivative, urgent=urgent)
        try:
            return decode(data)
        except ValueError as error:
            raise Failed(str(error)) from error

    def packets_of(self, source: Source) -> Source:
        """Return as a source what is known of a film's packets; if it is lost, all is made anew."""

        async def lost() -> None:
            self._known.remove(source.key)
            await self._derivatives.forget(source, FILM)

        return self._derivatives.made_of(source, "film", is_whole=is_known, lost=lost)
