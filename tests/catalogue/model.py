"""What an index has to answer, told in another way: by looking at everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from quart_video.catalogue import Query
from quart_video.catalogue.text.natural import natural_key, path_key
from quart_video.catalogue.text.seasons import season_of, words_in
from quart_video.catalogue.text.terms import Phrase, Term, searched
from quart_video.catalogue.text.words import APART, words_of
from quart_video.media_types import VIDEO_TYPES, extension
from quart_video.storage.base import FileFacts


@dataclass
class Model:
    """Files by path, and seconds that they last by path."""

    files: Mapping[str, FileFacts]
    durations: Mapping[str, float] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    """All folders, those without a file, too."""
    titles: Mapping[str, str | None] = field(default_factory=dict)
    """What is written inside of files, by path."""

    def listed(self, query: Query) -> list[str]:
        """Return the paths of all pages of a listing together."""
        found, in_parts = self._found(query)
        sort = query.order
        if sort == "relevance":
            return sorted(
                found, key=lambda path: (self._rank(path, query, in_parts), path_key(path))
            )
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
        terms = searched(query.q)
        if query.recursive or terms is None:
            return []
        children = [path for path in self.folders if path.rpartition("/")[0] == query.folder]
        names = {path: path.rpartition("/")[2] for path in children if path}
        texts = {path: words_of(name) for path, name in names.items()}
        found = [path for path, text in texts.items() if _has([text], terms)]
        if not found:
            found = [
                path
                for path, text in texts.items()
                if _has([text], terms, parts=True, splits=False)
            ]
        return sorted(found, key=lambda path: natural_key(names[path]))

    def _found(self, query: Query) -> tuple[list[str], bool]:
        """Return what matches, and whether only parts of words do."""
        found = [path for path in self.files if self._matches(path, query)]
        if found:
            return found, False
        return [path for path in self.files if self._matches(path, query, parts=True)], True

    def _matches(self, path: str, query: Query, *, parts: bool = False) -> bool:
        below = path.removeprefix(query.prefix)
        if below == path and query.folder:
            return False
        if "/" in below and not query.recursive:
            return False
        terms = searched(query.q)
        if terms is None or not _has(self._texts(path, below), terms, parts=parts):
            return False
        suffix = extension(path)
        if query.type and query.type.lower() not in (suffix[1:], VIDEO_TYPES[suffix]):
            return False
        lasts = self.durations.get(path)
        if query.min_duration is not None and (lasts is None or lasts < query.min_duration):
            return False
        return query.max_duration is None or (lasts is not None and lasts <= query.max_duration)

    def _rank(self, path: str, query: Query, in_parts: bool) -> int:  # noqa: FBT001 - for sorted
        terms = searched(query.q) or ()
        name = self._name_of(path)
        if in_parts:
            return 0 if _has([name], terms, parts=True) else 1
        start = " " + " ".join(word for term in terms for word in term.words)
        is_whole = f"{name} ".startswith(f"{start} ")
        goes_on = name.startswith(start) and not terms[-1].ways[0][-1].is_whole
        exact = _has([name], [_exactly(term) for term in terms])
        ranks = [is_whole, goes_on, exact, _has([name], terms)]
        if terms[-1].words[-1].isdecimal():
            ranks[1:3] = exact, goes_on
        return ranks.index(True) if True in ranks else len(ranks)

    def _texts(self, path: str, below: str) -> list[str]:
        """Return the words of the folders, as one text, and those of the name."""
        return [APART.join(map(words_of, below.split("/")[:-1])), self._name_of(path)]

    def _name_of(self, path: str) -> str:
        title = self.titles.get(path)
        folder, _, name = path.rpartition("/")
        return words_in(season_of(folder), name) + (APART + words_of(title) if title else "")

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


def _exactly(term: Term) -> Term:
    ways = tuple(tuple(Phrase(each.words, is_whole=True) for each in way) for way in term.ways)
    return Term(term.words, ways)


def _has(
    texts: Sequence[str], terms: Sequence[Term], *, parts: bool = False, splits: bool = True
) -> bool:
    def has(phrase: Phrase) -> bool:
        wanted = f"{phrase.text} " if phrase.is_whole else phrase.text
        return any(wanted in f"{text} " for text in texts)

    def has_part(part: str) -> bool:
        shortest = 3 if len(terms) == 1 and part.isascii() else 2
        if len(part) < shortest:
            return False
        return any(part in text or (splits and _is_split(part, text)) for text in texts)

    return all(
        any(all(map(has, way)) for way in term.ways) or (parts and has_part(term.part))
        for term in terms
    )


def _is_split(part: str, text: str) -> bool:
    """Say whether *part* is two to four words that stand one after the other, written together."""
    words = text.split()
    for start in range(len(words)):
        for count in (2, 3, 4):
            *whole, last = words[start : start + count]
            if len(whole) < count - 1 or not part.startswith("".join(whole)):
                continue
            rest = part.removeprefix("".join(whole))
            if rest == last or (len(rest) >= 3 and last.startswith(rest)):
                return True
    return False
