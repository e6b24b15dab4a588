"""A folder with a great many files, of which all is known, so that every answer can be checked."""

from __future__ import annotations

import os
import random
from array import array
from bisect import bisect_right
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.listing.names import (
    LEAF,
    PLACES,
    SOUGHT,
    SUBJECTS,
    YEARS,
    Facts,
    file_name,
    folder_names,
    place,
    plain,
)
from quart_video.catalogue import natural_key
from quart_video.storage.names import join

PER_FOLDER = 50
"""Files in a folder, on average."""

FEW, MANY = 50, 1200
"""Files in the two folders that are listed by themselves."""

_NOW = 1_760_000_000


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and which of all the files are in it."""

    path: str
    files: range


class Tree:
    """Files that may be made, in folders.

    :param root: where :meth:`make` makes them.
    :param count: how many there are, 1,000 or more.
    """

    def __init__(self, root: Path, count: int) -> None:
        self.root = root
        self.names: list[str] = []
        self.sizes = array("q")
        self.times = array("q")
        """Of the last modification, in seconds."""
        self.folders: list[Folder] = []
        self._places = Counter[int]()
        self._days = Counter[tuple[int, int]]()
        self._choice = random.Random(count)  # noqa: S311 - to be the same each time, not secret
        paths = folder_names(count // PER_FOLDER)
        for number, path in enumerate(paths):
            left = count - len(self.names)
            self.folders.append(self._fill(path, self._share(number, left, len(paths) - number)))

    def _share(self, number: int, left: int, folders: int) -> int:
        """Return how many files a folder gets."""
        if folders == 1:
            return left
        if number in (LEAF, LEAF + 1):
            return min((FEW, MANY)[number - LEAF], left // 2)
        return round(left / folders * self._choice.uniform(0.5, 1.5))

    def _fill(self, path: str, count: int) -> Folder:
        choice = self._choice
        start = len(self.names)
        for number in range(1, count + 1):
            facts = Facts(
                choice.randrange(len(SUBJECTS)), choice.randrange(PLACES), choice.choice(YEARS)
            )
            self._places[facts.place] += 1
            self._days[facts.subject, facts.year] += 1
            self.names.append(file_name(facts, number, choice))
            self.sizes.append(choice.randrange(1 << 20, 1 << 33))
            self.times.append(_NOW - choice.randrange(10**9))
        return Folder(path, range(start, len(self.names)))

    def make(self) -> None:
        """Make the files. They have a size, but take no room."""
        self.root.mkdir(parents=True)
        for folder in self.folders:
            path = self.root / folder.path
            path.mkdir()
            directory = os.open(path, os.O_RDONLY)
            try:
                for number in folder.files:
                    self._make(number, directory)
            finally:
                os.close(directory)

    def _make(self, number: int, directory: int) -> None:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        descriptor = os.open(self.names[number], flags, 0o644, dir_fd=directory)
        try:
            os.ftruncate(descriptor, self.sizes[number])
            os.utime(descriptor, (self.times[number], self.times[number]))
        finally:
            os.close(descriptor)

    @property
    def few(self) -> Folder:
        """A folder of :data:`FEW` files, and nothing else."""
        return self.folders[LEAF]

    @property
    def many(self) -> Folder:
        """A folder of :data:`MANY` files, and nothing else."""
        return self.folders[LEAF + 1]

    def path_of(self, number: int) -> str:
        """Return the path of a file."""
        stops = [folder.files.stop for folder in self.folders]
        return join(self.folders[bisect_right(stops, number)].path, self.names[number])

    def number_of(self, path: str) -> int | None:
        """Return which file is at a path; ``None``: there is none."""
        folder, _, name = path.rpartition("/")
        files = self._by_path.get(folder, range(0))
        with suppress(ValueError):
            return self.names.index(name, files.start, files.stop)
        return None

    @cached_property
    def _by_path(self) -> dict[str, range]:
        return {folder.path: folder.files for folder in self.folders}

    @cached_property
    def _in_order(self) -> list[Folder]:
        return sorted(self.folders, key=lambda folder: [*map(natural_key, folder.path.split("/"))])

    def by_name(self, start: int, stop: int, folder: Folder | None = None) -> list[int]:
        """Return a part of the files, or of those in a folder, in natural order."""
        found: list[int] = []
        passed = 0
        for one in [folder] if folder else self._in_order:
            if passed + len(one.files) > start and passed < stop:
                files = sorted(one.files, key=lambda number: natural_key(self.names[number]))
                found += files[max(0, start - passed) : stop - passed]
            passed += len(one.files)
        return found

    @cached_property
    def by_size(self) -> list[int]:
        """All files, the smallest first."""
        return sorted(range(len(self.names)), key=self.sizes.__getitem__)

    @cached_property
    def by_time(self) -> list[int]:
        """All files, the oldest first."""
        return sorted(range(len(self.names)), key=self.times.__getitem__)

    @cached_property
    def total_size(self) -> int:
        """Bytes of all files."""
        return sum(self.sizes)

    def place(self, number: int) -> str:
        """Return a word that few names have, another for each number."""
        return plain(place(self._known_places[number * 7919 % len(self._known_places)]))

    @cached_property
    def _known_places(self) -> list[int]:
        return sorted(self._places)

    def at_places(self, beginning: str) -> int:
        """Return how many names have a place that begins so."""
        return sum(
            count
            for number, count in self._places.items()
            if plain(place(number)).startswith(beginning)
        )

    def of_year(self, word: str, year: int) -> int:
        """Return how many names have a subject with this word, and the year."""
        return self._days[SOUGHT[word], year]
