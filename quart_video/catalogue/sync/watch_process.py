"""The process that is told of changes: ``watch_process.py '[[sys.path ...], root, wait, but]'``.

To ask the system takes seconds where there are many folders, and minutes on a slow disk: so it is
done by a process of its own, which loads nothing of ours. On Linux it asks the kernel itself: what
watchfiles does there follows every link, wherever it leads, and gives up where one folder is closed
to it. Each line that it writes is JSON: a list of folders in which something has changed, or an
object with a word on itself. It ends when its standard input does, as that of a process that has
died.

=========================  ========================================================================
``{"watching": number}``   It tells of so many folders now, and is done with those that were there.
``{"missed": reason}``     There were changes that it cannot tell of.
``{"problem": reason}``    Not all can be watched.
``{"over": reason}``       It ends.
=========================  ========================================================================
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import select
import signal
import struct
import sys
import threading
import time
from contextlib import suppress
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from queue import SimpleQueue

_STEP = 50  # milliseconds without a change, after which there are no more to wait for
_LOOK = 2000  # milliseconds between looks whether the root still is the folder that is watched

# See inotify(7).
_EVENT = struct.Struct("iIII")
_CREATED, _DELETED = 0x100, 0x200
_MOVED_FROM, _MOVED_TO = 0x40, 0x80
_WRITTEN = 0x2 | 0x4 | 0x8  # modified, its attributes were, or closed after writing
_ONLY_FOLDERS, _NO_LINK, _NOT_WHEN_UNLINKED = 0x01000000, 0x02000000, 0x04000000
_MASK = _CREATED | _DELETED | _MOVED_FROM | _MOVED_TO | _WRITTEN
_MASK |= _ONLY_FOLDERS | _NO_LINK | _NOT_WHEN_UNLINKED
_IS_FOLDER = 0x40000000
_UNMOUNTED, _OVERFLOW, _IGNORED = 0x2000, 0x4000, 0x8000
_BUFFER = 1 << 16
_TRIES = 25  # rounds in which an event may wait for us to know what it is about


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


_telling = threading.Lock()


def _tell(what: object) -> None:
    with _telling:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


class _Tree:
    """The folders at or below a root, each of which the kernel watches. Links are not followed.

    A thread walks through them, as a folder of a mount that is dead may hold it for good: what the
    kernel tells of the others is still passed on.

    :param but: the folder that is passed over, with all below it.
    :raises OSError: the kernel watches nothing more for this user.
    """

    def __init__(self, root: str, but: str | None) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._add_watch, self._remove_watch = libc.inotify_add_watch, libc.inotify_rm_watch
        self._but = but
        self.descriptor: int = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self.descriptor < 0:
            code = ctypes.get_errno()
            raise OSError(code, f"{os.strerror(code)} (fs.inotify.max_user_instances)")
        self.folders: dict[int, str] = {}
        """By the number that the kernel has for each."""
        self.new: SimpleQueue[str] = SimpleQueue()
        """Folders that are watched by now, and in which much may have happened before."""
        self.news = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        """Can be read from when there are some."""
        self._is_full = False
        self._ahead: SimpleQueue[str] = SimpleQueue()
        self._ahead.put(root)
        threading.Thread(target=self._walk, daemon=True).start()

    def add(self, folder: str) -> None:
        """Watch a folder that has come, and all below it."""
        self._ahead.put(folder)

    def remove(self, folder: str) -> None:
        """Watch a folder no longer that has been moved to where nobody knows."""
        for number, path in self.folders.copy().items():  # another thread may be adding some
            if f"{path}{os.sep}".startswith(f"{folder}{os.sep}"):
                self._remove_watch(self.descriptor, number)
                self.folders.pop(number, None)

    def matters(self, path: str) -> bool:
        """Say whether something is told of at all."""
        if os.path.basename(path).startswith("."):
            return False  # names that do not exist for the library
        return self._but is None or not f"{path}{os.sep}".startswith(f"{self._but}{os.sep}")

    def _walk(self) -> None:
        root = self._ahead.get()
        if self._watch(root):  # a hidden name does not matter there
            self._watch_below(root)
        _tell({"watching": len(self.folders)})
        while True:
            folder = self._ahead.get()
            if self._watch(folder):
                self._put(folder)
                self._watch_below(folder, tell=True)

    def _watch_below(self, folder: str, *, tell: bool = False) -> None:
        left = [folder]
        while left:
            folder = left.pop()
            try:
                with os.scandir(folder) as rows:
                    inside = [row.path for row in rows if row.is_dir(follow_symlinks=False)]
            except OSError:  # gone since, or closed to us
                continue
            for path in inside:
                if self.matters(path) and self._watch(path):
                    left.append(path)
                    if tell:
                        self._put(path)

    def _put(self, folder: str) -> None:
        self.new.put(folder)
        os.eventfd_write(self.news, 1)

    def _watch(self, folder: str) -> bool:
        """Have the kernel watch a folder; say whether it does, and did not before."""
        if self._is_full:
            return False
        number = self._add_watch(self.descriptor, os.fsencode(folder), _MASK)
        if number < 0:
            code = ctypes.get_errno()
            if code == errno.ENOSPC:
                self._is_full = True
                _tell({"problem": "there are more folders than fs.inotify.max_user_watches"})
            return False
        # One that is known by another name is mounted in two places, perhaps in itself.
        if self.folders.get(number, folder) != folder:
            return False
        self.folders[number] = folder
        return True


def _events(data: bytes) -> list[tuple[int, int, str]]:
    found, place = [], 0
    while place < len(data):
        number, mask, _, size = _EVENT.unpack_from(data, place)
        place += _EVENT.size
        name = os.fsdecode(data[place : place + size].rstrip(b"\0"))
        place += size
        found.append((number, mask, name))
    return found


class _Listener:
    """Turns what the kernel tells into folders in which something has changed."""

    def __init__(self, tree: _Tree) -> None:
        self._tree = tree
        self._changed: set[str] = set()
        self._unknown: list[tuple[int, tuple[int, int, str]]] = []

    def take(self) -> bool:
        """Note what the kernel tells, and say whether that was anything."""
        try:
            data = os.read(self._tree.descriptor, _BUFFER)
        except BlockingIOError:
            return False
        for event in _events(data):
            self._note(event, _TRIES)
        return True

    @property
    def is_puzzled(self) -> bool:
        """Whether it is not known yet what some of it is about."""
        return bool(self._unknown)

    def changed(self) -> set[str]:
        """Return the folders in which something has changed since the last time."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._tree.news)
        waiting, self._unknown = self._unknown, []
        for tries, event in waiting:
            self._note(event, tries)
        while not self._tree.new.empty():
            folder = self._tree.new.get()
            self._changed |= {folder, os.path.dirname(folder)}
        changed, self._changed = self._changed, set()
        return changed

    def _note(self, event: tuple[int, int, str], tries: int) -> None:
        number, mask, name = event
        if mask & _OVERFLOW:
            _tell({"missed": "there were too many changes at once"})
            return
        folder = self._tree.folders.get(number)
        if folder is None:
            # The thread that has it watched is about to say which one it is; or it was moved away.
            if tries and not mask & _IGNORED:
                self._unknown.append((tries - 1, event))
        elif mask & (_IGNORED | _UNMOUNTED):
            self._changed.add(os.path.dirname(folder))
            if mask & _IGNORED:
                self._tree.folders.pop(number, None)
        else:
            self._note_in(folder, name, mask)

    def _note_in(self, folder: str, name: str, mask: int) -> None:
        path = os.path.join(folder, name)
        if not self._tree.matters(path):
            return
        self._changed.add(folder)
        if mask & _IS_FOLDER:
            if mask & _MOVED_FROM:
                self._tree.remove(path)
            elif mask & (_CREATED | _MOVED_TO):
                self._tree.add(path)


