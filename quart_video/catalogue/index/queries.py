"""What is read from an index: each function is within one transaction of its caller's.

So all that an answer says is of one moment, whatever is written meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quart_video.catalogue.index.rows import unpack_image, unpack_item
from quart_video.catalogue.index.schema import name_of
from quart_video.catalogue.sidecars.captions import CAPTION_FOLDERS
from quart_video.catalogue.text.natural import folder_bytes, name_bytes, natural_key
from quart_video.catalogue.text.seasons import season_of
from quart_video.catalogue.types import Item, Neighbours, Progress
from quart_video.storage.base import Entry, FileFacts, NotFound
from quart_video.storage.names import join

_MOST_ALIKE = 10  # videos whose names differ in case and accents alone
_MOST_SEASONS = 100  # folders that are looked at for the next one


@dataclass(frozen=True, slots=True)
class FolderState:
    """What the index knows of a folder as a whole."""

    path: str
    is_link: bool
    fingerprint: str | None
    entries: int | None
    """``None``: it has not been read yet."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some folders, in natural order."""

    folders: Sequence[FolderState]
    last: bytes
    """Where the batch ends."""


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A video of which nobody has said how long it lasts."""

    number: int
    """Goes up from one to the next."""
    entry: Entry
    version: str


def deepest(connection: sqlite3.Connection, folder: str) -> FolderState:
    """Return what is known of *folder*, or of the deepest folder above it that is known."""
    names = folder.split("/") if folder else []
    known = FolderState("", is_link=False, fingerprint=None, entries=None)
    low, high = 0, len(names)  # halving works, as all folders above a known one are known
    ahead = high
    while low <= high:
        path = "/".join(names[:ahead])
        row = connection.execute(
            "SELECT path, is_link, fingerprint, entries FROM folder WHERE path = ?", (path,)
        ).fetchone()
        if row is None:
            high = ahead - 1
        else:
            known = FolderState(row[0], bool(row[1]), row[2], row[3])
            low = ahead + 1
        ahead = (low + high + 1) // 2
    return known


def unread(connection: sqlite3.Connection, folder: str, limit: int) -> list[str]:
    """Return paths of folders at or below *folder* that are still to be read."""
    key = folder_bytes(folder)
    rows = connection.execute(
        "SELECT path FROM folder WHERE entries IS NULL AND key >= ? AND key < ? "
        "ORDER BY key LIMIT ?",
        (key, key + b"\xff", limit),
    )
    return [path for (path,) in rows]


def holds(connection: sqlite3.Connection, folder: str) -> bool:
    """Return whether anything is known of what is in a folder."""
    rows = connection.execute("SELECT 1 FROM folder WHERE path = ? AND entries > 0", (folder,))
    return rows.fetchone() is not None


def progress(connection: sqlite3.Connection) -> Progress:
    """Return how many of the folders have been read."""
    (found,) = connection.execute("SELECT count(entries), count(*) FROM folder")
    return Progress(*found)


def number_of_videos(connection: sqlite3.Connection) -> int:
    """Return how many videos there are."""
    (number,) = connection.execute("SELECT coalesce(sum(videos), 0) FROM folder_stats").fetchone()
    return int(number)


def caption_folders(connection: sqlite3.Connection, folder: str) -> list[FolderState]:
    """Return the folders directly in *folder* that bear the name of one for captions."""
    above = folder_bytes(folder)
    found = []
    for name in sorted(CAPTION_FOLDERS):  # by their keys: there may be very many others
        key = above + natural_key(name)[0].encode() + b"\0"
        rows = connection.execute(
            "SELECT path, is_link, fingerprint, entries FROM folder WHERE "
            "parent = (SELECT id FROM folder WHERE path = ?) AND key >= ? AND key < ? ORDER BY key",
            (folder, key, key + b"\xff"),
        )
        found += [FolderState(path, bool(link), *rest) for path, link, *rest in rows]
    # Accents do not count for a key.
    return [each for each in found if each.path.rpartition("/")[2].lower() in CAPTION_FOLDERS]


def batch(connection: sqlite3.Connection, folder: str, after: bytes, limit: int) -> Batch:
    """Return folders at or below *folder* that have been read, some at a time.

    :param after: :attr:`Batch.last` of the batch before, ``b""`` at first.
    """
    key = folder_bytes(folder)
    rows = connection.execute(
        "SELECT path, is_link, fingerprint, entries, key FROM folder WHERE entries IS NOT NULL "
        "AND NOT is_link AND key >= ? AND key < ? ORDER BY key LIMIT ?",
        (after + b"\0" if after else key, key + b"\xff", limit),
    ).fetchall()
    states = [FolderState(path, bool(link), *rest) for path, link, *rest, _ in rows]
    return Batch(states, rows[-1][4] if rows else after)


def item(connection: sqlite3.Connection, path: str) -> Item | None:
    """Return what the index knows of the video at *path*."""
    folder, _, name = path.rpartition("/")
    return _one(connection, "v.key = ?", "v.key", folder, name_bytes(name))


def folder_poster(connection: sqlite3.Connection, folder: str) -> Entry | None:
    """Return the image that shows *folder*.

    :raises NotFound: the index has no such folder.
    """
    row = connection.execute("SELECT poster FROM folder WHERE path = ?", (folder,)).fetchone()
    if row is None:
        raise NotFound(f"{folder!r} is no folder")
    return unpack_image(folder, row[0])


def videos_called(connection: sqlite3.Connection, folder: str, names: Sequence[str]) -> list[str]:
    """Return the videos in *folder* that have one of *names*, or are all that there is.

    Case and accents do not count. It costs the same whatever there is.

    :returns: paths.
    :raises NotFound: the index has no such folder.
    """
    row = connection.execute("SELECT id FROM folder WHERE path = ?", (folder,)).fetchone()
    if row is None:
        raise NotFound(f"{folder!r} is no folder")
    found = []
    for name in names:
        key = natural_key(name)[0].encode()
        found += connection.execute(
            f"SELECT {name_of('v.key')} FROM video v WHERE v.folder = ? AND v.key >= ? "
            "AND v.key < ? ORDER BY v.key LIMIT ?",
            (row[0], key + b"\0", key + b"\1", _MOST_ALIKE),
        ).fetchall()
    if not found:
        found = connection.execute(
            f"SELECT {name_of('v.key')} FROM video v WHERE v.folder = ? LIMIT 2", row
        ).fetchall()
        found = found if len(found) == 1 else []
    return [join(folder, name) for (name,) in found]


def unmeasured(connection: sqlite3.Connection, after: int, limit: int, by: str) -> list[Unmeasured]:
    """Return videos of unknown duration, those with numbers above *after*.

    :param by: who is to be asked, and has not been in vain.
    """
    rows = connection.execute(
        f"SELECT v.id, f.path, {name_of('v.key')}, v.size, v.modified, v.version "
        "FROM video v CROSS JOIN folder f ON f.id = v.folder "
        "WHERE v.duration IS NULL AND v.asked IS NOT ? AND v.id > ? ORDER BY v.id LIMIT ?",
        (by, after, limit),
    )
    return [
        Unmeasured(number, Entry(join(folder, name), FileFacts(*facts)), facts[2])
        for number, folder, name, *facts in rows
    ]


def neighbours(connection: sqlite3.Connection, path: str) -> Neighbours:
    """Return what stands before and after *path* in its folder, or in that of the next season."""
    folder, _, name = path.rpartition("/")
    key = name_bytes(name)
    return Neighbours(
        _one(connection, "v.key < ?", "v.key DESC", folder, key)
        or _in_season(connection, folder, "DESC"),
        _one(connection, "v.key > ?", "v.key", folder, key)
        or _in_season(connection, folder, "ASC"),
    )


def _in_season(connection: sqlite3.Connection, folder: str, direction: str) -> Item | None:
    """Return the nearest video of the seasons beside *folder*, if that is one of them.

    Specials, as season 0, stand beside the others, and not before them.
    """
    here = season_of(folder)
    if here is None or not here.number:
        return None
    place = (here.number, folder_bytes(folder))
    places: dict[tuple[int, bytes], str] = {}
    for path in _beside(connection, folder):
        season = season_of(path)
        if season is not None and season.number and season.series == here.series:
            places[season.number, folder_bytes(path)] = path
    ahead = sorted(other for other in places if (other > place) == (direction == "ASC"))
    for other in ahead if direction == "ASC" else reversed(ahead):
        found = _one(connection, "v.key > ?", f"v.key {direction}", places[other], b"")
        if found is not None:
            return found
    return None


def _beside(connection: sqlite3.Connection, folder: str) -> Iterator[str]:
    """Yield the folders beside one, as many on either side as may be of its seasons."""
    for beyond, direction in (("<", "DESC"), (">", "ASC")):
        rows = connection.execute(
            "SELECT f.path FROM folder f, folder o WHERE o.path = ? AND f.parent = o.parent "
            f"AND f.key {beyond} o.key AND NOT f.is_link ORDER BY f.key {direction} LIMIT ?",
            (folder, _MOST_SEASONS),
        )
        yield from (path for (path,) in rows)


def _one(
    connection: sqlite3.Connection, condition: str, order: str, folder: str, key: bytes
) -> Item | None:
    row = connection.execute(
        f"SELECT f.path, {name_of('v.key')}, v.size, v.modified, v.version, v.sidecars, "
        "v.duration, v.title FROM folder f CROSS JOIN video v ON v.folder = f.id "
        f"WHERE f.path = ? AND {condition} ORDER BY {order} LIMIT 1",
        (folder, key),
    ).fetchone()
    return None if row is None else unpack_item(row)
