"""Reading open files without ever holding the event loop, and what is known of an open file."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from functools import partial
from hashlib import blake2b
from time import monotonic
from typing import Any, TypeVar

from quart_video.concurrency import Closer, Threads
from quart_video.storage.base import (
    BY_TIMES,
    Changed,
    FileFacts,
    NotFound,
    StorageError,
    Unavailable,
    Unreadable,
    pool_errors,
)
from quart_video.storage.local.buffers import keep_freed_memory, new_chunk
from quart_video.storage.local.chunk_size import AdaptiveChunkSize
from quart_video.storage.local.file_systems import UNKNOWN, FileSystem, close_quietly, mounts

logger = logging.getLogger("quart_video")

LONG = 10.0
"""Seconds that a disk may take; of more the log is told."""

T = TypeVar("T")

_NOWAIT = getattr(os, "RWF_NOWAIT", None)  # Linux; elsewhere every read goes to a thread

_GRID = 64 * 1024
"""Bytes from one look into the page cache to the next. A disk is read ahead by more than that."""

_ONE_BYTE = [bytearray(1)]


keep_freed_memory()


LARGEST = 2**63 - 1
"""Of a number that indexes hold. The clock of a file may be further off, in nanoseconds."""


def facts_of(result: os.stat_result, system: FileSystem = UNKNOWN) -> FileFacts:
    """Describe a file. The version changes with its bytes, and tells nothing of what it is made of.

    Beside size and mtime it holds the inode and the ctime, which no ordinary program can set back:
    a file that is rewritten in place and given its old mtime again is another version. But for
    where the file system has them change by themselves.
    """
    return bounded(facts_on(system)(result))


def bounded(facts: FileFacts) -> FileFacts:
    """Return the same with a time that indexes hold: a clock may be far off."""
    if -LARGEST <= facts.modified_ns <= LARGEST:
        return facts
    return facts._replace(modified_ns=LARGEST if facts.modified_ns > 0 else -LARGEST)


def facts_on(system: FileSystem) -> Callable[[os.stat_result], FileFacts]:
    """Return what does the same on one file system, in less time, and leaves odd times as they are.

    For listings, which ask for very many, and have them bounded later.
    """
    if system.keeps_inodes and system.keeps_ctimes:
        return _all_facts
    return partial(_some_facts, system)


def _all_facts(result: os.stat_result) -> FileFacts:
    size, modified = result.st_size, result.st_mtime_ns
    identity = b"%d:%d:%d:%d" % (size, modified, result.st_ino, result.st_ctime_ns)
    return FileFacts(size, modified, BY_TIMES + blake2b(identity, digest_size=12).hexdigest())


def _some_facts(system: FileSystem, result: os.stat_result) -> FileFacts:
    size, modified = result.st_size, result.st_mtime_ns
    inode = result.st_ino if system.keeps_inodes else 0
    changed = result.st_ctime_ns if system.keeps_ctimes else 0
    identity = b"%d:%d:%d:%d" % (size, modified, inode, changed)
    return FileFacts(size, modified, BY_TIMES + blake2b(identity, digest_size=12).hexdigest())


_MISSING = {
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    # A name with characters or bytes that this file system has in none of its names.
    errno.EINVAL,
    errno.EILSEQ,
}
_CLOSED = {errno.EACCES, errno.EPERM}


def storage_error(error: OSError, path: str) -> StorageError:
    """Name what became of looking for *path* in the terms of a storage.

    What cannot be looked at now is not gone: only what says that there is no such name means that.
    """
    reason = _reason(error, path)
    if error.errno in _MISSING:
        return NotFound(reason)
    return Unreadable(reason) if error.errno in _CLOSED else Unavailable(reason)


def reading_error(error: OSError, path: str) -> StorageError:
    """Name what became of reading *path*, which is open: so it is there, whatever is wrong."""
    reason = _reason(error, path)
    return Unreadable(reason) if error.errno in _CLOSED else Unavailable(reason)


def _reason(error: OSError, path: str) -> str:
    return f"{path!r}: {error.strerror or type(error).__name__}"


def report_waiting(what: str) -> None:
    """Say in the log that *what* is being waited for."""
    logger.warning(
        "Still waiting for %s, for %g seconds by now: the storage does not answer, or all "
        "VIDEO_READ_THREADS wait for it",
        what,
        LONG,
    )


class Disk:
    """Threads of our own for file access that may have to wait.

    The default executor of the event loop is not used: it is small, and a dead network mount would
    fill it and stop every synchronous view of the host.
    """

    def __init__(self, threads: int) -> None:
        self._threads = Threads(threads)
        self.closer = Closer()
        """Closes the files for which that may take its time."""

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Start *function* in a thread.

        :raises Unavailable: the threads have been stopped, or too much waits for them.
        """
        with pool_errors("the disk"):
            return self._threads.submit(function, *args)

    async def wait(self, future: Future[T], report: Callable[[], None]) -> T:
        """Wait for what a thread does.

        :param report: called if it takes long; should say in the log what is waited for.
        """
        timer = asyncio.get_running_loop().call_later(LONG, report)
        try:
            return await asyncio.wrap_future(future)
        finally:
            timer.cancel()

    async def run(self, function: Callable[..., T], path: str, *args: object) -> T:
        """Run ``function(path, *args)`` in a thread and wait for what it returns.

        :raises StorageError: in the place of every :exc:`OSError`.
        """
        future = self.submit(function, path, *args)
        try:
            return await self.wait(future, lambda: report_waiting(repr(path)))
        except OSError as error:
            raise storage_error(error, path) from error

    def close(self) -> None:
        """Let the threads end; what runs in one is not waited for."""
        self._threads.close()