def _identity(root: str) -> tuple[str, int, int]:
    found = os.stat(root)
    return os.path.realpath(root), found.st_dev, found.st_ino


def _watch_with_linux(root: str, wait: int, but: str | None) -> None:
    """Tell of changes until the root is another folder: it may be a link, or a mount.

    :raises OSError: there is no such folder, or nothing more is watched for this user.
    """
    identity = _identity(root)
    tree = _Tree(identity[0], but)
    listener = _Listener(tree)
    poll = select.poll()
    poll.register(tree.descriptor, select.POLLIN)
    poll.register(tree.news, select.POLLIN)
    looked = time.monotonic()
    while True:
        if poll.poll(_STEP if listener.is_puzzled else _LOOK):
            until = time.monotonic() + wait / 1000
            time.sleep(_STEP / 1000)
            while listener.take() and time.monotonic() < until:
                time.sleep(_STEP / 1000)  # rather than be woken by each write to a file
        if folders := listener.changed():
            _tell([*folders])
        if time.monotonic() > looked + _LOOK / 1000:
            looked = time.monotonic()
            if _identity(root) != identity:
                _tell({"over": ""})
                return


def _watch_with_watchfiles(path: list[str], root: str, wait: int, but: str | None) -> None:
    """Do the same by watchfiles, of which only what is in Rust is loaded.

    :raises Exception: whatever is wrong.
    """
    sys.path[:] = path
    notify = _rust_notify()(
        watch_paths=[os.path.realpath(root)],
        debug=False,
        force_polling=False,
        poll_delay_ms=0,
        recursive=True,
        ignore_permission_denied=True,
    )
    _tell({"watching": 1})
    while True:
        changes = notify.watch(wait, _STEP, 0, None)
        if folders := {
            os.path.dirname(path)
            for _, path in changes
            if but is None or not f"{path}{os.sep}".startswith(f"{but}{os.sep}")
        }:
            _tell([*folders])


def _rust_notify() -> type:
    """Return the class that watchfiles documents for direct use."""
    package = PathFinder.find_spec("watchfiles")
    spec = package and PathFinder.find_spec("_rust_notify", package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ImportError("watchfiles is not there, or another than is known")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type = module.RustNotify
    return found


def main(path: list[str], root: str, wait: int, but: str | None) -> None:
    """Tell of changes at or below *root*.

    :param path: where modules are looked for.
    :param wait: milliseconds, in which more changes may come.
    :param but: the folder of which nothing is told, nor of what is below it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a Ctrl-C that is meant for the server
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        if sys.platform == "linux":
            _watch_with_linux(root, wait, but)
        else:
            _watch_with_watchfiles(path, root, wait, but)
    except Exception as error:  # noqa: BLE001 - who listens has the word, and needs no more
        _tell({"over": str(error) or type(error).__name__})


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
