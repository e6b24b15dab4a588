"""What is written to an index: each function is one transaction, which its caller makes.

Rule 1: all that a listing reads of a folder is written at once, so that none is ever half there.
Rule 2: many rows go into one statement, in which the interpreter is free for others.
Rule 3: the generation goes up when something that is shown has changed, and only then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from quart_video.catalogue import schema
from quart_video.catalogue.natural import folder_bytes, name_bytes
from quart_video.catalogue.rows import FolderRow, Shelf, VideoRow
from quart_video.catalogue.words import words_of
from quart_video.storage.names import join

_INSERT_FOLDER = (
    "INSERT INTO folder (parent, path, key, words, is_link, entries) VALUES (?, ?, ?, ?, ?, ?)"
)

_ROWS = 256  # in one statement; a multiple of four, thrice


@dataclass(frozen=True, slots=True)
class _Folder:
    id: int
    key: bytes
    words: str
    is_new: bool
    poster: str | None


def put(connection: sqlite3.Connection, shelves: Iterable[Shelf]) -> None:
    """Write what has been read of some folders, in the place of what was known of them.

    One that is not known, as the folder above it has gone meanwhile, is passed over.
    """
    changed = False
    arrived: list[tuple[int, VideoRow]] = []
    for shelf in shelves:
        row = connection.execute(
            "SELECT id, key, words, entries IS NULL, poster FROM folder WHERE path = ?",
            (shelf.path,),
        ).fetchone()
        if row is None:
            continue
        folder = _Folder(*row)
        changed |= _put_folders(connection, folder, shelf) | folder.is_new
        changed |= folder.poster != shelf.poster
        fresh = shelf.videos if folder.is_new else _changed(connection, folder, shelf.videos)
        if fresh is not None:
            changed = True
            arrived += [(folder.id, video) for video in fresh]
            _put_tally(connection, folder.id, shelf)
        connection.execute(
            "UPDATE folder SET fingerprint = ?, entries = ?, poster = ? WHERE id = ?",
            (shelf.fingerprint, shelf.entries, shelf.poster, folder.id),
        )
    _add_videos(connection, arrived)
    if changed:
        _count_up(connection)


def put_way(connection: sqlite3.Connection, folder: str) -> None:
    """Write into an empty index the folders on the way to *folder*, and that one, as unread.

    Those on the way count as read, and as holding nothing else.
    """
    path = ""
    for name in folder.split("/") if folder else []:
        above, path = path, join(path, name)
        row = FolderRow(path, name_bytes(name), words_of(name), is_link=False)
        put(connection, [Shelf(above, None, 0, [row], [])])


def fill(connection: sqlite3.Connection, shelves: Iterable[Shelf], gone: Iterable[str]) -> None:
    """Write what has been read of some folders, and take out those that were not found."""
    put(connection, shelves)
    for path in gone:
        forget(connection, path)


def take_over(connection: sqlite3.Connection, shelves: Iterable[Shelf]) -> None:
    """Write of some folders what is not in the index as it is, and the way to them if need be."""
    other = [shelf for shelf in shelves if differs(connection, shelf)]
    for shelf in other:
        _make_way(connection, shelf.path)
    if other:
        put(connection, other)


def _make_way(connection: sqlite3.Connection, path: str) -> None:
    """Write a folder, and those that it is in, as unread where they are not known."""
    row = connection.execute("SELECT 1 FROM folder WHERE path = ?", (path,)).fetchone()
    if row is not None:
        return
    above, _, name = path.rpartition("/")
    _make_way(connection, above)
    (known,) = connection.execute("SELECT id, key, words FROM folder WHERE path = ?", (above,))
    parent = _Folder(known[0], known[1], known[2], is_new=False, poster=None)
    folder = FolderRow(path, name_bytes(name), words_of(name), is_link=False)
    connection.execute(_INSERT_FOLDER, _new_folder(parent, folder))
    _count_up(connection)


def differs(connection: sqlite3.Connection, shelf: Shelf) -> bool:
    """Say whether :func:`put` would change anything."""
    row = connection.execute(
        "SELECT id, fingerprint, entries, poster FROM folder WHERE path = ?", (shelf.path,)
    ).fetchone()
    if row is None or row[1:] != (shelf.fingerprint, shelf.entries, shelf.poster):
        return True
    folders = connection.execute("SELECT path, is_link FROM folder WHERE parent = ?", row[:1])
    videos = connection.execute(
        "SELECT key, size, modified, version, beside FROM video WHERE folder = ? ORDER BY key",
        row[:1],
    )
    return dict(folders) != {row.path: row.is_link for row in shelf.folders} or list(videos) != [
        (row.key, row.size, row.modified, row.version, row.beside) for row in shelf.videos
    ]


def forget(connection: sqlite3.Connection, path: str) -> None:
    """Take out a folder that is gone, with all below it; of the root, what is in it."""
    row = connection.execute("SELECT id FROM folder WHERE path = ?", (path,)).fetchone()
    if row is None:
        return
    if path:
        _drop(connection, folder_bytes(path))
    else:
        put(connection, [Shelf("", None, 0, [], [])])
    _count_up(connection)


def set_durations(
    connection: sqlite3.Connection, durations: Iterable[tuple[str, str, float | None]]
) -> None:
    """Note how long videos last.

    :param durations: path and version of each video, and its seconds; what has another version by
        now is passed over.
    """
    before = connection.total_changes
    connection.executemany(
        "UPDATE video SET duration = ?4 WHERE key = ?2 AND version = ?3 AND duration IS NOT ?4 "
        "AND folder = (SELECT id FROM folder WHERE path = ?1)",
        [
            (
                path.rpartition("/")[0],
                name_bytes(path.rpartition("/")[2]),
                version,
                None if seconds is None else round(seconds * 1_000_000),
            )
            for path, version, seconds in durations
        ],
    )
    if connection.total_changes != before:
        _count_up(connection)


def complete(connection: sqlite3.Connection) -> None:
    """Make ready for sorting by anything, now that most rows are there."""
    for statement in schema.ORDERS.strip().split(";\n"):
        connection.execute(statement)


def _count_up(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE state SET generation = generation + 1")


def _put_folders(connection: sqlite3.Connection, folder: _Folder, shelf: Shelf) -> bool:
    """Write which folders are in this one; say whether that has changed."""
    found = {row.path: row for row in shelf.folders}
    known = dict(
        connection.execute("SELECT path, is_link FROM folder WHERE parent = ?", (folder.id,))
    )
    gone = [
        path for path, link in known.items() if path not in found or found[path].is_link != link
    ]
    for path in gone:
        _drop(connection, folder_bytes(path))
        del known[path]
    fresh = [row for path, row in found.items() if path not in known]
    connection.executemany(_INSERT_FOLDER, [_new_folder(folder, row) for row in fresh])
    return bool(gone or fresh)


def _new_folder(parent: _Folder, row: FolderRow) -> tuple[Any, ...]:
    # A link is never read here: what is in it is found where it leads to.
    entries = 0 if row.is_link else None
    key, words = parent.key + row.key + b"\0", parent.words + row.words
    return parent.id, row.path, key, words, row.is_link, entries


def _drop(connection: sqlite3.Connection, key: bytes) -> None:
    """Take out a folder and all below it."""
    below = (key, key + b"\xff")
    folders = "SELECT id FROM folder WHERE key >= ? AND key < ?"
    if schema.has_search(connection):
        connection.execute(
            "INSERT INTO search (search, rowid, words) "
            f"SELECT 'delete', v.id, {schema.SEARCH_TEXT} FROM folder f CROSS JOIN video v "
            "ON v.folder = f.id WHERE f.key >= ? AND f.key < ?",
            below,
        )
    connection.execute(f"DELETE FROM video WHERE folder IN ({folders})", below)
    connection.execute(f"DELETE FROM tally WHERE folder IN ({folders})", below)
    connection.execute("DELETE FROM folder WHERE key >= ? AND key < ?", below)


def _changed(
    connection: sqlite3.Connection, folder: _Folder, videos: Sequence[VideoRow]
) -> list[VideoRow] | None:
    """Take out the videos that are gone, and write what is new of those that stay.

    :returns: those that have come; ``None``: all is as it was.
    """
    known = {
        key: (number, facts)
        for number, key, *facts in connection.execute(
            "SELECT id, key, size, modified, version, beside FROM video WHERE folder = ?",
            (folder.id,),
        )
    }
    fresh, other = [], []
    for video in videos:
        number, facts = known.pop(video.key, (None, None))
        now = [video.size, video.modified, video.version, video.beside]
        if number is None:
            fresh.append(video)
        elif facts != now:
            other.append((*now, video.version, number))
    if not (fresh or other or known):
        return None
    _remove_videos(connection, [number for number, _ in known.values()])
    connection.executemany(
        "UPDATE video SET size = ?, modified = ?, version = ?, beside = ?, "
        "duration = CASE version WHEN ? THEN duration END WHERE id = ?",
        other,
    )
    return fresh


def _remove_videos(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    has_search = schema.has_search(connection)
    for part in _parts(numbers):
        these = f"({', '.join('?' * len(part))})"
        if has_search:
            connection.execute(
                "INSERT INTO search (search, rowid, words) "
                f"SELECT 'delete', v.id, {schema.SEARCH_TEXT} FROM video v CROSS JOIN folder f "
                f"ON f.id = v.folder WHERE v.id IN {these}",
                part,
            )
        connection.execute(f"DELETE FROM video WHERE id IN {these}", part)


def _add_videos(connection: sqlite3.Connection, videos: Sequence[tuple[int, VideoRow]]) -> None:
    if not videos:
        return
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM video").fetchone()
    for part in _parts(videos):
        connection.execute(
            "INSERT INTO video (folder, key, name, size, modified, version, type, words, beside) "
            f"VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?, ?, ?)'] * len(part))}",
            [*chain.from_iterable((folder, *video) for folder, video in part)],
        )
    if schema.has_search(connection):
        connection.execute(
            f"INSERT INTO search (rowid, words) SELECT v.id, {schema.SEARCH_TEXT} "
            "FROM video v CROSS JOIN folder f ON f.id = v.folder WHERE v.id > ?",
            (last,),
        )


def _put_tally(connection: sqlite3.Connection, folder: int, shelf: Shelf) -> None:
    connection.execute("DELETE FROM tally WHERE folder = ?", (folder,))
    connection.executemany(
        "INSERT INTO tally VALUES (?, ?, ?, ?)", [(folder, *row) for row in shelf.tally()]
    )


def _parts(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Yield *rows* in pieces of a few sizes only, so that SQLite has each statement prepared."""
    start = 0
    while start < len(rows):
        size = _ROWS
        while size > len(rows) - start:
            size //= 4
        yield rows[start : start + size]
        start += size
