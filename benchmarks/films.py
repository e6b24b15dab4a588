"""The bytes that are served: films of any size, of which every byte is known."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024

PERIOD = 1_048_573
"""After so many bytes a film repeats. A prime: what comes from the wrong place, be it wrong by a
byte or by any round number, is different."""

LONGEST = 256 * 1024
"""Bytes that can be compared at once."""

_PATTERN = random.Random(8).randbytes(PERIOD)  # noqa: S311 - to compare, not to keep secret
# It fits a processor's cache, so that comparing every byte costs a fraction of receiving it.
_REPEATED = _PATTERN + _PATTERN[:LONGEST]


@dataclass(frozen=True, slots=True)
class Film:
    """A file that is served."""

    path: Path
    size: int

    @property
    def name(self) -> str:
        """What the file is called in its folder."""
        return self.path.name


def is_of_film(data: memoryview, offset: int) -> bool:
    """Tell whether these are the bytes of a film from *offset* on.

    :param data: at most :data:`LONGEST` bytes.
    """
    return _REPEATED.startswith(data, offset % PERIOD)


class Films:
    """Films in a folder, each made when it is first asked for.

    :param longest: MiB of the one that most is about.
    """

    def __init__(self, folder: Path, longest: int) -> None:
        self.folder = folder
        self.longest = longest
        self._made: dict[int, Film] = {}

    def of_size(self, mib: float) -> Film:
        """Return the film of this size; all of it is in the page cache."""
        size = max(1, round(mib)) * MIB
        if size not in self._made:
            path = self.folder / f"film-{size // MIB}.mp4"
            with path.open("wb") as file:
                for _ in range(size // PERIOD):
                    file.write(_PATTERN)
                file.write(_PATTERN[: size % PERIOD])
                file.flush()
                os.fsync(file.fileno())  # what is not on the disk yet cannot be dropped from memory
            self._made[size] = Film(path, size)
        return self._made[size]


def drop(descriptor: int, offset: int, length: int) -> None:
    """Take a part of an open file out of the page cache."""
    os.posix_fadvise(descriptor, offset, length, os.POSIX_FADV_DONTNEED)


def can_be_dropped(film: Film) -> bool:
    """Tell whether the file system has a disk to read from again; one in memory has none."""
    with film.path.open("rb") as file:
        drop(file.fileno(), 0, film.size)
        try:
            os.preadv(file.fileno(), [bytearray(1)], film.size // 2, os.RWF_NOWAIT)
        except BlockingIOError:
            return True
        except OSError:  # it does not even know the question
            return False
    return False
