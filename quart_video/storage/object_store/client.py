"""A bucket of an object store, by way of obstore: the only module that knows it.

Its errors are turned into ours here, once, and their texts go nowhere: they hold addresses, keys
and what the store said. Each request may take a while, and each may fail.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic
from typing import Any
from urllib.parse import quote

import obstore
from obstore.exceptions import (
    BaseError,
    InvalidPathError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
    UnknownConfigurationKeyError,
)
from obstore.store import AzureStore, GCSStore, S3Store

from quart_video.concurrency import Threads
from quart_video.storage.base import (
    BadName,
    Changed,
    NotFound,
    StorageError,
    Unavailable,
    pool_errors,
)
from quart_video.storage.names import join
from quart_video.storage.object_store import s3_raw_list, said
from quart_video.storage.object_store.aws_profile import with_profile
from quart_video.storage.object_store.url import Location

CHUNK = 1024 * 1024
"""Bytes that are handed over at once. Each handing over costs a tenth of a millisecond."""

_SMALL = 64 * 1024
"""The same of a store that does not send as many in time: what has come is not to be lost."""

_SLOW = 60.0
"""Seconds for which a store that was slow counts as such."""

_ASKING = 32
"""Questions at once, besides the media that are being received."""

_LISTING = 300.0
"""Seconds for all pages of the listing of one folder, which come one after the other."""

_PAGE = 1000
"""Objects that are listed at once, which is what stores send at once."""

_ROUND = 100
"""A list whose rows are a multiple of this may be one page of it, and the store does not say so."""

# What the HTTP client is told, and not the store.
_CLIENT_OPTIONS = {
    "allow_http",
    "allow_invalid_certificates",
    "connect_timeout",
    "http1_only",
    "pool_idle_timeout",
    "pool_max_idle_per_host",
    "proxy_ca_certificate",
    "proxy_excludes",
    "proxy_url",
    "randomize_addresses",
    "root_certificate",
    "user_agent",
}


class BadOption(ValueError):
    """The options of a store cannot be used; the text holds none of their values."""


class Refused(Unavailable):
    """The store does not let us in, or not to this object: for some, that is the same answer."""


class Unknown(Unavailable):
    """The store does not take our credentials, whatever is asked for."""


class Slow(Unavailable):
    """The store has answered, and its bytes do not come in time."""


class NothingThere(Unavailable):
    """No byte asked for lies in the object."""


class Rejected(Unavailable):
    """The store takes a request for wrong: some say so of a range behind the end."""


class OddKey(StorageError):
    """Among the keys to be listed is one that obstore takes for impossible, and it gives none."""


class Encoded(Unavailable):
    """What the store has is compressed, and what it is of is not to be had in ranges."""


class BrokeOff(Unavailable):
    """The store answered, and the bytes ended before all of them had come."""


class Broken(Unavailable):
    """The store failed, perhaps on a key that cannot be written in its XML."""


@dataclass(frozen=True, slots=True)
class Object:
    """What a store says of one object."""

    key: str
    """Path below the prefix."""
    size: int
    modified: datetime
    etag: str
    """As the store writes it; empty where it has none."""


def _object(meta: Any) -> Object:
    return Object(meta["path"], meta["size"], meta["last_modified"], meta["e_tag"] or "")


_NO_CODING = {"", "identity", "aws-chunked"}
"""What stores have in Content-Encoding of an object that is as it is; the last is S3's way in."""


def _described(what: str, result: Any) -> Object:
    """Return what a store answered.

    :raises Encoded: its bytes are not those of the file, but of it compressed.
    """
    written = result.attributes.get("Content-Encoding", "")
    if not {coding.strip().lower() for coding in written.split(",")} <= _NO_CODING:
        raise Encoded(
            f"{what} is in the store with Content-Encoding: {written[:80]!r}, and has to be put "
            "there without: neither can a range of it be read, nor what is inside it",
            retry_after=30,
        )
    return _object(result.meta)


