"""Open what a path names below a root, and nothing else, whatever is swapped meanwhile.

Every component is opened relative to the descriptor of the folder before it and never followed as
a symbolic link by the kernel. Links are resolved here, one component at a time, and may lead
anywhere below the root but not out of it. So there is no moment between check and use. Anything but
folders and regular files is refused before it is opened, as opening a FIFO or a device acts on it.
So is what a folder lists by another name than that which is asked for.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Sequence
from typing import Self

from quart_video.storage.base import Denied, NotFound, Unavailable
from quart_video.storage.local.file_systems import close_quietly, mounts
from quart_video.storage.local.spelling import lists

MAX_LINKS = 40
"""Symbolic links followed for one path before it counts as a loop, as in the Linux kernel."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# To pass through a folder takes no right to list it.
_PASSAGE = _FOLDER | getattr(os, "O_PATH", 0)
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_LOOK = _FILE | getattr(os, "O_PATH", 0)


class _Walk:
    """Descriptors of the folders from the root to where we are."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._names: list[str] = []
        self.is_straight = True
        """Whether no symbolic link was followed: how one spells names is not looked at."""
        try:
            self._folders = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
        except OSError as error:  # a disk that is not mounted, say: what is below may come back
            raise Unavailable(f"the media root cannot be opened: {error}") from error
        try:
            self._devices = [os.fstat(self.here).st_dev]
        except OSError:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for folder in self._folders:
            close_quietly(folder)

    @property
    def here(self) -> int:
        return self._folders[-1]

    def find(self, name: str, *, is_asked: bool) -> os.stat_result:
        """Describe what is called *name* here.

        :param is_asked: whether it is who asks that calls it so, and not a link.
        """
        found = os.stat(name, dir_fd=self.here, follow_symlinks=False)
        if (
            is_asked
            and not mounts.of(self.here, self._devices[-1]).is_exact
            and not lists(self.here, "/".join([self._root, *self._names]), name)
        ):
            raise NotFound("its folder calls it by another name")
        return found

    def down(self, name: str, device: int) -> None:
        """Go on to the folder called *name*.

        :param device: that it is on.
        """
        self._folders.append(os.open(name, _PASSAGE, dir_fd=self.here))
        self._names.append(name)
        self._devices.append(device)

    def up(self) -> None:
        if len(self._folders) == 1:
            raise Denied("a symbolic link leaves the media root")
        close_quietly(self._folders.pop())
        self._names.pop()
        self._devices.pop()

    def back(self, components: Sequence[str]) -> Sequence[str]:
        """Go up to the last folder that is on the way to *components*; return what is ahead."""
        shared = 0
        while self._names[shared : shared + 1] == [*components[shared : shared + 1]] != []:
            shared += 1
        while len(self._names) > shared:
            self.up()
        return components[shared:]

    def to_root(self) -> None:
        while len(self._folders) > 1:
            self.up()

    def components_of_link(self, name: str) -> list[str]:
        """Read a link; for an absolute one below the root, start again from there."""
        self.is_straight = False
        target = os.readlink(name, dir_fd=self.here)
        if os.path.isabs(target):
            for root in (self._root, os.path.realpath(self._root)):
                if target == root or target.startswith(root.rstrip("/") + "/"):
                    self.to_root()
                    target = target[len(root) :]
                    break
            else:
                raise Denied("a symbolic link leaves the media root")
        return target.split("/")


def open_beneath(root: str, components: Sequence[str], *, look: bool = False) -> int:
    """Open the regular file or folder that *components* name below *root*.

    :param root: absolute path of a folder, trusted; it may be a link itself.
    :param look: whether it is only to be looked at, which takes no right to read it.
    :returns: a descriptor to read from, which does not block and is not inherited. Where a file is
        expected, check that it is one: it may have been swapped for a FIFO.
    :raises NotFound: there is nothing, or nothing that is a regular file or folder, or its folder
        lists it by another name.
    :raises Denied: a symbolic link leads out of the root.
    :raises Unavailable: the root itself cannot be opened.
    :raises OSError: as :func:`os.open` does.
    """
    with _Walk(root) as walk:
        return _open_from(walk, components, look=look)


class Siblings:
    """Opens folders below a root, one after the other.

    What is on the way to the one is not looked up again for the next, if that is close by: on file
    systems of FUSE, and over a network, that takes longer than all else. For so long the folders on
    the way are held open.

    :param root: as of :func:`open_beneath`.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._walk: _Walk | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._walk is not None:
            self._walk.__exit__()
            self._walk = None

    def open(self, components: Sequence[str]) -> int:
        """Open what *components* name, as :func:`open_beneath` does."""
        walk, self._walk = self._walk, None
        if walk is None:
            walk = _Walk(self._root)
        try:
            descriptor = _open_from(walk, walk.back(components))
        except BaseException:
            walk.__exit__()
            raise
        if walk.is_straight:
            self._walk = walk
        else:
            walk.__exit__()
        return descriptor


def _open_from(walk: _Walk, components: Sequence[str], *, look: bool = False) -> int:
    """Open what *components* name from where *walk* is."""
    ahead = deque(components)
    asked = len(ahead)  # of those ahead, how many are of who asks, and not out of a link
    links = 0
    while ahead:
        name = ahead.popleft()
        if name in ("", "."):
            continue
        if name == "..":  # only ever out of a link: no path of a client holds one
            walk.up()
            continue
        found = walk.find(name, is_asked=len(ahead) < asked)
        asked = min(asked, len(ahead))
        mode = found.st_mode
        if stat.S_ISLNK(mode):
            links += 1
            if links > MAX_LINKS:
                raise NotFound("symbolic links in a loop")
            ahead.extendleft(reversed(walk.components_of_link(name)))
        elif stat.S_ISDIR(mode):
            walk.down(name, found.st_dev)
        elif not stat.S_ISREG(mode):
            raise NotFound("neither a regular file nor a folder")
        elif any(rest not in ("", ".") for rest in ahead):
            raise NotFound("a file where a folder is asked for")
        else:
            # Should it have been swapped since: what was opened is looked at again before use.
            return os.open(name, _LOOK if look else _FILE, dir_fd=walk.here)
    return os.open(".", _PASSAGE if look else _FOLDER, dir_fd=walk.here)


def open_regular(path: str) -> int:
    """Open the regular file at *path*, which is trusted; symbolic links are followed.

    :raises NotFound: something else is there.
    :raises OSError: as :func:`os.open` does.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise NotFound("not a regular file")
    return os.open(path, _FILE & ~os.O_NOFOLLOW)
