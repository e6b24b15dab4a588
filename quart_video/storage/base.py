"""What a storage is: the protocol every backend fulfils, its facts and its errors.

A storage holds media under one root. Paths are ``str``, relative to that root, separated by
``/``, without a leading slash; the root itself is ``""``. Byte positions are half-open:
``start`` is the first byte, ``stop`` the one after the last.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol, TypeVar, TypeVarTuple, runtime_checkable

from quart_video.concurrency import PoolError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class StorageError(Exception):
    """Base of all errors a storage raises on purpose. The text is for logs, not for clients."""


class NotFound(StorageError):
    """Nothing that may be served exists at this path."""


class BadName(NotFound):
    """The path can never name a file: ``..``, NUL, a backslash, a hidden name, too long ..."""


class Denied(NotFound):
    """Something is there but must not be served: outside the root, or not readable by us."""


class Unreadable(Denied):
    """Something is there that may be served, and whoever runs us may not read it."""


class Changed(StorageError):
    """The media changed or ended while its bytes were read, so the transfer cannot be finished."""


class Unavailable(StorageError):
    """The storage cannot answer now.

    :param retry_after: seconds after which asking again makes sense.
    """

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@contextmanager
def pool_errors(what: str) -> Iterator[None]:
    """Tell that a call was not taken as what it means for who asked: not now.

    :param what: the call was made to, for the log.
    :raises Unavailable: the threads have been stopped, or too much waits for them.
    """
    try:
        yield
    except PoolError as error:
        raise Unavailable(f"{what}: {error}") from error


async def in_thread(what: str, function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Return ``function(*args)``, which takes a while and no disk, called in a thread of the loop.

    :param what: it is, for the log.
    :raises Unavailable: no thread can be started.
    """
    try:
        call = asyncio.get_running_loop().run_in_executor(None, function, *args)
    except RuntimeError as error:  # of the threads alone: what the function raises comes later
        raise Unavailable(f"{what}: no thread takes it: {error}") from error
    return await call


# These two are named tuples, and no dataclasses, as a scan makes them for every file there is: they
# are made in half the time.


BY_TIMES = "~"
"""Begins a version that tells more than the bytes do, as of when the inode of a file changed."""


_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND

LONGEST_TICK = 2 * _SECOND
"""Nanoseconds in which the clock of a file system may stand still: that of FAT does."""


class FileFacts(NamedTuple):
    """What is known of one version of a file."""

    size: int
    """Length in bytes."""
    modified_ns: int
    """Time of the last modification, nanoseconds since the epoch; may be negative, or to come."""
    version: str
    """Opaque, printable ASCII without quotes; differs whenever the bytes may differ. Empty where
    nothing tells one version from another. One that begins with :data:`BY_TIMES` may differ though
    the bytes do not."""

    @property
    def content(self) -> str:
        """What the bytes are known by: with it is kept what is made of them.

        Of a file it is size and time, which it keeps when it gets another owner, mode, name, or
        inode, and when it is copied with its times.
        """
        if self.version.startswith(BY_TIMES):
            return f"{self.size:x}-{self.modified_ns:x}"
        return self.version

    def is_settled(self, now_ns: int) -> bool:
        """Say whether other bytes would have another version.

        Not where they may be written within the same tick of a clock with whole seconds, of which
        the longest is that of FAT. The clock of a server may be ahead.

        :param now_ns: nanoseconds since the epoch.
        """
        if self.modified_ns % _SECOND or not self.version.startswith(BY_TIMES):
            return True
        return not -_DAY <= now_ns - self.modified_ns < LONGEST_TICK


class Entry(NamedTuple):
    """One row of a folder: a file with its facts, or a folder (``facts`` is ``None``)."""

    path: str
    facts: FileFacts | None = None
    is_link: bool = False
    """A symbolic link: a recursive walk does not descend into it, so that loops end."""
    is_unseen: bool = False
    """There is something, and it cannot be looked at now. Only :meth:`Storage.study` tells of it,
    so that what is known of it is kept."""

    @property
    def name(self) -> str:
        """The last component of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path of the folder that holds this entry, ``""`` for the root."""
        return self.path.rpartition("/")[0]

    @property
    def is_folder(self) -> bool:
        """Whether this entry is a folder."""
        return self.facts is None and not self.is_unseen


Guess = Callable[[], range | None]
"""Tells which bytes will probably be read first; they may begin or end behind the end of the file.
``None``: probably none. To be called by storages to which that matters."""


def nothing() -> None:
    """Guess that nothing will be read."""


OPEN_ENDED = ":?"
"""Stands at the end of the fingerprint of a folder, as :meth:`Storage.study` tells it, in which
something may come to light without a trace in what :meth:`Storage.fingerprints` returns: what a
symbolic link leads to, or what could not be looked at."""

