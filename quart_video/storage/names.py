"""Which paths can name something in a storage at all. Pure; decided before anything is touched."""

from __future__ import annotations

from collections.abc import Iterable

from quart_video.storage.base import BadName

MAX_NAME_BYTES = 1024
"""Longest component that a file system holds, in bytes of UTF-8: NTFS, exFAT and SMB have 255
letters, of which one may take four. Most have fewer, and say so themselves."""

MAX_PATH_BYTES = 4096
"""Longest path, in bytes of UTF-8 (PATH_MAX on Linux)."""


def name_problem(name: str) -> str | None:
    """Say why *name* cannot be one component of a path, or ``None`` if it can."""
    if not name:
        return "an empty component"
    if name.startswith("."):
        return "a hidden name"  # which covers "." and ".."
    if "\0" in name or "/" in name or "\\" in name:
        return "NUL, a slash or a backslash"
    if "\N{REPLACEMENT CHARACTER}" in name:
        # A URL that is not UTF-8 arrives with this in the place of the bytes: it must not match.
        return "bytes that are not UTF-8"
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "bytes that are not UTF-8"
    if len(encoded) > MAX_NAME_BYTES:
        return f"more than {MAX_NAME_BYTES} bytes"
    return None


def have_problem(names: Iterable[str]) -> bool:
    """Say whether :func:`name_problem` finds one with any of *names*, in a tenth of the time."""
    rows = [*names]
    joined = "/" + "/".join(rows)
    if joined.count("/") != len(rows) or "//" in joined or "/." in joined or joined[-1] == "/":
        return bool(rows)
    if "\0" in joined or "\\" in joined or "\N{REPLACEMENT CHARACTER}" in joined:
        return True
    try:
        encoded = joined.encode()
    except UnicodeEncodeError:
        return True
    return max(map(len, encoded.split(b"/"))) > MAX_NAME_BYTES


def split_path(path: str) -> tuple[str, ...]:
    """Split *path* into its components; the root, ``""``, has none.

    :raises BadName: the path cannot name anything that may be served.
    """
    if not path:
        return ()
    if len(path) > MAX_PATH_BYTES:  # before anything is made of it
        raise BadName(f"a path of more than {MAX_PATH_BYTES} bytes")
    components = tuple(path.split("/"))
    for name in components:
        if problem := name_problem(name):
            raise BadName(f"{path!r} has {problem}")
    if len(path.encode()) > MAX_PATH_BYTES:
        raise BadName(f"a path of more than {MAX_PATH_BYTES} bytes")
    return components


def join(folder: str, name: str) -> str:
    """Join a folder's path and a name, where the root is ``""``."""
    return f"{folder}/{name}" if folder else name
