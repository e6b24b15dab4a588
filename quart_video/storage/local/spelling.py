"""Whether a folder lists a name as it is spelled, where the file system may find it by another.

Some file systems take ``CLIP.MP4`` for ``clip.mp4``, and ``HIDDEN~1`` for ``.hidden.folder``. What
may be seen is decided by names, so that a second name would be a way around each decision: what its
folder does not list as spelled does not exist. On most disks of this machine the kernel is exact,
and nothing is looked at here.
"""

from __future__ import annotations

import os
from sys import getsizeof
from time import monotonic

from quart_video.bounded import BoundedCache
from quart_video.storage.local.file_systems import close_quietly

REMEMBERED = 8 * 2**20
"""Bytes for the names in the folders that were looked into last."""

_LONG = 60.0  # seconds for which a name that a folder has listed is taken for one that it lists
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

listed: BoundedCache[str, tuple[float, frozenset[str]]] = BoundedCache(REMEMBERED)
"""By the absolute path: when a folder was read, and all names in it."""


def lists(folder: int, path: str, name: str) -> bool:
    """Say whether an open folder lists *name*, exactly as it is spelled.

    A name that it is not known to list is looked for anew each time: it may have come just now.

    :param folder: a descriptor, of the kind that may only be passed through, too.
    :param path: absolute, of the same; names that were read of it a while ago count.
    :raises OSError: the folder cannot be read.
    """
    known = listed.get(path)
    if known is not None and name in known[1] and monotonic() < known[0] + _LONG:
        return True
    began = monotonic()
    descriptor = os.open(".", _FOLDER, dir_fd=folder)
    try:
        names = frozenset(os.listdir(descriptor))
    finally:
        close_quietly(descriptor)
    listed.put(path, (began, names), getsizeof(names) + sum(map(getsizeof, names)))
    return name in names
