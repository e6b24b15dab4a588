"""A bucket of an object store as a storage: Amazon S3 and what speaks it, Google Cloud, Azure."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Collection, Sequence
from hashlib import blake2b
from itertools import islice
from time import monotonic
from typing import TypeVar

from quart_video.storage.base import (
    CannotWalk,
    Denied,
    Digest,
    Entry,
    FileFacts,
    Guess,
    NotFound,
    StorageError,
    Unavailable,
    nothing,
)
from quart_video.storage.listed import study_listed
from quart_video.storage.object_store.client import (
    Broken,
    Bucket,
    NothingThere,
    Object,
    OddKey,
    Refused,
    Rejected,
    Unknown,
)
from quart_video.storage.object_store.media import ObjectMedia
from quart_video.storage.object_store.sources import Sources
from quart_video.storage.object_store.tree import Tree
from quart_video.storage.visible import VisibleNames

logger = logging.getLogger("quart_video")

_FAR = 2**60  # bytes; whoever asks for as many asks for all

_LET_IN = 30.0
"""Seconds for which it is believed that the store lets us in, or that it does not."""

_AT_ONCE = 200  # rows of a listing before the event loop gets a turn: two milliseconds

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # obstore takes such keys for impossible

# opaque-tag of RFC 9110, section 8.8.3, of printable ASCII
_STRONG_TAG = re.compile(r'"?([\x21\x23-\x7e]+)"?')

T = TypeVar("T")


def facts_of(found: Object) -> FileFacts:
    """Describe an object. The version is the store's own tag, where that is a strong one.

    So whoever is sent to the store, and comes back with the tag it gave, is understood.
    """
    # Some stores tell the time more precisely in a listing than of one object.
    modified = int(found.modified.timestamp())
    match = _STRONG_TAG.fullmatch(found.etag)
    if match and not found.etag.startswith("W/"):
        version = match[1]
    else:
        identity = f"{found.etag}:{found.size}:{modified}"
        version = blake2b(identity.encode(), digest_size=12).hexdigest()
    return FileFacts(size=found.size, modified_ns=modified * 1_000_000_000, version=version)


class ObjectStorage:
    """The visible objects of a bucket; its folders are what the slashes in their keys tell.

    :param reserved: names in the root that are taken as absent.
    :param streams: extensions, in lower case, of MPEG transport streams. An object of such a name
        that holds text, such as a source in TypeScript, is taken as absent.
    """

    def __init__(
        self, bucket: Bucket, *, reserved: Collection[str] = (), streams: Collection[str] = ()
    ) -> None:
        self._bucket = bucket
        self._sources = Sources(bucket, streams)
        self._names = VisibleNames(reserved)
        self._let_in: bool | None = None
        self._let_in_until = 0.0
        self._closed = False

    async def list(self, folder: str) -> Sequence[Entry]:
        """Return the visible entries of *folder*, in the order of their keys."""
        self._split(folder)
        try:
            objects, prefixes = await self._bucket.folder(folder)
        except (OddKey, Broken) as error:
            logger.info("Asked for once more, in another way: %s", error)
            objects, prefixes = await self._bucket.folder_with_odd_keys(folder)
        if not objects and not prefixes:
            await self._bucket.prove()
            if folder:
                raise NotFound(f"there is no folder {folder!r}")
        texts = await self._sources.among(objects)
        rows: list[str | Object] = [*prefixes, *(each for each in objects if each.key not in texts)]
        entries = []
        for number, found in enumerate(rows, start=1):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            entry = self._entry(folder, found)
            if entry is not None:
                entries.append(entry)
        return entries

    def _entry(self, folder: str, found: str | Object) -> Entry | None:
        """Describe a row of a listing: the path of a folder, or an object."""
        path = found if isinstance(found, str) else found.key
        above, _, name = path.rpartition("/")
        # Else it is what programs put in the place of an empty folder, an object called "folder/".
        if above != folder or path == folder or not self._names.shows(folder, name):
            return None
        if _CONTROL.search(name):
            self._names.report(path, "a control character, by which it cannot be asked for")
            return None
        return Entry(path, facts_of(found) if isinstance(found, Object) else None)

    async def walk(self) -> AsyncIterator[tuple[str, Sequence[Entry]]]:
        """Yield each folder with its entries, out of one listing of all keys.

        As keys are sorted, all that is in a folder comes in a row.
        """
        tree = Tree(self._names)
        try:
            async for page in self._bucket.pages(""):
                rows = iter(page)
                while objects := [*islice(rows, _AT_ONCE)]:
                    texts = await self._sources.among(objects)
                    for found in objects:
                        if found.key not in texts:
                            for folder in tree.add(found.key, facts_of(found)):
                                yield folder
                    await asyncio.sleep(0)
            # Else the end of the list may be a page that is none.
            await self._bucket.prove()
        except (OddKey, Broken) as error:
            raise CannotWalk(str(error)) from error
        for folder in tree.end():
            yield folder

    async def fingerprints(self, folders: Sequence[str]) -> Sequence[None]:
        """Tell nothing: a store keeps nothing of a folder as such."""
        return [None] * len(folders)

    async def study(self, folders: Sequence[str], digest: Digest[T]) -> Sequence[T | StorageError]:
        """Return what *digest* makes of the first of *folders*; there is no fingerprint."""
        return await study_listed(self.list, folders, digest)

    async def stat(self, path: str) -> Entry:
        """Describe the object or folder at *path*."""
        self._split(path)
        if path:
            try:
                found = await self._head(path)
            except NotFound:
                if not await self._bucket.holds(path):
                    raise
            else:
                await self._sources.refuse(found)
                return Entry(path, facts_of(found))
        return Entry(path)

    async def open(self, path: str, likely: Guess = nothing) -> ObjectMedia:
        """Open the object at *path*: with its first bytes, where some are likely to be read."""
        if not self._split(path):
            raise NotFound("the root is no file")
        first = likely()
        if first is not None and first.start < _FAR:
            stop = first.stop if first.stop < _FAR else None
            try:
                body = await self._bucket.receive(path, first.start, stop)
            except (NothingThere, Refused, Rejected):
                pass  # the other way of asking tells more
            except Unknown:
                self._let_in = None  # which was with other credentials, or when they still held
                raise
            else:
                found = body.object
                try:
                    await self._sources.refuse(found)
                except BaseException:
                    body.close()
                    raise
                return ObjectMedia(
                    self._bucket, found, facts_of(found), body=body, start=first.start, stop=stop
                )
        found = await self._head(path)
        await self._sources.refuse(found)
        return ObjectMedia(self._bucket, found, facts_of(found))

    async def presign(self, method: str, path: str, *, seconds: int) -> str:
        """Return a URL of the store by which anyone may *method* the object at *path*.

        :param seconds: for which it holds.
        :raises Unavailable: the credentials that it takes cannot be had.
        """
        self._split(path)
        return await self._bucket.sign(method, path, seconds)

    async def check(self) -> None:
        """See whether the store lets us list what it has."""
        if not await self._bucket.holds("", aside=True):
            await self._bucket.prove(aside=True)

    async def aclose(self) -> None:
        """Answer nothing more."""
        self._closed = True
        self._bucket.close()
        # The threads of obstore may be about to hand over what nobody waits for any more.
        await asyncio.sleep(0.05)

    def _split(self, path: str) -> tuple[str, ...]:
        if self._closed:
            raise Unavailable("the storage was closed")
        return self._names.split(path)

    async def _head(self, path: str) -> Object:
        """Ask for an object.

        :raises Denied: the store lets us in, but not to this object.
        """
        try:
            return await self._bucket.head(path)
        except Refused:
            # To some, an object that is not there is one that may not be known.
            if await self._lets_us_in():
                raise Denied(f"{path!r}: the store does not let us read it") from None
            raise

    async def _lets_us_in(self) -> bool:
        now = monotonic()
        if self._let_in is None or now > self._let_in_until:
            try:
                await self._bucket.holds("")
            except Refused:
                self._let_in = False
            else:
                self._let_in = True
            self._let_in_until = now + _LET_IN
        return self._let_in
