"""Open a file at once where everything on the way to it is in memory, on Linux.

A hop to a thread and back costs as much as all else that is ours in a small request. It is only
needed where opening may have to wait for a disk. ``openat2`` with ``RESOLVE_CACHED`` (Linux 5.12)
tells: it fails rather than wait. ``RESOLVE_BENEATH`` keeps it below the root, as
:mod:`quart_video.storage.local.safe_open` does, which has the last word on all that fails here.
"""

from __future__ import annotations

import ctypes
import os
import stat
from contextlib import suppress

from quart_video.storage.local.file_systems import FileSystem, close_quietly, mounts

_OPENAT2 = 437  # the number of the system call, on every architecture but Alpha
_AT_FDCWD = -100
_RESOLVE_NO_XDEV = 0x01
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_BENEATH = 0x08
_RESOLVE_CACHED = 0x20

_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


_WITHIN = _RESOLVE_CACHED | _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS | _RESOLVE_NO_XDEV
_ROOT = _OpenHow(getattr(os, "O_PATH", 0) | os.O_DIRECTORY | os.O_CLOEXEC, 0, _RESOLVE_CACHED)
# O_PATH: what is found is looked at before it is opened, as opening a FIFO or a device acts on it.
_LOOK = _OpenHow(getattr(os, "O_PATH", 0) | os.O_CLOEXEC, 0, _WITHIN)
_FILE = _OpenHow(_READ, 0, _WITHIN)
_SIZE = ctypes.sizeof(_OpenHow)


def opener(root: str) -> CachedOpener | None:
    """Return what opens files below *root* at once, or ``None`` where that cannot be done."""
    if not hasattr(os, "O_PATH"):
        return None
    with suppress(OSError):
        descriptor = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            device = os.fstat(descriptor).st_dev
            changes = mounts.changes()
            system = mounts.of(descriptor, device)
            if system.is_local and system.is_exact:
                system = _look_closer(descriptor, device)
        finally:
            close_quietly(descriptor)
        if system.is_local and system.is_exact:
            found = CachedOpener(root, system, device, changes)
            return found if found.works() else None
    return None


def _look_closer(folder: int, device: int) -> FileSystem:
    """Return what is known of a file system of this machine, after a look at one of its folders."""
    descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        mounts.look_for_folding(descriptor, device)
        return mounts.of(descriptor, device)
    finally:
        close_quietly(descriptor)


class CachedOpener:
    """Opens files below one root, where that takes no waiting.

    It is for as long as the root is where it was: another disk may be mounted over it, and a link
    be turned to one.

    :param system: the file system that the root is on.
    :param device: its number.
    :param changes: what :meth:`Mounts.changes` said before it was looked up.
    """

    def __init__(self, root: str, system: FileSystem, device: int, changes: int) -> None:
        self._root = os.fsencode(root)
        self.system = system
        self._device = device
        self._changes = changes
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall

    def works(self) -> bool:
        """Say whether this kernel, and what stands between it and us, knows the call."""
        for _ in range(2):  # the first one may be what brings the root into memory
            descriptor = self._openat2(_AT_FDCWD, self._root, _ROOT)
            if descriptor >= 0:
                close_quietly(descriptor)
                return True
        return False

    @property
    def holds(self) -> bool:
        """Whether what is known of the root still holds, as far as mounts go."""
        return mounts.changes() == self._changes

    def open(self, path: str) -> int | None:
        """Open the regular file at *path*, which has no odd components.

        :returns: a descriptor to read from; ``None``: ask in a way that may wait.
        """
        if not self.holds:
            return None
        root = self._openat2(_AT_FDCWD, self._root, _ROOT)
        if root < 0:
            return None
        try:
            if os.fstat(root).st_dev != self._device:  # in the moment before that is told, too
                self._changes = -1
                return None
            return self._open_regular(root, path.encode())
        finally:
            close_quietly(root)

    def _open_regular(self, root: int, path: bytes) -> int | None:
        found = self._openat2(root, path, _LOOK)
        if found < 0:
            return None
        try:
            if not stat.S_ISREG(os.fstat(found).st_mode):
                return None
            descriptor = self._openat2(root, path, _FILE)
            return descriptor if descriptor >= 0 else None
        finally:
            close_quietly(found)

    def _openat2(self, folder: int, path: bytes, how: _OpenHow) -> int:
        result: int = self._syscall(_OPENAT2, folder, path, ctypes.byref(how), _SIZE)
        return result
