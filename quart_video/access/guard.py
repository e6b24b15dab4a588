"""What one request may have of a library.

Rule 1: views get at videos, folders and captions by way of a :class:`LibraryAccess`, and by no
other.
Rule 2: a LibraryAccess gives nothing away that has not been allowed, and says of the rest that it
is not there, or not to be had.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from quart import request
from werkzeug.exceptions import Forbidden
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video.access.filtered_page import MOST_READ, FilteredListing
from quart_video.access.judge import BATCH, FORBIDDEN, NOTHING, Judge, is_too_deep
from quart_video.access.request_signature import player_grant, signature_problem
from quart_video.access.signed_urls import Grant
from quart_video.catalogue import Item, Neighbours, Page, Query
from quart_video.delivery.context import this_request
from quart_video.delivery.response import http_errors
from quart_video.library.library import Library
from quart_video.library.media_info import homes_of, videos_with
from quart_video.library.state import current_library
from quart_video.media_types import CAPTION_EXTENSIONS, extension
from quart_video.policy.cache_control import Audience
from quart_video.policy.url_signer import PARAMETER
from quart_video.storage.base import Entry, Guess, Media, Unavailable
from quart_video.storage.names import split_path

logger = logging.getLogger("quart_video")

_UNSIGNED = {
    *("gallery", "watch", "api_videos", "api_video", "playlist", "xspf_playlist", "feed"),
    *("health", "health_by_any_name", "static"),
}
"""Endpoints that hand out addresses. All others are what the addresses are signed for."""

_LOOKS = 100  # at a folder that is being read
_PAUSE = 0.2  # seconds between them
_STEPS = 20  # past videos that may not be seen, to the next one that may

Opens = Callable[[str, Guess], Awaitable[Media]]


class LibraryAccess:
    """Somebody at a library: the one way to what is in there.

    :param asks: whether the app is asked what may be had, by the current request.
    :param is_signed: whether there is a signature that says that it has been asked before.
    :param needs_signature: whether nothing that is served by itself may be had without one.
    :param grant: what that signature lets a player have.
    """

    def __init__(
        self,
        library: Library,
        *,
        asks: bool = True,
        is_signed: bool = False,
        needs_signature: bool = False,
        grant: Grant | None = None,
    ) -> None:
        self.library = library
        self.grant = grant
        self._signed = is_signed
        self._judge = Judge(library.authorizer if asks and not is_signed else None, library.mount)
        self._needs_signature = needs_signature

    async def open(self, path: str, likely: Guess) -> Media:
        """Open the video at *path*.

        :param likely: as :meth:`Storage.open` takes it.
        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        await self._require_video(path)
        return await self._open(path, likely)

    async def open_captions(self, path: str, likely: Guess) -> Media:
        """Open the caption file at *path*, for whoever may have a video that it belongs to.

        :param likely: as :meth:`Storage.open` takes it.
        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        await self._require_captions(path)
        return await self._open(path, likely)

    async def _open(self, path: str, likely: Guess) -> Media:
        with http_errors():
            return await self.library.storage.open(path, likely)

    async def captions(self, path: str) -> Entry:
        """Describe the caption file at *path*, for whoever may have a video that it belongs to.

        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        await self._require_captions(path)
        with http_errors():
            entry = await self.library.storage.stat(path)
        if entry.facts is None or extension(path) not in CAPTION_EXTENSIONS:
            raise HTTPNotFound(NOTHING)
        return entry

    async def folder_poster(self, folder: str) -> Entry:
        """Describe the image in *folder* that shows it.

        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        self._require_signature()
        await self._require_folder(folder)
        with http_errors():
            image = await self.library.catalogue.folder_poster(folder)
            if image is None:
                raise HTTPNotFound(NOTHING)
            # As it is now: what the index knows may be of a moment ago.
            entry = await self.library.storage.stat(image.path)
        if entry.facts is None:
            raise HTTPNotFound(NOTHING)
        return entry

    async def item(self, path: str) -> Item:
        """Describe the video at *path*.

        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        await self._require_video(path)
        with http_errors():
            return await self.library.catalogue.find(path)

    async def folder(self, path: str) -> Entry:
        """Describe what is at *path*, which is no video.

        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        await self._require_folder(path)
        with http_errors():
            return await self.library.storage.stat(path)

    async def page(self, query: Query) -> Page:
        """Return one page of a listing, of what may be seen.

        Where an ``authorize`` function has a say, it is asked about one more video than a page
        holds, and one more folder, in one go; about more only where some of them are left out.
        Totals are told only if all that there is has been asked about.

        :raises BadCursor: the cursor is none that this listing gave.
        :raises werkzeug.exceptions.HTTPException: the folder is not there, or not to be had.
        """
        await self._require_folder(query.folder)
        with http_errors():
            if not self._judge.asks:
                return await self.library.catalogue.page(query)
            query = replace(query, contents=False)
            return await FilteredListing(self.library.catalogue, self._judge, query).page()

    async def every(self, query: Query, most: int) -> list[Item]:
        """Return what is on all pages of a listing, and may be seen.

        :param most: videos to return. Where the app has a say, no more than so many are asked
            about, as for a page.
        :raises werkzeug.exceptions.HTTPException: the folder is not there, or not to be had.
        """
        found: list[Item] = []
        read = 0
        async with aclosing(self.walk(query)) as batches:
            async for count, allowed in batches:
                read += count
                found += allowed
                most_read = MOST_READ if self._judge.asks else most
                if len(found) >= most or read >= most_read or self._judge.has_asked_enough:
                    break
        return found[:most]

    async def walk(self, query: Query) -> AsyncGenerator[tuple[int, list[Item]], None]:
        """Yield what is on all pages of a listing: how many were read, and those that may be seen.

        :raises werkzeug.exceptions.HTTPException: the folder is not there, or not to be had.
        """
        await self._require_folder(query.folder)
        batch: list[Item] = []
        with http_errors():
            async with aclosing(self.library.catalogue.every(query)) as items:
                async for item in items:
                    batch.append(item)
                    if len(batch) == BATCH:
                        yield len(batch), await self._judge.allowed(batch)
                        batch = []
            yield len(batch), await self._judge.allowed(batch)

    async def whole_folder(self, folder: str) -> AsyncGenerator[tuple[list[Entry], list[Item]]]:
        """Yield batches of all folders and videos in *folder* that may be seen, by name.

        The first batch comes when the folder has been read: whoever mirrors it takes for deleted
        what is not there. One batch is in memory at a time, and the app is asked about no more.

        :raises werkzeug.exceptions.HTTPException: the folder is not there, or not to be had.
        """
        await self._require_folder(folder)
        query = Query(folder, limit=BATCH, contents=False)
        with http_errors():
            first = page = await self._read_page(query)
            yield await self._of_batch(page.folders, ())
            while page.next_folders_cursor is not None:
                page = await self._read_page(replace(query, cursor=page.next_folders_cursor))
                yield await self._of_batch(page.folders, ())
            page = first
            yield await self._of_batch((), page.items)
            while page.next_cursor is not None:
                page = await self._read_page(replace(query, cursor=page.next_cursor))
                yield await self._of_batch((), page.items)

    async def _read_page(self, query: Query) -> Page:
        """Return a page of a folder that is not being read anew just now.

        :raises Unavailable: it takes too long.
        """
        for _ in range(_LOOKS):
            page = await self.library.catalogue.page(query)
            if not page.scanning:
                return page
            await asyncio.sleep(_PAUSE)
        raise Unavailable(f"the folder {query.folder!r} is still being read", retry_after=5)

    async def _of_batch(
        self, folders: Sequence[Entry], items: Sequence[Item]
    ) -> tuple[list[Entry], list[Item]]:
        self._judge.forget()
        return await self._judge.allowed_of(folders, items)

    async def neighbours(self, path: str) -> Neighbours:
        """Return the nearest videos in the folder, before and after *path*, that may be seen.

        :raises werkzeug.exceptions.HTTPException: the folder is not there, or not to be had.
        """
        await self._require_folder(path.rpartition("/")[0])
        with http_errors():
            found = await self.library.catalogue.neighbours(path)
            hidden = await self._hidden_of(found)
            for _ in range(_STEPS):
                if not hidden:
                    return found
                found = await self._past(found, hidden)
                hidden = await self._hidden_of(found)
        # One side has hidden ones without end; what is on the other may be seen all the same.
        return Neighbours(
            None if found.previous in hidden else found.previous,
            None if found.next in hidden else found.next,
        )

    async def _hidden_of(self, neighbours: Neighbours) -> list[Item]:
        sides = [item for item in (neighbours.previous, neighbours.next) if item is not None]
        allowed = await self._judge.allowed(sides)
        return [item for item in sides if item not in allowed]

    async def _past(self, found: Neighbours, hidden: Sequence[Item]) -> Neighbours:
        """Return neighbours one step further out, where they are hidden."""
        neighbours = self.library.catalogue.neighbours
        previous, following = found.previous, found.next
        if previous in hidden and previous is not None:
            previous = (await neighbours(previous.entry.path)).previous
        if following in hidden and following is not None:
            following = (await neighbours(following.entry.path)).next
        return Neighbours(previous, following)

    @property
    def audience(self) -> Audience:
        """Whom the answer to this request is for."""
        return self.library.audience(is_signed=self._signed)

    def _require_signature(self) -> None:
        if self._needs_signature:
            logger.warning("Refused %r: it has no signature", request.path)
            raise Forbidden(FORBIDDEN)

    async def _require_video(self, path: str) -> None:
        self._require_signature()
        self._require_names(path)
        await self._judge.require_video(path)

    async def _require_folder(self, path: str) -> None:
        self._require_names(path)
        await self._judge.require_folder(path)

    def _require_names(self, path: str) -> None:
        """Refuse what nothing can be called, before anything is made of it or asked about it."""
        with http_errors():
            split_path(path)
        if self._judge.asks and is_too_deep(path):
            raise HTTPNotFound(NOTHING)

    async def _require_captions(self, path: str) -> None:
        self._require_signature()
        self._require_names(path)
        if self._judge.asks:
            homes = await self._judge.allowed_homes(homes_of(path))
            with http_errors():
                videos = await videos_with(self.library, path, homes)
            await self._judge.require_one_of(videos)


async def current_access() -> LibraryAccess:
    """Return the way to the library that the current request came in by.

    :raises werkzeug.exceptions.Forbidden: the request carries a signature that is not right.
    """
    library = await current_library()
    request = this_request()
    # Most requests have no parameters: there is nothing to parse then.
    is_signed = bool(request.query_string) and PARAMETER in request.args
    if is_signed and (problem := signature_problem(library)) is not None:
        logger.warning("Refused %r: %s", request.path, problem)
        raise Forbidden(FORBIDDEN)
    # Where the app is asked, it is asked in place of that.
    needs_signature = (
        library.settings.signed_urls
        and not is_signed
        and library.authorizer is None
        and (request.endpoint or "").rpartition(".")[2] not in _UNSIGNED
    )
    return LibraryAccess(
        library,
        is_signed=is_signed,
        needs_signature=needs_signature,
        grant=player_grant() if is_signed else None,
    )
