"""What is asked of a library, and what has to come back. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count, cycle, product
from typing import Any
from urllib.parse import urlencode

from benchmarks.listing.names import ENDING, SOUGHT, YEARS, beginnings, nowhere
from benchmarks.listing.tree import Folder, Tree
from benchmarks.load import Wrong
from quart_video.catalogue import Sort
from quart_video.catalogue.pagination import Position, encode_cursor

PAGE = 50
MOST = 500
"""Videos on the longest page."""

_PLACES = 500  # to find all their beginnings in

ORDERS: tuple[Sort, ...] = ("-name", "modified", "-modified", "size", "-size", "duration")
"""All but by name, which is asked for alone. No video has a duration: then it is by name."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for JSON of the library."""

    query: str
    check: Callable[[Any], None]
    """Raises :exc:`Wrong` unless the answer is right."""

    @property
    def path(self) -> str:
        """The path in the URL, with the query."""
        return f"/videos/-/api/videos?{self.query}"

    def look(self, body: bytes) -> None:
        """See that an answer is right.

        :raises Wrong: it is not.
        """
        self.check(json.loads(body))


def folder_pages(tree: Tree, folder: Folder, limit: int) -> list[Ask]:
    """List a folder, from its first page to its last."""
    files = tree.by_name(0, len(folder.files), folder)
    size = sum(tree.sizes[number] for number in files)
    asks = []
    for start in range(0, len(files), limit):
        given: dict[str, Any] = {"folder": folder.path, "limit": limit}
        if start:
            given["cursor"] = _cursor(tree, "name", files[start - 1])
        check = _Listed(tree, files[start : start + limit], len(files), size)
        asks.append(Ask(urlencode(given), check))
    return asks


def recursive(tree: Tree, order: Sort = "name", *, deep: bool = False) -> Ask:
    """List all there is, the first page or one in the middle."""
    total = len(tree.names)
    start = total // 2 if deep else 0
    # The one before it, too: that is where the cursor stands.
    files = _sorted(tree, order, max(0, start - 1), start + PAGE)
    given: dict[str, Any] = {"recursive": "true", "limit": PAGE, "sort": order}
    if deep:
        given["cursor"] = _cursor(tree, order, files.pop(0))
    return Ask(urlencode(given), _Listed(tree, files, total, tree.total_size, order))


def _sorted(tree: Tree, order: Sort, start: int, stop: int) -> list[int]:
    column = order.lstrip("-")
    if column in ("size", "modified"):
        files = tree.by_size if column == "size" else tree.by_time
        return files[::-1][start:stop] if order.startswith("-") else files[start:stop]
    if order.startswith("-"):
        total = len(tree.names)
        return tree.by_name(total - stop, total - start)[::-1]
    return tree.by_name(start, stop)


def _cursor(tree: Tree, order: Sort, number: int) -> str:
    value: int | None = 0
    if order.endswith("size"):
        value = tree.sizes[number]
    elif order.endswith("modified"):
        value = tree.times[number] * 10**9
    elif order.endswith("duration"):
        value = None
    return encode_cursor(order, Position(value, tree.path_of(number)))


@dataclass(frozen=True, slots=True)
class _Listed:
    """Checks a page of a listing."""

    tree: Tree
    files: Sequence[int]
    total: int
    total_size: int
    order: Sort = "name"

    def __call__(self, answer: Any) -> None:
        """Look at all of it."""
        files = _files(self.tree, answer)
        # Which of those comes first that have the same size or time, is not told here.
        column = {"size": self.tree.sizes, "modified": self.tree.times}.get(self.order.lstrip("-"))
        wanted = [column[number] for number in self.files] if column else self.files
        got = [column[number] for number in files] if column else files
        _same("videos", list(got), list(wanted))
        _same("total", answer["total"], self.total)
        _same("total_size", answer["total_size"], self.total_size)


def searches(tree: Tree) -> dict[str, Iterator[Ask]]:
    """Return searches by their kind: one after the other, as of the second time each is known."""
    common = beginnings(ENDING)
    days = list(product(SOUGHT, YEARS))
    places = [tree.place(number) for number in range(_PLACES)]
    # One letter or two, and only then three: each is of a tenth of the videos, or of a third.
    wide = dict.fromkeys(word[:letters] for letters in (1, 2, 3) for word in places)
    return {
        "rare": (_search(tree, word, tree.at_places(word)) for word in map(tree.place, count())),
        "prefix": (
            _search(tree, word, tree.at_places(word))
            for word in (tree.place(number)[:-3] for number in count())
        ),
        "wide": (_search(tree, word, tree.at_places(word)) for word in cycle(wide)),
        "two": (_search(tree, f"{w} {y}", tree.of_year(w, y)) for w, y in cycle(days)),
        "common": (_search(tree, word, len(tree.names)) for word in cycle(common)),
        "none": (_search(tree, nowhere(number), 0) for number in count()),
    }


def _search(tree: Tree, q: str, total: int) -> Ask:
    def check(answer: Any) -> None:
        files = _files(tree, answer)
        _same("total", answer["total"], total)
        _same("number of videos", len(set(files)), min(total, PAGE))
        _same("next_cursor", answer["next_cursor"] is not None, total > PAGE)

    return Ask(urlencode({"recursive": "true", "limit": PAGE, "q": q}), check)


def _files(tree: Tree, answer: Any) -> list[int]:
    """Return which files these are, and see that all that is said of them is right."""
    _same("scanning", answer["scanning"], wanted=False)
    files = []
    for video in answer["videos"]:
        number = tree.number_of(video["path"])
        if number is None:
            raise Wrong(f"lists {video['path']!r}, which is not there")
        _same("size", video["size"], tree.sizes[number])
        modified = datetime.fromisoformat(video["modified"]).timestamp()
        _same("modified", modified, tree.times[number])
        files.append(number)
    return files


def _same(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise Wrong(f"says {what} {str(got)[:200]} in place of {str(wanted)[:200]}")
