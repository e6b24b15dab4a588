"""The folder of a library, and the empty one in its place while its disk is not mounted."""

from __future__ import annotations

import os

from quart_video.storage.base import Unavailable
from quart_video.storage.local.file_systems import FileSystem, close_quietly, mounts


class MountPoint:
    """Knows the root of a library that has something in it from another, empty one.

    A disk that is not mounted leaves an empty folder, by which all videos would be gone. One that
    somebody has emptied is still the same folder.

    :param root: absolute path.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._full: int | None = None
        """Which folder it was that had something in it; ``None``: none that we know of."""

    def remember(self, identity: int) -> None:
        """Note which folder is known to have had something in it, as :func:`identity_of` tells."""
        self._full = identity

    def check(self) -> None:
        """See whether the folder is the one that is known to have something in it, or has, too.

        :raises Unavailable: it is another one, and empty.
        :raises OSError: it cannot be looked into.
        """
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            result = os.fstat(descriptor)
            identity = identity_of(result, mounts.of(descriptor, result.st_dev))
            with os.scandir(descriptor) as rows:
                for _ in rows:
                    self._full = identity
                    return
        finally:
            close_quietly(descriptor)
        if self._full not in (None, identity):
            raise Unavailable(
                "it is empty, and not the folder that had videos in it: mount its disk. If it is "
                "meant to be empty, delete the folder VIDEO_CACHE, which remembers them"
            )


def identity_of(result: os.stat_result, system: FileSystem) -> int:
    """Return what tells a folder from the others that may stand in its place.

    Where inodes are not kept, that is no more than that they are not.
    """
    return result.st_ino if system.keeps_inodes else 0
