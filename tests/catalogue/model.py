"""What an index has to answer, told in another way: by looking at everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from quart_video.catalogue import Query
from quart_video.catalogue.text.natural import natural_key, path_key
from quart_video.catalogue.text.words import searched, words_of
from quart_video.media_types import VIDEO_TYPES, extension
from quart_video.storage.base import FileFacts


@dataclass
class Model:
    """Files by path, and seconds that they last by path."""

    files: Mapping[str, FileFacts]
    durations: Mapping[str, float] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    """All folders, those without a file, too."""

    def listed(self, query: Query) -> list[str]:
        """Return the paths of all pages of a listing together."""
        found = [path for path in self.files if self._matches(path, query)]
        sort = query.order
        if sort == "relevance":
            return sorted(found, key=lambda path: (self._rank(path, query), path_key(path)))
        if sort == "name":
            return sorted(found, key=path_key)
        if sort == "-name":
            return sorted(found, key=path_key, reverse=True)
        by_name = sorted(found, key=path_key)
        unknown = [path for path in by_name if self._number(path, sort) is None]
        known = [path for path in by_name if self._number(path, sort) is not None]
        known.sort(key=lambda path: self._number(path, sort) or 0, reverse=sort.startswith("-"))
        if sort.startswith("-"):  # those that are alike still go by name
            known.sort(key=lambda path: (-(self._number(path, sort) or 0), path_key(path)))
        return known + unknown

    def total(self, query: Query) -> tuple[int, int]:
        """Return number and bytes."""
        found = self.listed(query)
        return len(found), sum(self.files[path].size for path in found)

    def shown_folders(self, query: Query) -> list[str]:
        """Return the folders on the first page, and on those behind it."""
        words = searched(query.q)
        if query.recursive or words is None:
            return []
        children = [path for path in self.folders if path.rpartition("/")[0] == query.folder]
        names = {path: path.rpartition("/")[2] for path in children if path}
        found = [path for path, name in names.items() if _has(words_of(name), words)]
        return sorted(found, key=lambda path: natural_key(names[path]))

    def _matches(self, path: str, query: Query) -> bool:
        below = path.removeprefix(query.prefix)
        if below == path and query.folder:
            return False
        if "/" in below and not query.recursive:
            return False
        words = searched(query.q)
        if words is None or not _has("".join(map(words_of, below.split("/"))), words):
            return False
        suffix = extension(path)
        if query.type and query.type.lower() not in (suffix[1:], VIDEO_TYPES[suffix]):
            return False
        lasts = self.durations.get(path)
        if query.min_duration is not None and (lasts is None or lasts < query.min_duration):
            return False
        return query.max_duration is None or (lasts is not None and lasts <= query.max_duration)

    def _rank(self, path: str, query: Query) -> int:
        words = searched(query.q) or ()
        name = words_of(path.rpartition("/")[2])
        if name.startswith(" " + " ".join(words)):
            return 0
        return 1 if _has(name, words) else 2

    def _number(self, path: str, sort: str) -> float | None:
        field_of = {"size": "size", "modified": "modified_ns"}
        sort = sort.removeprefix("-")
        if sort == "duration":
            return self.durations.get(path)
        number: int = getattr(self.files[path], field_of[sort])
        return number


def first(query: Query) -> Query:
    """Return the query of the first page."""
    return replace(query, cursor=None)


def _has(text: str, words: tuple[str, ...]) -> bool:
    return all(f" {word}" in text for word in words)
