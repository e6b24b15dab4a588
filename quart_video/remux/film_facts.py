"""What is to be known of a film before one of its movies is opened, and how it is kept. Pure."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import asdict, dataclass
from typing import Any

_CHECKSUM = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound track of a film."""

    number: int
    """Among the sound tracks of the file, from 0."""
    codec: str
    """As FFmpeg has it."""
    plays: bool
    """Whether browsers decode it out of an MP4, so that it is copied."""
    is_carried: bool
    """Whether an MP4 can hold it."""


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film of which a movie can be made."""

    main: int | None
    """Number of the sound track that plays by itself; ``None``: there is none."""
    sounds: tuple[Sound, ...]

    def sound(self, number: int | None) -> Sound | None:
        """Return a sound track by its number; ``None``: there is none."""
        return next((each for each in self.sounds if each.number == number), None)


def encode_film_facts(facts: FilmFacts) -> bytes:
    """Write *facts* as JSON behind its checksum."""
    data = json.dumps(asdict(facts), separators=(",", ":")).encode()
    return _CHECKSUM.pack(zlib.crc32(data)) + data


def decode_film_facts(data: bytes) -> FilmFacts:
    """Read what :func:`encode_film_facts` wrote.

    :raises ValueError: it is something else, or not as it was written.
    """
    told = data[_CHECKSUM.size :]
    if data[: _CHECKSUM.size] != _CHECKSUM.pack(zlib.crc32(told)):
        raise ValueError("no facts of a film, or such as were changed")
    try:
        fields: dict[str, Any] = json.loads(told)
        return FilmFacts(fields["main"], tuple(Sound(**each) for each in fields["sounds"]))
    except (KeyError, TypeError) as error:
        raise ValueError("not the facts of a film") from error


def movie_name(sound: int | None) -> str:
    """Return what the index of a movie with this sound track is kept as; ``None``: without."""
    return "movie" if sound is None else f"movie-{sound}"


def plan_name(sound: int) -> str:
    """Return what the parts are kept as that the AAC of this sound track is made in."""
    return f"plan-{sound}"
