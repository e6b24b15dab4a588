"""What file systems keep, by their types as the kernel's table of mounts has it.

Pure but for :class:`Mounts`, which reads that table. What is said here of each type stands, with
the reasons, in the documentation: ``docs/discussion/file_systems.md``.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class FileSystem:
    """What can be relied on."""

    is_local: bool = False
    """Opening and closing wait for nothing but a disk of this machine."""
    keeps_inodes: bool = True
    """A file keeps its inode number while it is there."""
    keeps_ctimes: bool = True
    """The time of the last change of an inode moves when something has changed, and only then."""
    tells_of_entries: bool = True
    """The times of a folder change whenever an entry is added, removed or renamed."""
    is_exact: bool = False
    """Nothing is found by a name that its folder does not list: neither by a short one, nor by one
    in other letters."""


UNKNOWN = FileSystem()
"""Where nothing tells what it is: nothing is taken for granted but what POSIX says."""

_LOCAL = FileSystem(is_local=True, is_exact=True)
_FAT = FileSystem(is_local=True, keeps_inodes=False, keeps_ctimes=False, tells_of_entries=False)
_REMOTE = FileSystem(keeps_inodes=False)
_EXACT = FileSystem(is_exact=True)
_SMB = FileSystem(keeps_inodes=False, tells_of_entries=False)
_FUSE = FileSystem(keeps_inodes=False, keeps_ctimes=False, tells_of_entries=False)
_MIRROR = FileSystem(keeps_inodes=False)  # FUSE that passes on the times of what is below
_UNION = FileSystem(keeps_inodes=False, tells_of_entries=False)

_KINDS = {
    **dict.fromkeys(
        (
            *("bcachefs", "btrfs", "erofs", "ext2", "ext3", "ext4", "f2fs", "jfs", "nilfs2"),
            *("ramfs", "reiserfs", "squashfs", "tmpfs", "xfs"),
        ),
        _LOCAL,
    ),
    # ZFS may find a name by other letters (normalization): an accent apart or not, the sign for
    # kelvin for a K. It does not tell.
    **dict.fromkeys(("ntfs3", "zfs"), replace(_LOCAL, is_exact=False)),
    **dict.fromkeys(("autofs", "ceph", "gfs2", "lustre", "ocfs2"), _EXACT),
    **dict.fromkeys(("exfat", "msdos", "vfat"), _FAT),
    **dict.fromkeys(("9p", "aufs", "nfs", "nfs4", "overlay", "vboxsf", "virtiofs"), _REMOTE),
    **dict.fromkeys(("cifs", "smb3", "smbfs"), _SMB),
    **dict.fromkeys(("fuse.bindfs", "fuse.encfs", "fuse.gocryptfs"), _MIRROR),
    **dict.fromkeys(
        # fuseblk: NTFS by ntfs-3g, and exFAT, whose ctime is its mtime.
        ("fuse.mergerfs", "fuse.ntfs-3g", "fuse.s3fs", "fuse.shfs", "fuse.unionfs", "fuseblk"),
        _UNION,
    ),
    "fuse.sshfs": replace(_FUSE, tells_of_entries=True),
}

# Of a folder, as ioctl_iflags(2) has it: it is called by the size of a long, and fills an int.
_FLAGS = bytes(struct.calcsize("@l"))
_GET_FLAGS = 0x80006601 | len(_FLAGS) << 16
_CASEFOLD = 0x40000000
_MOST_LAYERS = 8  # of overlays in overlays
_MOST_DEVICES = 1000
LOOK_EVERY = 0.05  # seconds between looks whether something has been mounted


class Mount(NamedTuple):
    """A line of the table."""

    number: int
    point: str
    kind: str
    options: str
    """Those of the file system itself."""


def known(kind: str) -> FileSystem:
    """Return what is known of a type, as the table of mounts calls it."""
    found = _KINDS.get(kind)
    if found is None:
        found = _FUSE if kind.partition(".")[0] in ("fuse", "davfs") else UNKNOWN
    return found


def parse_mounts(lines: Iterable[str]) -> Iterator[Mount]:
    """Read ``/proc/self/mountinfo``, whose fields proc(5) tells of; odd lines are passed over."""
    for line in lines:
        # 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
        before, _, after = line.rstrip("\n").partition(" - ")
        mount, system = before.split(" "), after.split(" ")
        with suppress(ValueError, IndexError):
            yield Mount(int(mount[0]), unescape(mount[4]), system[0], system[-1])


def unescape(point: str) -> str:
    """Read a path as the kernel writes it in its tables, with white space in octal."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point


def judge(mount: Mount, table: Iterable[Mount]) -> FileSystem:
    """Return what is known of the file system of a mount.

    What is in an overlay is looked up, opened and closed in its layers: it is as local and as exact
    as they are.

    :param table: all mounts, which may be those of the layers.
    """
    return _judge(mount, [*table], _MOST_LAYERS)


def _judge(mount: Mount, table: list[Mount], depth: int) -> FileSystem:
    found = known(mount.kind)
    if mount.kind == "overlay":
        systems = _systems_of_layers(mount, table, depth)
        return replace(
            found,
            is_local=bool(systems) and all(each.is_local for each in systems),
            is_exact=bool(systems) and all(each.is_exact for each in systems),
        )
    return found


