"""What is written to an index: each function is one transaction, which its caller makes.

Rule 1: all that a listing reads of a folder is written at once, so that none is ever half there.
Folders that are gone are taken out in parts, the deepest first: a transaction keeps out all others.
Rule 2: many rows go into one statement, in which the interpreter is free for others.
Rule 3: the generation goes up when something that is shown has changed, and only then.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from quart_video.catalogue.index import schema
from quart_video.catalogue.index.rows import MICRO, FolderRow, FolderSnapshot, VideoRow
from quart_video.catalogue.text.natural import folder_bytes, name_bytes
from quart_video.catalogue.text.seasons import season_of, words_in
from quart_video.catalogue.text.words import APART, words_of
from quart_video.catalogue.types import Finding
from quart_video.storage.base import FileFacts
from quart_video.storage.names import join

_INSERT_FOLDER = "INSERT INTO folder (parent, path, key, words, is_link, entries)"
_INSERT_VIDEO = "INSERT INTO video (folder, key, size, modified, version, type, words, sidecars)"

_LONGEST_TITLE = 300  # letters; longer ones are no titles
_ROWS = 1024  # in one statement; a power of four
_MERGED = 64  # pages of the full-text index in one transaction
_AT_ONCE = (
    5000  # folders and videos of those that are gone, in one transaction: a tenth of a second
)


@dataclass(frozen=True, slots=True)
class _Folder:
    id: int
    path: str
    key: bytes
    words: str
    is_new: bool
    poster: str | None


def put(connection: sqlite3.Connection, snapshots: Iterable[FolderSnapshot]) -> bool:
    """Write what has been read of some folders, in the place of what was known of them.

    Those that are not known, as the folder above has gone, say, are passed over.

    :returns: whether there is more to do, by another call for the same: so much has gone that this
        took out a part of it.
    """
    left = {snapshot.path: _with_unseen(connection, snapshot) for snapshot in snapshots}
    changed = False
    # One may become known by what is written of another.
    while read := [(folder, left.pop(folder.path)) for folder in _known(connection, left)]:
        gone, fresh = _other_folders(connection, read)
        if _drop_some(connection, gone):
            return True
        changed |= _put(connection, read, gone, fresh)
    if changed:
        _count_up(connection)
    return False


def _put(
    connection: sqlite3.Connection,
    read: Sequence[tuple[_Folder, FolderSnapshot]],
    gone: tuple[bytes, ...],
    fresh_folders: Sequence[tuple[Any, ...]],
) -> bool:
    """Write what is in some folders; say whether that has changed."""
    for key in gone:
        _drop(connection, key)
    _insert(connection, _INSERT_FOLDER, fresh_folders)
    changed = bool(gone or fresh_folders)
    read = [(folder, snapshot) for folder, snapshot in read if not folder.key.startswith(gone)]
    arrived: list[tuple[int, VideoRow]] = []
    counted: list[tuple[_Folder, FolderSnapshot]] = []
    for folder, snapshot in read:
        changed |= folder.is_new or folder.poster != snapshot.poster
        fresh = snapshot.videos if folder.is_new else _changed(connection, folder, snapshot.videos)
        if fresh is not None:
            changed = True
            arrived += [(folder.id, video) for video in fresh]
            counted.append((folder, snapshot))
    _add_videos(connection, arrived)
    _put_tallies(connection, counted)
    _note_read(connection, read)
    return changed


def put_way(connection: sqlite3.Connection, folder: str) -> None:
    """Write into an empty index the folders on the way to *folder*, and that one, as unread.

    Those on the way count as read, and as holding nothing else.
    """
    path = ""
    for name in folder.split("/") if folder else []:
        above, path = path, join(path, name)
        row = FolderRow(path, name_bytes(name), words_of(name), is_link=False)
        put(connection, [FolderSnapshot(above, None, 0, [row], [])])


def read_pending(
    connection: sqlite3.Connection, snapshots: Iterable[FolderSnapshot], gone: Sequence[str]
) -> bool:
    """Write what has been read of some folders, and take out those that were not found.

    :returns: whether there is more to do, as :func:`put` does.
    """
    if put(connection, snapshots) or _drop_some(connection, [folder_bytes(each) for each in gone]):
        return True
    for path in gone:
        forget(connection, path)
    return False


def take_over(connection: sqlite3.Connection, snapshots: Iterable[FolderSnapshot]) -> bool:
    """Write of some folders what is not in the index as it is, and the way to them if need be.

    :returns: whether there is more to do, as :func:`put` does.
    """
    other = [snapshot for snapshot in snapshots if differs(connection, snapshot)]
    for snapshot in other:
        _make_way(connection, snapshot.path)
    return bool(other) and put(connection, other)


def _make_way(connection: sqlite3.Connection, path: str) -> None:
    """Write a folder, and those that it is in, as unread where they are not known."""
    row = connection.execute("SELECT 1 FROM folder WHERE path = ?", (path,)).fetchone()
    if row is not None:
        return
    above, _, name = path.rpartition("/")
    _make_way(connection, above)
    (parent,) = _known(connection, [above])
    folder = FolderRow(path, name_bytes(name), words_of(name), is_link=False)
    _insert(connection, _INSERT_FOLDER, [_new_folder(parent, folder)])
    _count_up(connection)


def differs(connection: sqlite3.Connection, snapshot: FolderSnapshot) -> bool:
    """Say whether :func:`put` would change anything."""
    snapshot = _with_unseen(connection, snapshot)
    row = connection.execute(
        "SELECT id, fingerprint, entries, poster FROM folder WHERE path = ?", (snapshot.path,)
    ).fetchone()
    if row is None or row[1:] != (snapshot.fingerprint, snapshot.entries, snapshot.poster):
        return True
    folders = connection.execute("SELECT path, is_link FROM folder WHERE parent = ?", row[:1])
    videos = connection.execute(
        "SELECT key, size, modified, version, sidecars FROM video WHERE folder = ? ORDER BY key",
        row[:1],
    )
    return dict(folders) != {row.path: row.is_link for row in snapshot.folders} or list(videos) != [
        (row.key, row.size, row.modified, row.version, row.sidecars) for row in snapshot.videos
    ]


def tells_nothing(connection: sqlite3.Connection, snapshot: FolderSnapshot) -> bool:
    """Say whether a folder has other names than are known, under the fingerprint that is known."""
    row = connection.execute(
        "SELECT id, fingerprint FROM folder WHERE path = ? AND entries IS NOT NULL",
        (snapshot.path,),
    ).fetchone()
    if (
        row is None
        or snapshot.fingerprint is None
        or row[1] != snapshot.fingerprint
        or snapshot.unseen
    ):
        return False
    folders = connection.execute("SELECT path FROM folder WHERE parent = ?", row[:1])
    videos = connection.execute("SELECT key FROM video WHERE folder = ?", row[:1])
    return {path for (path,) in folders} != {each.path for each in snapshot.folders} or {
        key for (key,) in videos
    } != {each.key for each in snapshot.videos}


def _with_unseen(connection: sqlite3.Connection, snapshot: FolderSnapshot) -> FolderSnapshot:
    """Add what is known of what could not be looked at: it is there as it was."""
    if not snapshot.unseen:
        return snapshot
    keys = json.dumps([*snapshot.unseen])
    folders = connection.execute(
        "SELECT f.path, f.is_link FROM json_each(?) j CROSS JOIN folder f ON f.path = ? || j.value",
        (keys, join(snapshot.path, "")),
    )
    known = {path: bool(link) for path, link in folders}
    videos = connection.execute(
        "SELECT v.key, v.size, v.modified, v.version, v.type, v.words, v.sidecars FROM folder f "
        "CROSS JOIN video v ON v.folder = f.id WHERE f.path = ?",
        (snapshot.path,),
    )
    names = {name_bytes(name) for name in snapshot.unseen}
    stay = [VideoRow(*row) for row in videos if row[0] in names]
    rows = [
        FolderRow(path, name_bytes(name), words_of(name), link)
        for path, link in known.items()
        for name in [path.rpartition("/")[2]]
    ]
    return dataclasses.replace(
        snapshot, folders=[*snapshot.folders, *rows], videos=sorted([*snapshot.videos, *stay])
    )


def forget(connection: sqlite3.Connection, path: str) -> bool:
    """Take out a folder that is gone, with all below it; of the root, what is in it.

    :returns: whether there is more to do, as :func:`put` does.
    """
    row = connection.execute("SELECT id FROM folder WHERE path = ?", (path,)).fetchone()
    if row is None:
        return False
    if not path:
        return put(connection, [FolderSnapshot("", None, 0, [], [])])
    key = folder_bytes(path)
    if _drop_some(connection, [key]):
        return True
    _drop(connection, key)
    _count_up(connection)
    return False


def set_found(connection: sqlite3.Connection, found: Iterable[Finding]) -> None:
    """Note what has been found inside videos.

    What has another version by now is passed over.
    """
    before = connection.total_changes
    for path, version, seconds, title in found:
        folder, _, name = path.rpartition("/")
        duration = None if seconds is None else round(seconds * MICRO)
        title = title[:_LONGEST_TITLE] if title else None  # noqa: PLW2901 - it is all the same
        row = connection.execute(
            "SELECT v.id, v.duration, v.title FROM folder f CROSS JOIN video v ON v.folder = f.id "
            "WHERE f.path = ? AND v.key = ? AND v.version = ?",
            (folder, name_bytes(name), version),
        ).fetchone()
        if row is None:
            continue
        number, *known = row
        if known[0] != duration:
            connection.execute("UPDATE video SET duration = ? WHERE id = ?", (duration, number))
        if known[1] != title:
            words = words_in(season_of(folder), name)
            words += f"{APART}{words_of(title)}" if title else ""
            _retitle(connection, [(title, words, number)])
    if connection.total_changes != before:
        _count_up(connection)


def set_unmeasurable(
    connection: sqlite3.Connection, videos: Iterable[tuple[str, str]], by: str
) -> None:
    """Note of which videos nobody can say how long they last.

    :param videos: path and version of each.
    :param by: who has been asked.
    """
    connection.executemany(
        "UPDATE video SET asked = ?4 WHERE key = ?2 AND version = ?3 "
        "AND folder = (SELECT id FROM folder WHERE path = ?1)",
        [
            (path.rpartition("/")[0], name_bytes(path.rpartition("/")[2]), version, by)
            for path, version in videos
        ],
    )


def _retitle(connection: sqlite3.Connection, rows: Sequence[tuple[str | None, str, int]]) -> None:
    """Write titles, and all words that videos are found by."""
    numbers = [number for *_, number in rows]
    _take_out_of_search(connection, numbers)
    connection.executemany("UPDATE video SET title = ?, words = ? WHERE id = ?", rows)
    if schema.has_search(connection):
        connection.execute(
            f"INSERT INTO search (rowid, words) SELECT v.id, {schema.SEARCH_TEXT} "
            "FROM json_each(?) j CROSS JOIN video v ON v.id = j.value "
            "CROSS JOIN folder f ON f.id = v.folder",
            (json.dumps(numbers),),
        )


def _take_out_of_search(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    if schema.has_search(connection):
        connection.execute(
            "INSERT INTO search (search, rowid, words) "
            f"SELECT 'delete', v.id, {schema.SEARCH_TEXT} FROM json_each(?) "
            "j CROSS JOIN video v ON v.id = j.value CROSS JOIN folder f ON f.id = v.folder",
            (json.dumps(numbers),),
        )


def merge_search(connection: sqlite3.Connection, *, begin: bool) -> bool:
    """Put a part of the full-text index together, without what has been taken out of it.

    :param begin: whether to have all of it put together; else that is gone on with.
    :returns: whether there is more to do.
    """
    if not schema.has_search(connection):
        return False
    before = connection.total_changes
    pages = -_MERGED if begin else _MERGED
    connection.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before >= 2  # so SQLite tells, as for what it is asked to do


def complete(connection: sqlite3.Connection) -> None:
    """Make ready for sorting by anything, now that most rows are there."""
    for statement in schema.ORDERS.strip().split(";\n"):
        connection.execute(statement)


def _count_up(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE state SET generation = generation + 1")


def _known(connection: sqlite3.Connection, paths: Iterable[str]) -> list[_Folder]:
    """Return those of the folders that are known."""
    rows = connection.execute(
        "SELECT f.id, f.path, f.key, f.words, f.entries IS NULL, f.poster "
        "FROM json_each(?) j CROSS JOIN folder f ON f.path = j.value",
        (json.dumps([*paths]),),
    )
    return [_Folder(*row) for row in rows]


def _other_folders(
    connection: sqlite3.Connection, read: Iterable[tuple[_Folder, FolderSnapshot]]
) -> tuple[tuple[bytes, ...], list[tuple[Any, ...]]]:
    """Return which folders in these are gone, or something else by now, and which are new.

    :returns: the keys of the former, and rows of the latter.
    """
    known: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for parent, path, link in connection.execute(
        "SELECT f.parent, f.path, f.is_link "
        "FROM json_each(?) j CROSS JOIN folder f ON f.parent = j.value",
        (json.dumps([folder.id for folder, _ in read]),),
    ):
        known[parent][path] = link
    gone: list[str] = []
    fresh: list[tuple[Any, ...]] = []
    for folder, snapshot in read:
        links = {row.path: row.is_link for row in snapshot.folders}
        stay = {path for path, link in known[folder.id].items() if links.get(path) == link}
        gone += known[folder.id].keys() - stay
        fresh += [_new_folder(folder, row) for row in snapshot.folders if row.path not in stay]
    return tuple(map(folder_bytes, gone)), fresh


def _new_folder(parent: _Folder, row: FolderRow) -> tuple[Any, ...]:
    # A link is never read here: what is in it is found where it leads to.
    entries = 0 if row.is_link else None
    key, words = parent.key + row.key + b"\0", f"{parent.words}{row.words}{APART}"
    return parent.id, row.path, key, words, row.is_link, entries


def _drop_some(connection: sqlite3.Connection, keys: Iterable[bytes]) -> bool:
    """Take out a part of some folders, with all below them, if they are many; say whether they are.

    What is left is as if those had been deleted, the deepest first, that are taken out here. If it
    ends half done, and the folders come back, those that they were in are read anew.
    """
    numbers: list[int] = []
    room = _AT_ONCE
    for key in keys:
        rows = connection.execute(
            "SELECT id, (SELECT total(videos) FROM folder_stats WHERE folder = folder.id) "
            "FROM folder WHERE key >= ? AND key < ? ORDER BY key DESC",
            (key, key + b"\xff"),
        )
        for number, videos in rows:
            numbers.append(number)
            room -= 1 + videos
            if room < 0:
                rows.close()
                which, values = "SELECT value FROM json_each(?)", (json.dumps(numbers),)
                connection.execute(
                    "UPDATE folder SET fingerprint = NULL WHERE id IN "
                    f"(SELECT parent FROM folder WHERE id IN ({which}))",
                    values,
                )
                _drop_folders(connection, which, values)
                _count_up(connection)
                return True
    return False


def _drop(connection: sqlite3.Connection, key: bytes) -> None:
    """Take out a folder and all below it."""
    below = (key, key + b"\xff")
    _drop_folders(connection, "SELECT id FROM folder WHERE key >= ? AND key < ?", below)


def _drop_folders(connection: sqlite3.Connection, which: str, values: tuple[Any, ...]) -> None:
    """Take out folders, by a query for their numbers, and what is directly in them."""
    if schema.has_search(connection):
        connection.execute(
            "INSERT INTO search (search, rowid, words) "
            f"SELECT 'delete', v.id, {schema.SEARCH_TEXT} FROM folder f CROSS JOIN video v "
            f"ON v.folder = f.id WHERE f.id IN ({which})",
            values,
        )
    connection.execute(f"DELETE FROM video WHERE folder IN ({which})", values)
    connection.execute(f"DELETE FROM folder_stats WHERE folder IN ({which})", values)
    connection.execute(f"DELETE FROM folder WHERE id IN ({which})", values)


def _changed(
    connection: sqlite3.Connection, folder: _Folder, videos: Sequence[VideoRow]
) -> list[VideoRow] | None:
    """Take out the videos that are gone, and write what is new of those that stay.

    :returns: those that have come; ``None``: all is as it was.
    """
    known = {
        key: (number, facts)
        for number, key, *facts in connection.execute(
            "SELECT id, key, size, modified, version, sidecars, title FROM video WHERE folder = ?",
            (folder.id,),
        )
    }
    fresh, other, untitled = [], [], []
    for video in videos:
        number, (*facts, title) = known.pop(video.key, (None, (None,)))
        now: list[Any] = [video.size, video.modified, video.version, video.sidecars]
        if number is None:
            fresh.append(video)
        elif facts != now:
            before = FileFacts(*facts[:3])
            is_same = before.content == FileFacts(*now[:3]).content
            other.append((*now, is_same, number))
            if title is not None and not is_same:
                untitled.append((None, video.words, number))
    if not (fresh or other or known):
        return None
    _remove_videos(connection, [number for number, _ in known.values()])
    connection.executemany(
        "UPDATE video SET size = ?1, modified = ?2, version = ?3, sidecars = ?4, "
        "duration = CASE WHEN ?5 THEN duration END, asked = CASE WHEN ?5 THEN asked END "
        "WHERE id = ?6",
        other,
    )
    if untitled:
        _retitle(connection, untitled)
    return fresh


def _remove_videos(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    for part in _parts(numbers):
        _take_out_of_search(connection, part)
        connection.execute(f"DELETE FROM video WHERE id IN ({', '.join('?' * len(part))})", part)


def _add_videos(connection: sqlite3.Connection, videos: Sequence[tuple[int, VideoRow]]) -> None:
    if not videos:
        return
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM video").fetchone()
    _insert(connection, _INSERT_VIDEO, [(folder, *video) for folder, video in videos])
    connection.execute(
        "INSERT INTO video_size_type SELECT id, size, type FROM video WHERE id > ?", (last,)
    )
    if schema.has_search(connection):
        connection.execute(
            f"INSERT INTO search (rowid, words) SELECT v.id, {schema.SEARCH_TEXT} "
            "FROM video v CROSS JOIN folder f ON f.id = v.folder WHERE v.id > ?",
            (last,),
        )


def _put_tallies(
    connection: sqlite3.Connection, read: Sequence[tuple[_Folder, FolderSnapshot]]
) -> None:
    """Write how many videos are in these folders."""
    connection.execute(
        "DELETE FROM folder_stats WHERE folder IN (SELECT value FROM json_each(?))",
        (json.dumps([folder.id for folder, _ in read]),),
    )
    rows = [(folder.id, *row) for folder, snapshot in read for row in snapshot.folder_stats()]
    _insert(connection, "INSERT INTO folder_stats", rows)


def _note_read(
    connection: sqlite3.Connection, read: Sequence[tuple[_Folder, FolderSnapshot]]
) -> None:
    """Write of these folders that they have been read."""
    rows = [
        (folder.id, snapshot.fingerprint, snapshot.entries, snapshot.poster)
        for folder, snapshot in read
    ]
    connection.execute(
        "UPDATE folder SET fingerprint = json_extract(j.value, '$[1]'), "
        "entries = json_extract(j.value, '$[2]'), poster = json_extract(j.value, '$[3]') "
        "FROM json_each(?) j WHERE folder.id = json_extract(j.value, '$[0]')",
        (json.dumps(rows),),
    )


def _insert(connection: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, all of as many values."""
    for part in _parts(rows):
        row = f"({', '.join('?' * len(part[0]))})"
        connection.execute(
            f"{into} VALUES {', '.join([row] * len(part))}", [*chain.from_iterable(part)]
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
