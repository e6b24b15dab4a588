"""Which file system a folder is on, as the kernel's table of mounts has it."""

from __future__ import annotations

import os

from quart_video.storage.local.file_systems import close_quietly, known, mount_of

_ELSEWHERE = ("nfs", "cifs", "smb", "9p", "virtiofs", "vboxsf", "ceph", "afs", "davfs", "fuse")
"""What begins with these is written to by others than this kernel, which tells nobody of it."""


def kind_of(folder: str) -> str | None:
    """Return the type of the file system; ``None``: that cannot be told."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        mount = mount_of(descriptor)
    finally:
        close_quietly(descriptor)
    return None if mount is None else mount.kind


def may_be_elsewhere(kind: str) -> bool:
    """Say whether others may write to a file system of this type without this kernel's knowledge.

    ``fuseblk`` is a disk of this machine.
    """
    return kind.startswith(_ELSEWHERE) and kind != "fuseblk" and not known(kind).is_local