def _stat_regular(descriptor: int, name: str) -> os.stat_result:
    try:
        result = os.fstat(descriptor)
    except OSError as error:
        raise reading_error(error, name) from error
    if not stat.S_ISREG(result.st_mode):
        raise NotFound(f"{name!r} is not a regular file")
    return result


class OpenFile:
    """A media out of the descriptor of a regular file, which it owns from the first.

    To be made in a thread, unless *system* is given: to look at a file may have to wait.

    :param name: what to call the file in the log.
    :param system: the file system that it is on; ``None``: that is looked up.
    :raises NotFound: the descriptor is of something else.
    :raises Unavailable: there is no thread to close it.
    """

    _descriptor = -1

    def __init__(
        self, descriptor: int, disk: Disk, name: str, system: FileSystem | None = None
    ) -> None:
        self._descriptor = descriptor
        self._disk = disk
        self._name = name
        self._reading: Future[Any] | None = None
        self._reported = False
        self._cached = _NOWAIT is not None
        self._closer: Closer | None = None
        try:
            result = _stat_regular(descriptor, name)
            if system is None:
                system = mounts.of(descriptor, result.st_dev)
            if not system.is_local:
                # To close a file over FUSE or a network waits for whoever has it, as long as that
                # takes: it is asked to write down what it has not, of a file that was read, too.
                with pool_errors("the disk"):
                    disk.closer.start()
                self._closer = disk.closer
        except BaseException:
            self.close()
            raise
        self.facts = facts_of(result, system)

    async def ready(self, start: int, stop: int) -> None:
        """Do nothing: what is open can be read."""

    def fileno(self) -> int:
        """Return the descriptor, which another process may be given to read from.

        :raises ValueError: the file is closed.
        """
        if self._descriptor < 0:
            raise ValueError(f"{self._name!r} is closed")
        return self._descriptor

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes: at once those in the page cache, the others by way of a thread."""
        pace = AdaptiveChunkSize.for_range(stop - start)
        while start < stop:
            data = await self.chunk(start, stop, pace.size)
            start += len(data)
            handed_out = monotonic()
            yield data
            pace.note(len(data), monotonic() - handed_out)

    async def read_into(self, targets: Sequence[memoryview], start: int, stop: int) -> None:
        """Read the bytes from *start* up to *stop* to *targets*, one after the other.

        :raises Changed: the file has become shorter than *stop*.
        :raises Unavailable: the bytes cannot be read.
        """
        count = 0
        if self._cached:
            try:
                count = os.preadv(self._descriptor, targets, start, _NOWAIT or 0)
            except BlockingIOError:
                pass
            except OSError:  # this file system cannot say what is cached
                self._cached = False
        if count < stop - start:
            count = await self._in_thread(os.preadv, targets, start)
        if count < stop - start:
            raise Changed(
                f"{self._name!r} ended at byte {start + count} while bytes up to {stop} were being "
                "sent: the file was cut short"
            )

    async def chunk(self, start: int, stop: int, most: int) -> bytes:
        """Return the first bytes from *start* up to *stop*: one at least, and *most* at most.

        :raises Changed: the file has become shorter than *stop*.
        :raises Unavailable: the bytes cannot be read.
        """
        size = min(stop - start, most)
        data = self._read_cached(size, start) if self._cached else None
        if data is None:
            data = await self._read(size, start)
        if not data:
            raise Changed(
                f"{self._name!r} ended at byte {start} while bytes up to {stop} were being "
                "sent: the file was cut short"
            )
        return data

    def cached_until(self, start: int, stop: int) -> int:
        """Say how far the bytes from *start* on are in the page cache, *stop* at most.

        What is looked at is a page at both ends, and one in every 64 KiB between. A kernel reads
        ahead by more, and forgets what it has not needed for longest, so that a hole between two of
        them is rare; who reads it waits for the disk.
        """
        # Whoever has a file that is not local may be asked about it whatever is in memory.
        if self._closer is not None or not self._cached:
            return start
        until = start
        descriptor, flags = self._descriptor, _NOWAIT or 0
        look = os.preadv  # it is called for every 64 KiB that are sent
        try:
            for following in (*range(start, stop, _GRID), stop):
                if look(descriptor, _ONE_BYTE, min(following, stop - 1), flags) != 1:
                    break
                until = following
        except BlockingIOError:
            pass
        except OSError:  # this file system cannot say what is cached
            self._cached = False
        return until

    def _read_cached(self, size: int, offset: int) -> bytes | None:
        """Read what the page cache holds, which may be less than *size*; ``None``: nothing."""
        chunk, view = new_chunk(size)
        try:
            count = os.preadv(self._descriptor, [view], offset, _NOWAIT or 0)
        except BlockingIOError:
            return None
        except OSError:  # this file system cannot say what is cached
            self._cached = False
            return None
        return chunk if count == size else chunk[:count]

    async def _read(self, size: int, offset: int) -> bytes:
        return await self._in_thread(os.pread, size, offset)

    async def _in_thread(self, read: Callable[..., T], wanted: object, offset: int) -> T:
        """Read by ``read(descriptor, wanted, offset)``, which may take its time."""
        reading = self._reading = self._disk.submit(read, self._descriptor, wanted, offset)
        try:
            return await self._disk.wait(reading, lambda: self._report_waiting(offset))
        except OSError as error:
            # Never as an OSError: a dead mount's ETIMEDOUT is a TimeoutError, and Quart takes that
            # for a slow client and ends the response as if it were whole.
            reason = f"{self._name!r} cannot be read at byte {offset}: {error.strerror}"
            raise Unavailable(reason) from error

    def _report_waiting(self, offset: int) -> None:
        if not self._reported:
            self._reported = True
            report_waiting(f"{self._name!r} at byte {offset}")

    def close(self) -> None:
        """Close the file; where a thread still reads it, as soon as that is done."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor < 0:
            return
        if self._closer is None and self._reading is None:
            close_quietly(descriptor)
            return
        close: Callable[[], None] = partial(close_quietly, descriptor)
        if self._closer is not None:
            close = partial(self._closer.close, close)
        if self._reading is None or self._reading.done() or self._reading.cancel():
            close()
        else:
            self._reading.add_done_callback(lambda _: close())

    def __del__(self) -> None:
        # For the answer that is thrown away before anyone iterates over it.
        self.close()
