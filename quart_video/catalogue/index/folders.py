"""The folders in one: how many a listing has, those that a page shows, and what is in them.

As in :mod:`~quart_video.catalogue.index.queries`, all is read within one transaction of the
caller's.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quart_video.bounded import BoundedCache
from quart_video.catalogue.index import conditions, statements
from quart_video.catalogue.index.rows import unpack_image, unpack_item
from quart_video.catalogue.index.vocabulary import loosened
from quart_video.catalogue.pagination import Position, encode_cursor
from quart_video.catalogue.text.natural import folder_bytes
from quart_video.catalogue.text.terms import Term
from quart_video.catalogue.types import Contents
from quart_video.storage.base import Entry


@dataclass(frozen=True, slots=True)
class Some:
    """Some of the folders, in natural order, each with the image that shows it."""

    folders: Mapping[Entry, Entry | None]
    ids: Sequence[int]
    """Those that the index has for them."""
    are_last: bool


NONE = Some({}, (), are_last=True)


class Folders:
    """The folders directly in one whose names have what is searched; or have it somewhere in them.

    :param for_captions: those that bear the name of one for captions. They are left out, but for
        those that there is a video in.
    :param known: what has been found out of this generation of the index.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        scope: conditions.Scope,
        terms: Sequence[Term],
        for_captions: Iterable[Entry],
        known: BoundedCache[Any, Any],
    ) -> None:
        self._connection = connection
        self._known = known
        keys = (folder_bytes(each.path) for each in for_captions if not each.is_link)
        hidden = [key for key in keys if not self._has_video(key)]
        self._condition = conditions.in_folder(scope, terms, hidden)
        if not self.total() and (middles := loosened(terms)):
            self._condition = conditions.in_folder(scope, middles, hidden)

    def total(self) -> int:
        """Return how many there are."""
        number: int = self._remembered(statements.folders_total(self._condition))
        return number

    def some(self, after: bytes, limit: int) -> Some:
        """Return the first ones behind a key."""
        rows = json.loads(self._fetch(statements.folders(self._condition, after, limit + 1)))
        shown = rows[:limit]
        return Some(
            {
                Entry(path, None, bool(link)): unpack_image(path, poster)
                for _, path, link, poster in shown
            },
            [number for number, *_ in shown],
            are_last=len(rows) <= limit,
        )

    def contents(self, some: Some, *, is_whole: bool) -> dict[str, Contents]:
        """Return what is in each of *some*, by their paths; of a link nobody knows.

        :param is_whole: whether the index has all of it.
        """
        if not some.ids:
            return {}
        return {
            path: Contents(number if is_whole else None, unpack_item(first) if first else None)
            for path, number, first in json.loads(self._remembered(statements.contents(some.ids)))
        }

    def _has_video(self, key: bytes) -> bool:
        scope = conditions.Scope(0, key, "", recursive=True)
        return bool(json.loads(self._fetch(statements.types(scope))))

    def _remembered(self, statement: statements.Statement) -> Any:
        return self._known.of(statement, lambda: self._fetch(statement))

    def _fetch(self, statement: statements.Statement) -> Any:
        return self._connection.execute(statement.sql, statement.values).fetchone()[0]


def cursor_after(folder: str) -> str:
    """Return the cursor for the folders behind one, which is the same in all orders of videos."""
    return encode_cursor("name", Position(None, folder, is_folder=True))
