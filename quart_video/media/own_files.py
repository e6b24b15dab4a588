"""Files that we have written, in a folder that others may be able to reach.

Each folder on the way is opened relative to the one before. No symbolic link is followed below the
root, nothing but a regular file is read, and none that belongs to somebody else: whoever can write
there has neither our files replaced by others that we may read, nor us wait for a pipe of theirs.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from quart_video.storage.base import Denied
from quart_video.storage.local.file_systems import close_quietly

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def open_folder(root: str, names: Sequence[str], *, make: bool = False) -> Iterator[int]:
    """Open a folder below *root*, which is trusted and may be a link itself.

    :param make: make what is not there, *root* too, for nobody else to look into.
    :raises Denied: it belongs to somebody else.
    :raises OSError: there is none, or a link on the way to it.
    """
    if make:
        os.makedirs(root, mode=0o700, exist_ok=True)
    folder = os.open(root, _FOLDER)
    try:
        for name in names:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=folder)
            below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            close_quietly(folder)
            folder = below
        _require_ours(folder, "a folder")
        yield folder
    finally:
        close_quietly(folder)


def open_file(folder: int, name: str) -> int:
    """Open a file in an open folder, to read from.

    :raises Denied: it is no regular file, or somebody else's.
    :raises OSError: there is none, or a link in its place.
    """
    descriptor = os.open(name, _READ, dir_fd=folder)
    try:
        _require_ours(descriptor, repr(name), is_file=True)
    except BaseException:
        close_quietly(descriptor)
        raise
    return descriptor


def write_file(folder: int, name: str, data: bytes) -> None:
    """Write a file in an open folder, in the place of whatever is there: whole or not at all.

    :raises OSError: it cannot be written.
    """
    draft = f".{name}.{secrets.token_hex(4)}"
    try:
        with open(os.open(draft, _WRITE, 0o600, dir_fd=folder), "wb") as file:
            file.write(data)
        os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(draft, dir_fd=folder)
        raise


def folder_problem(path: str) -> str | None:
    """Say why a folder is not one to keep things in: others may write to it.

    :returns: ``None`` where it is, or is not there yet.
    """
    try:
        result = os.stat(path)
    except OSError:
        return None
    if result.st_mode & stat.S_IWOTH:
        return "everybody may write to it"
    # A group that we are in shares it with us on purpose, as volumes of containers are shared.
    if result.st_mode & stat.S_IWGRP and result.st_gid not in {os.getegid(), *os.getgroups()}:
        return f"the group {result.st_gid} may write to it, and we are not in that"
    if os.geteuid() != 0 and result.st_uid not in {os.geteuid(), 0}:
        return f"it belongs to the user {result.st_uid}, and we are {os.geteuid()}"
    return None


def _require_ours(descriptor: int, what: str, *, is_file: bool = False) -> None:
    result = os.fstat(descriptor)
    if is_file and not stat.S_ISREG(result.st_mode):
        raise Denied(f"{what} in VIDEO_CACHE is no regular file")
    # The superuser may look after what is another's.
    if os.geteuid() not in {0, result.st_uid}:
        raise Denied(f"{what} in VIDEO_CACHE belongs to the user {result.st_uid}")
