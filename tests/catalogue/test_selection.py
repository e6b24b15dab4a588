from __future__ import annotations

import random

import pytest

from quart_video.catalogue import SORTS, Sort, selection
from quart_video.catalogue.natural import NaturalKey, folder_key, natural_key
from quart_video.catalogue.order import ORDERS, Place
from quart_video.catalogue.selection import Selection
from quart_video.catalogue.shelf import Shelf
from quart_video.storage.base import Entry
from quart_video.storage.names import join
from tests.catalogue.shelves import facts

CHANCE = random.Random(1)
SHELVES = {folder: Shelf(folder, folder_key(folder)) for folder in ("", "a", "a/b", "a 10")}
ENTRIES = [
    (
        shelf,
        Entry(join(folder, f"{number}.mp4"), facts(CHANCE.randrange(9), CHANCE.randrange(10**6))),
    )
    for folder, shelf in SHELVES.items()
    for number in CHANCE.sample(range(10**6), 1000)
]


def place(sort: Sort, shelf: Shelf, entry: Entry) -> Place:
    return (ORDERS[sort].number(entry), shelf.key, natural_key(entry.name))


def ranked(sort: Sort) -> list[tuple[Place, Entry]]:
    rows = [(place(sort, shelf, entry), entry) for shelf, entry in ENTRIES]
    return sorted(rows, key=lambda row: row[0], reverse=ORDERS[sort].descending)


@pytest.mark.parametrize("arrival", ["at random", "in order", "in reverse"])
@pytest.mark.parametrize("size", [1, 51, 501, 10_000])
@pytest.mark.parametrize("sort", SORTS)
def test_the_first_of_many(sort: Sort, size: int, arrival: str) -> None:
    rows = ranked(sort)
    after = rows[700][0]
    whole, rest = Selection(ORDERS[sort], size, None), Selection(ORDERS[sort], size, after)
    arrivals = [entry for _, entry in rows]
    if arrival == "at random":
        random.Random(2).shuffle(arrivals)
    elif arrival == "in reverse":
        arrivals.reverse()
    for entry in arrivals:
        whole.offer(SHELVES[entry.folder], [entry])
        rest.offer(SHELVES[entry.folder], [entry])
    assert [(found.place, found.entry) for found in whole.first()] == rows[:size]
    assert [(found.place, found.entry) for found in rest.first()] == rows[701 : 701 + size]


@pytest.mark.parametrize("sort", ["modified", "-modified"])
@pytest.mark.parametrize("start", [None, 0, 3900])
def test_few_natural_keys_are_made(
    sort: Sort, start: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(name: str) -> NaturalKey:
        made.append(name)
        return natural_key(name)

    monkeypatch.setattr(selection, "natural_key", counted)
    after = None if start is None else ranked(sort)[start][0]
    chosen = Selection(ORDERS[sort], 50, after)
    for shelf, entry in ENTRIES:
        chosen.offer(shelf, [entry])
    chosen.first()
    assert len(made) < len(ENTRIES) / 4


def test_more_may_be_offered_after_a_look() -> None:
    chosen = Selection(ORDERS["name"], 2, None)
    seen = []
    for name in ("b.mp4", "c.mp4", "d.mp4", "a.mp4"):
        chosen.offer(SHELVES[""], [Entry(name, facts())])
        seen.append("".join(found.entry.name[0] for found in chosen.first()))
    assert seen == ["b", "bc", "bc", "ab"]