@contextmanager
def _errors(what: str, *, sending: bool = False) -> Iterator[None]:
    """Turn what obstore raises into errors of ours, which name *what* and nothing else.

    :param sending: whether the store has answered, and its bytes are awaited.
    :raises StorageError: as it is.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise _absence(what, str(error)) from None
    except PreconditionError:
        raise Changed(f"{what} was replaced in the store meanwhile") from None
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise _refusal(what, str(error)) from None
    except TimeoutError:
        kind = Slow if sending else Unavailable
        raise kind(f"{what}: the store does not answer in time") from None
    except InvalidPathError:
        raise OddKey(f"{what} holds a key that is no path") from None
    except ValueError:
        raise BadName(f"{what}: no such key is possible") from None
    except BaseError as error:
        text = str(error)
        if sending and said.status(text) is None:
            raise BrokeOff(
                f"{what}: the store does not send all that it announced, or broke off"
            ) from None
        raise _read(what, text) from None


def _absence(what: str, text: str) -> StorageError:
    if said.is_of_bucket(text):
        return Unavailable(f"{what}: the store has no such bucket", retry_after=30)
    return NotFound(f"{what}: the store has no such object")


def _refusal(what: str, text: str) -> StorageError:
    words = said.words(text) or (
        f"the store refuses us{said.quoted(text)}; are the credentials right, and do they allow it?"
    )
    kind = Unknown if said.is_of_credentials(text) else Refused
    return kind(f"{what}: {words}", retry_after=30)


def _read(what: str, text: str) -> StorageError:
    """Name an error that obstore tells of in words alone."""
    if "invalid list response" in text:
        return Broken(f"{what}: the store sends what cannot be read")
    if "but object was only" in text:  # a store answered, and obstore saw that it is none
        return NothingThere(f"{what} ends before the bytes that were asked for")
    if "non-partial response" in text:
        return Unavailable(
            f"{what}: the store answers ranges as if the whole had been asked for (RFC 9110, "
            "section 15.3.7), as Google's does where Content-Encoding is gzip, so nothing can be "
            'read. VIDEO_STORE_DELIVERY = "redirect" has players ask it themselves'
        )
    if words := said.words(text):
        kind = Unknown if said.is_of_credentials(text) else Unavailable
        return kind(f"{what}: {words}", retry_after=30)
    return _named(what, said.status(text), said.quoted(text))


_CUT = "the store has more than it lists: does it know ListObjectsV2?"
_UNSIGNED = (
    'VIDEO_STORE_DELIVERY = "redirect" takes credentials that can sign an address, such as keys or '
    "a service account; these cannot, or they cannot be had"
)


def _named(what: str, status: int | None, code: str) -> StorageError:
    """Name an error that obstore has no name for."""
    if status is None:
        return Unavailable(f"{what}: the store cannot be reached, or broke off")
    if status in (401, 403):
        return Refused(
            f"{what}: the store refuses us{code}; are the credentials right?", retry_after=30
        )
    if status == 416:
        return NothingThere(f"{what} ends before the bytes that were asked for")
    if status == 404:
        return Unavailable(f"{what}: the store has no such bucket", retry_after=30)
    kind = {400: Rejected, 500: Broken}.get(status, Unavailable)
    return kind(f"{what}: the store answers with status {status}{code}")


class Body:
    """Bytes of one object that are being received; whoever has it closes it.

    :param object: what the store said of the object with the bytes.
    """

    def __init__(
        self, found: Object, stream: Any, what: str, timeout: float, release: Callable[[], None]
    ) -> None:
        self.object = found
        self._stream = stream
        self._what = what
        self._timeout = timeout
        self._release: Callable[[], None] | None = release
        self._first: bytes | None = None

    async def begin(self) -> None:
        """Receive the first bytes; the next call of :meth:`chunk` returns them."""
        self._first = await self.chunk()

    async def chunk(self) -> bytes:
        """Receive the next bytes; none: that was the end.

        :raises BrokeOff: the store does not send all that it announced.
        :raises Unavailable: it sends nothing for too long.
        """
        if self._first is not None:
            first, self._first = self._first, None
            return first
        try:
            with _errors(self._what, sending=True):
                async with asyncio.timeout(self._timeout):
                    data: bytes = await anext(self._stream, b"")
        except BaseException:
            # Cancelled halfway, the stream would go on behind the bytes that were lost.
            self.close()
            raise
        return data

    def close(self) -> None:
        """End it. That nothing refers to the stream any more is what closes the connection."""
        self._stream = self._first = None
        release, self._release = self._release, None
        if release is not None:
            release()

    def __del__(self) -> None:
        self.close()


class Bucket:
    """The objects below a location. For one event loop; not to be carried through a fork.

    :param options: of the store and of its HTTP client, as obstore calls them.
    :param connections: objects that may be received at once, 1 or more.
    :param timeout: seconds that the store may take for an answer, and for the next bytes of one.
    :raises BadOption: there is no setting the store up with these options.
    """

    def __init__(
        self,
        location: Location,
        options: Mapping[str, str],
        *,
        connections: int,
        timeout: float,
    ) -> None:
        self.location = location
        self._options = options
        if location.scheme == "s3":
            try:
                self._options = with_profile(options, os.environ)
            except ValueError as error:
                raise BadOption(str(error)) from None
        self._store = self._signer = _store(location, self._options, timeout)
        # obstore 0.12 signs an address of Google's with the key in it as it is: of "a#b", that of
        # "a", and of "a?b" one with a signature that does not fit.
        self._signs_as_is = location.scheme == "gs"
        if self._signs_as_is:
            quoted = replace(location, prefix=quote(location.prefix))
            self._signer = _store(quoted, self._options, timeout)
        self._threads = Threads(2)
        self._connections = connections
        self._timeout = timeout
        self._asking = asyncio.Semaphore(_ASKING)
        self._aside = asyncio.Semaphore(1)
        self._receiving = asyncio.Semaphore(connections)
        self._slow_until = 0.0

    async def head(self, key: str) -> Object:
        """Ask what the store knows of an object.

        :raises Encoded: it is compressed.
        :raises NotFound: there is none.
        :raises Refused: we may not know.
        :raises Unavailable: the store cannot answer now.
        """
        what = repr(key)
        async with self._ask(what):  # obstore.head() does not tell the coding
            return _described(
                what, await obstore.get_async(self._store, key, options={"head": True})
            )

    async def receive(
        self, key: str, start: int, stop: int | None, *, expected: Object | None = None
    ) -> Body:
        """Have the bytes from *start* up to *stop* sent; the first are there on return.

        :param stop: ``None``: up to the end.
        :param expected: the object that it has to be.
        :raises Changed: another object has taken its place.
        :raises Encoded: it is compressed.
        :raises NotFound: there is none.
        :raises Refused: we may not read it.
        :raises Unavailable: the store cannot answer now.
        """
        what = repr(key)
        options: Any = {}
        if stop is not None:
            options["range"] = (start, stop)
        elif start:
            options["range"] = {"offset": start}
        if expected is not None and expected.etag.startswith('"'):  # a weak one never matches
            options["if_match"] = expected.etag
        try:
            return await self._sent(key, what, options, expected)
        except Slow:
            # Or it would send the same bytes again and again, and never one after them.
            self._slow_until = monotonic() + _SLOW
            return await self._sent(key, what, options, expected)

    async def _sent(self, key: str, what: str, options: Any, expected: Object | None) -> Body:
        chunk = _SMALL if monotonic() < self._slow_until else CHUNK
        release = await self._permit(what)
        try:
            with _errors(what):
                async with asyncio.timeout(self._timeout):
                    result = await obstore.get_async(self._store, key, options=options)
            found = _described(what, result)
            if expected is not None:
                _check(found, expected)
            body = Body(found, result.stream(chunk), what, self._timeout, release)
        except BaseException:
            release()
            raise
        await body.begin()
        return body

    async def _permit(self, what: str) -> Callable[[], None]:
        try:
            # A timer costs more than taking what is free.
            async with asyncio.timeout(self._timeout if self._receiving.locked() else None):
                await self._receiving.acquire()
        except TimeoutError:
            raise Unavailable(
                f"{what} has to wait: all {self._connections} connections to the store are in use "
                "(VIDEO_STORE_CONNECTIONS)"
            ) from None
        return self._receiving.release

    def close(self) -> None:
        """Let the threads end."""
        self._threads.close()

    async def folder(self, prefix: str) -> tuple[Sequence[Object], Sequence[str]]:
        """Return the objects, and the paths of the folders, directly below *prefix*.

        :raises OddKey: there is a key that obstore cannot list.
        :raises Unavailable: the store cannot answer now.
        """
        what = f"the folder {prefix!r}"
        async with self._ask(what, seconds=_LISTING):
            result = await obstore.list_with_delimiter_async(self._store, prefix or None)
        found, folders = [_object(meta) for meta in result["objects"]], result["common_prefixes"]
        if await self._is_cut(prefix, len(found) + len(folders), delimiter="/"):
            raise Unavailable(f"{what}: {_CUT}", retry_after=30)
        return found, folders

    async def _is_cut(self, prefix: str, count: int, *, delimiter: str) -> bool:
        """Say whether S3 has more below *prefix* than the *count* rows that it listed.

        Where a store knows but the first version of the listing, obstore sees a page of it, and no
        sign that it is one.
        """
        if not count or count % _ROUND or self.location.scheme != "s3":
            return False
        async with self._ask("the rest of a list"):
            with pool_errors("the store"):
                looking = self._threads.submit(self._begins_cut, prefix, delimiter)
            return await asyncio.wrap_future(looking)

    def _begins_cut(self, prefix: str, delimiter: str) -> bool:
        rows, _ = self._rows(prefix, delimiter)
        try:
            next(rows, None)
        except s3_raw_list.Cut:
            return True
        except s3_raw_list.Unlisted:
            pass  # it may not know a parameter of ours
        return False

    async def folder_with_odd_keys(self, prefix: str) -> tuple[Sequence[Object], Sequence[str]]:
        """Return the same as :meth:`folder`, and what obstore cannot list, too.

        Of S3 only. Keys and folders may be called anything, but nothing at all.

        :raises Unavailable: the store cannot answer now, or it is none of S3.
        """
        what = f"the folder {prefix!r}"
        if self.location.scheme != "s3":
            raise Unavailable(f"{what} holds a key that is no path: rename it")
        async with self._ask(what, seconds=_LISTING):
            with pool_errors("the store"):
                listing = self._threads.submit(self._list_oddly, prefix)
            try:
                return await asyncio.wrap_future(listing)
            except s3_raw_list.Unlisted as error:
                raise Unavailable(
                    f"{what}: {error}; if there is a key in it with //, .. or a control character, "
                    "rename that one",
                    retry_after=30,
                ) from None

    def _rows(self, prefix: str, delimiter: str) -> tuple[Iterator[s3_raw_list.Row], str]:
        """Return the rows of a listing without obstore, and what all their keys begin with."""
        expires = timedelta(minutes=5)

        def sign(endpoint: str) -> str:
            other = {"endpoint": endpoint, "virtual_hosted_style_request": "false"}
            store = _store(Location("s3", "b"), {**self._options, **other}, self._timeout)
            return obstore.sign(store, "GET", "x", expires)

        above = [part for part in (self.location.prefix, prefix) if part]
        depth = self.location.prefix.count("/") + 2 if self.location.prefix else 1
        base = s3_raw_list.base_of(obstore.sign(self._store, "GET", "x", expires), depth)
        inside = "".join(f"{part}/" for part in above)
        rows = s3_raw_list.rows_of(
            base, inside, sign, self._options, self._timeout, delimiter=delimiter
        )
        return rows, inside

    def _list_oddly(self, prefix: str) -> tuple[Sequence[Object], Sequence[str]]:
        objects: list[Object] = []
        folders: list[str] = []
        rows, inside = self._rows(prefix, "/")
        for row in rows:
            path = join(prefix, row.key.removeprefix(inside))
            if row.modified is None:
                folders.append(path.removesuffix("/"))
            else:
                objects.append(Object(path, row.size, row.modified, row.etag))
        return objects, folders

    async def pages(self, prefix: str) -> AsyncIterator[Iterable[Object]]:
        """Yield all objects below *prefix*, in the order of their keys.

        :raises Broken: there are more.
        :raises OddKey: there is a key that obstore cannot list.
        :raises Unavailable: the store cannot answer now.
        """
        with _errors("the list of all objects"):
            stream = aiter(obstore.list(self._store, prefix or None, chunk_size=_PAGE))
        count = 0
        while True:
            async with self._ask("the list of all objects"):
                page = await anext(stream, None)
            if page is None:
                break
            count += len(page)
            yield map(_object, page)  # as whoever reads them gives the event loop its turns
        if await self._is_cut(prefix, count, delimiter=""):
            raise Broken(f"the list of all objects: {_CUT}")

    async def holds(self, prefix: str, *, aside: bool = False) -> bool:
        """Say whether there is any object below *prefix*.

        :param aside: ask at once, however much is being asked already.
        :raises Unavailable: the store cannot answer now.
        """
        try:
            queue = self._aside if aside else self._asking
            async with self._ask(f"the folder {prefix!r}", queue=queue):
                stream = obstore.list(self._store, prefix or None, chunk_size=1)
                return await anext(aiter(stream), None) is not None
        except OddKey:
            return True
        except Broken:
            return any(await self.folder_with_odd_keys(prefix))

    async def prove(self, *, aside: bool = False) -> None:
        """See whether it is a store that has listed nothing.

        A console, or the page by which a network lets its guests in, has an answer to everything,
        and obstore takes any page for a listing of S3 or Google's with nothing in it.

        :param aside: ask at once, however much is being asked already.
        :raises Unavailable: it is none.
        """
        queue = self._aside if aside else self._asking
        async with self._ask("the store", queue=queue):
            try:
                await obstore.head_async(self._store, f"no-such-object-{token_hex(8)}")
            except FileNotFoundError:
                return
            except BaseError as error:
                if said.status(str(error)) is not None:  # it answers, and not with an object
                    return
                raise
        raise Unavailable(
            "what answers at the endpoint is no object store: it has an object of any name; is it "
            "the console of one, or a page for signing in?",
            retry_after=30,
        )

    async def sign(self, method: str, key: str, seconds: int) -> str:
        """Return a URL by which anyone may do *method* with an object for some time.

        :raises Unavailable: the credentials that it takes cannot be had.
        """
        what, expires = repr(key), timedelta(seconds=seconds)
        written = quote(key) if self._signs_as_is else key
        async with self._ask(what):
            try:
                url: str = await obstore.sign_async(self._signer, method, written, expires)  # type: ignore[call-overload]
            except BaseError:  # it has not asked the store for anything
                raise Refused(f"{what}: {_UNSIGNED}", retry_after=30) from None
        return url

    @asynccontextmanager
    async def _ask(
        self, what: str, *, seconds: float | None = None, queue: asyncio.Semaphore | None = None
    ) -> AsyncIterator[None]:
        async with queue or self._asking:
            with _errors(what):
                async with asyncio.timeout(seconds or self._timeout):
                    yield


def _check(found: Object, expected: Object) -> None:
    """Compare what a store sends with what it should, as not all stores know ``If-Match``.

    :raises Changed: it is another object.
    """
    same = found.size == expected.size and found.etag == expected.etag
    if not same or (not found.etag and found.modified != expected.modified):
        raise Changed(f"{expected.key!r} was replaced in the store meanwhile")


def _store(location: Location, options: Mapping[str, str], timeout: float) -> Any:
    client: Any = {
        "connect_timeout": timedelta(seconds=min(timeout, 5)),
        "read_timeout": timedelta(seconds=timeout),
        "timeout": timedelta(days=1),  # of the whole: a film takes as long as it is watched
    }
    config: Any = {}
    for name, value in options.items():
        (client if name in _CLIENT_OPTIONS else config)[name] = value
    retry: Any = {
        "max_retries": 2,
        "retry_timeout": timedelta(seconds=timeout),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=1),
        },
    }
    arguments = {
        "prefix": location.prefix or None,
        "config": config,
        "client_options": client,
        "retry_config": retry,
    }
    try:
        if location.scheme == "gs":
            return GCSStore(location.bucket, **arguments)
        if location.scheme == "az":
            return AzureStore(location.bucket, account_name=location.account, **arguments)
        return S3Store(location.bucket, **arguments)
    except (BaseError, ValueError, TypeError) as error:
        raise BadOption(_explained(error, options)) from None


def _explained(error: Exception, options: Mapping[str, str]) -> str:
    """Say why a store cannot be set up, without any value of an option."""
    (text, *_) = str(error).splitlines() or [""]
    if isinstance(error, UnknownConfigurationKeyError) or not any(
        value in text for value in options.values()
    ):
        return text.rstrip(".")
    return "one of the values cannot be used"