def _systems_of_layers(mount: Mount, table: list[Mount], depth: int) -> list[FileSystem]:
    """Return what is known of what each layer is on; nothing where that of one cannot be told."""
    found: list[FileSystem] = []
    for layer in (_layers(mount.options) or []) if depth else []:
        holders = [each for each in table if _is_in(layer, each.point)]
        if not os.path.isabs(layer) or not holders:
            return []
        # Of two in the same place, the later one is on top.
        _, holder = max(enumerate(holders), key=lambda pair: (len(pair[1].point), pair[0]))
        found.append(_judge(holder, table, depth - 1))
    return found


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _layers(options: str) -> list[str] | None:
    """Return the folders that an overlay shows, ``None`` where that cannot be told."""
    found: list[str] = []
    for option in options.split(","):
        name, _, value = option.partition("=")
        if name in ("lowerdir", "upperdir"):
            found += value.split(":")
        elif name in ("lowerdir+", "datadir+"):
            found.append(value)
    # A colon, comma or backslash in a name is escaped: rather than guess, such a one is not known.
    return [*map(unescape, found)] if found and "\\" not in options.replace("\\040", "") else None


class Mounts:
    """Which file system a descriptor is of. Safe for threads, and for processes that fork.

    The kernel tells when its table has changed, by a poll that takes no time. Until then a number
    of a device stands for one and the same file system.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[int, FileSystem] = {}
        self._folding: set[int] = set()
        """Devices on which a folder was seen that takes names in any case."""
        self._changes = 0
        self._due = 0.0
        self._pid = -1
        self._poll: select.poll | None = None
        self._descriptor = -1

    def changes(self) -> int:
        """Return what goes up whenever something has been mounted or unmounted."""
        if monotonic() >= self._due and self._lock.acquire(blocking=False):
            try:  # else another thread is looking just now
                self._look()
            finally:
                self._lock.release()
        return self._changes

    def of(self, descriptor: int, device: int) -> FileSystem:
        """Return what is known of the file system that something open is on.

        :param device: as :attr:`os.stat_result.st_dev` has it.
        """
        if monotonic() >= self._due:
            with self._lock:
                self._look()
        found, changes = self._found.get(device), self._changes
        if found is None:
            found = _of_descriptor(descriptor)
            if device in self._folding:
                found = replace(found, is_exact=False)
            with self._lock:
                if changes == self._changes:
                    few = self._found if len(self._found) < _MOST_DEVICES else {}
                    self._found = {**few, device: found}
        return found

    def look_for_folding(self, descriptor: int, device: int) -> None:
        """See whether a folder takes names in any case, as single ones may on exact file systems.

        :param descriptor: of the folder, to read from.
        """
        if device in self._folding or not self.of(descriptor, device).is_exact:
            return
        try:
            (flags,) = struct.unpack_from("@i", fcntl.ioctl(descriptor, _GET_FLAGS, _FLAGS))
        except OSError:  # it has no such flags
            return
        if flags & _CASEFOLD:
            with self._lock:
                if len(self._folding) >= _MOST_DEVICES:
                    self._folding.clear()
                self._folding.add(device)
                self._changes += 1  # what was opened at once is not any more
                self._found = {}

    def _look(self) -> None:
        """Forget what has been found if it may not hold any more."""
        self._due = monotonic() + LOOK_EVERY
        if self._poll is None or self._pid != os.getpid():
            self._begin()
        elif self._poll.poll(0):
            self._changes += 1
            self._found = {}

    def _begin(self) -> None:
        """Have the kernel tell this process, which what it tells another one it does not."""
        self._changes += 1
        self._found = {}
        self._poll, self._pid = None, os.getpid()
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            close_quietly(descriptor)
        with suppress(OSError):  # no Linux; or files have run out, for now
            self._descriptor = os.open("/proc/self/mountinfo", os.O_RDONLY | os.O_CLOEXEC)
            self._poll = select.poll()
            self._poll.register(self._descriptor, select.POLLPRI)


def _of_descriptor(descriptor: int) -> FileSystem:
    found = _mount_among_others(descriptor)
    return UNKNOWN if found is None else judge(*found)


def mount_of(descriptor: int) -> Mount | None:
    """Return the mount that something open is on; ``None``: that cannot be told."""
    found = _mount_among_others(descriptor)
    return None if found is None else found[0]


def _mount_among_others(descriptor: int) -> tuple[Mount, list[Mount]] | None:
    # The number of a device is not looked for in the table: what btrfs and overlay say of a file
    # is not there.
    try:
        with open(f"/proc/self/fdinfo/{descriptor}", encoding="ascii") as lines:
            fields = dict(line.split(":", 1) for line in lines if ":" in line)
        number = int(fields["mnt_id"])
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
            table = [*parse_mounts(lines)]
    except (OSError, ValueError, KeyError):
        return None
    return next(((mount, table) for mount in table if mount.number == number), None)


def close_quietly(descriptor: int) -> None:
    """Close what was only read from. What a network file system says at that is of no use."""
    try:  # noqa: SIM105 - this is done several times for each file, and suppress takes ten times as long
        os.close(descriptor)
    except OSError:
        pass


mounts = Mounts()
"""Those that this process sees."""