Digest = Callable[[str, str | None, Sequence[Entry]], T]
"""Makes something of a folder: of its path, its fingerprint and its entries."""


class Media(Protocol):
    """An opened file. ``facts`` describe exactly the bytes that :meth:`chunks` reads."""

    @property
    def facts(self) -> FileFacts:
        """Facts taken from the opened file, not from its name."""

    async def ready(self, start: int, stop: int) -> None:
        """Have the first bytes from *start* up to *stop* at hand, if they may have to be awaited.

        To be called once, before :meth:`chunks`: what is wrong comes out while it can be told.

        :raises Changed: the media is not the one that was opened any more.
        :raises NotFound: it has been deleted, or taken away from us.
        :raises Unavailable: the bytes cannot be read.
        """

    def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes from *start* up to *stop*, in order, in pieces of any size but empty.

        :raises Changed: the file has become shorter than *stop*.
        :raises Unavailable: the bytes cannot be read.
        """

    def close(self) -> None:
        """Release what is held. May be called more than once, and from a finalizer."""


@runtime_checkable
class Storage(Protocol):
    """Where bytes live. Implementations are safe for concurrent use on one event loop."""

    async def list(self, folder: str) -> Sequence[Entry]:
        """Return the visible entries of *folder*, unsorted; odd ones are left out and logged.

        :raises NotFound: there is no such folder.
        :raises Unavailable: the storage cannot answer now.
        """

    async def fingerprints(self, folders: Sequence[str]) -> Sequence[str | StorageError | None]:
        """Return what changes whenever an entry is added, removed or renamed, of each of *folders*.

        There are one or more of them. That a file has become longer need not change it. ``None``:
        only :meth:`list` can tell. A folder that cannot be looked at has an error in its place.

        :raises Unavailable: the storage cannot answer now.
        """

    async def study(self, folders: Sequence[str], digest: Digest[T]) -> Sequence[T | StorageError]:
        """Return what *digest* makes of the first of *folders*: of one or more of them.

        A folder that cannot be listed has an error in its place. Where much is in the first of
        them, or one cannot be listed, the others are left for another time. A fingerprint is of
        before the entries were listed. What *digest* takes its time for holds up nobody: it may be
        called in another thread.
        """

    async def stat(self, path: str) -> Entry:
        """Describe the file or folder at *path*.

        :raises NotFound: there is none that may be served.
        :raises Unavailable: the storage cannot answer now.
        """

    async def open(self, path: str, likely: Guess = nothing) -> Media:
        """Open the file at *path*, then describe what was opened.

        :param likely: spares a storage far away a second question.
        :raises NotFound: there is no regular file that may be served.
        :raises Unavailable: the storage cannot answer now.
        """

    async def check(self) -> None:
        """Ask the storage for a sign of life.

        It waits for nothing that others have asked for: however busy the storage is, it is alive.

        :raises StorageError: it gives none.
        """

    async def aclose(self) -> None:
        """Release threads and connections; opened media stay valid until they are closed."""


@runtime_checkable
class Distrustful(Protocol):
    """A storage that can do without what its folders tell of changes in them."""

    compares_names: bool
    """Whether it was found to have folders that do not tell, so that all names in them are read."""

    async def distrust(self, folder: str) -> None:
        """Have fingerprints tell of changes like the one in *folder*, of which they did not tell.

        :raises StorageError: it cannot be looked at now.
        """


@runtime_checkable
class Mounted(Protocol):
    """A storage whose root may be another folder while its disk is not mounted."""

    def remember(self, fingerprint: str) -> None:
        """Take another root that is empty for one that is not mounted, from now on.

        :param fingerprint: of the root, as of when there was something in it.
        """


class CannotWalk(StorageError):
    """All there is cannot be listed in one go; folder by folder it can."""


@runtime_checkable
class Walker(Protocol):
    """A storage for which to list all there is takes less than to list folder by folder."""

    def walk(self) -> AsyncIterator[tuple[str, Sequence[Entry]]]:
        """Yield each folder, with what :meth:`Storage.list` would return of it.

        What is in a folder comes before it, and the root comes last.

        :raises CannotWalk: some of it may have been yielded already.
        :raises Unavailable: the storage cannot answer now.
        """


@runtime_checkable
class Signer(Protocol):
    """A storage that clients can fetch from without us, for as long as we let them."""

    async def presign(self, method: str, path: str, *, seconds: int) -> str:
        """Return a URL by which anyone may *method* the file at *path*.

        :param seconds: for which it works.
        :raises NotFound: the path cannot name a file that may be served.
        :raises Unavailable: the storage cannot sign now.
        """
