"""Movies out of made-up bytes, for tests."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from quart_video.remux.boxes import full_box
from quart_video.remux.index_cache import IndexCache
from quart_video.remux.index_file import write_index
from quart_video.remux.movie import Movie
from quart_video.remux.track import FILM, LITERAL, Pieces, Track
from quart_video.remux.virtual import VirtualMedia
from quart_video.storage.base import Media
from quart_video.storage.memory import BytesMedia, content_version

ENTRY = full_box(b"stsd", 0, 0, bytes(4))


def track(
    sizes: Sequence[int],
    offsets: Sequence[int] | None = None,
    *,
    step: int = 40,
    timescale: int = 1000,
    kind: str = "video",
    start: int = 0,
) -> Track:
    """Make a track whose samples have *sizes* and stand in the film at *offsets*."""
    if offsets is None:
        offsets = [sum(sizes[:number]) for number in range(len(sizes))]
    pieces = Pieces(array("H", [FILM] * len(sizes)), array("Q", offsets), array("I", sizes))
    times = array("q", [start + step * number for number in range(len(sizes))])
    return Track(
        kind="video" if kind == "video" else "audio",
        codec="h264" if kind == "video" else "aac",
        timescale=timescale,
        sample_entry=ENTRY,
        pieces=pieces,
        presentation=times,
        decode=times[:],
        keys=array("B", [number % 10 == 0 for number in range(len(sizes))]),
        end=start + step * len(sizes),
    )


@dataclass
class MadeFilm:
    """A film of two tracks in some shell, and the same as a movie."""

    data: bytes
    movie: Movie
    whole: bytes
    """The movie written out, by other code than that to be tested."""
    opened: list[int] = field(default_factory=list)

    def virtual(self, media: Media | None = None, *, cache: IndexCache | None = None) -> Virtual:
        return Virtual(self, media, cache or IndexCache())


class Virtual:
    """Opens the virtual file of a film."""

    def __init__(self, film: MadeFilm, media: Media | None, cache: IndexCache) -> None:
        self.index = BytesMedia(write_index(film.movie, 2), version="index")
        self.film = media or BytesMedia(film.data, version=content_version(film.data))
        self.cache = cache
        self.broken = 0

    async def _read(self, start: int, stop: int) -> bytes:
        stop = min(stop, self.index.facts.size)
        return b"".join([chunk async for chunk in self.index.chunks(start, stop)])

    async def _open(self, number: int) -> Media:
        assert number == LITERAL
        return self.index

    async def _break(self, _: int) -> None:
        self.broken += 1
        self.cache.forget("key")

    async def open(self) -> VirtualMedia:
        index = self.cache.find("key") or await self.cache.open("key", self._read)
        return VirtualMedia(index, self.film, self._open, broken=self._break)


def make_film(seed: int = 1, count: int = 300) -> MadeFilm:
    """Make a film: two tracks in turns, with other bytes between, prefixes and bytes of its own."""
    random_ = random.Random(seed)
    data = bytearray(random_.randbytes(50))
    pictures, sounds = Pieces(), Pieces()
    firsts = array("Q")
    literals = bytearray(b"\x0b\x77")
    parts: list[list[bytes]] = [[], []]
    for number in range(count):
        data += random_.randbytes(random_.choice([0, 0, 3, 7, 400]))
        size = random_.choice([1, 20, 900, 5000, 40_000 if number % 40 == 0 else 300])
        picture = random_.randbytes(size)
        pictures.add(FILM, len(data), size)
        parts[0].append(picture)
        data += picture
        for _ in range(random_.choice([0, 1, 2])):
            data += random_.randbytes(random_.choice([0, 4]))
            firsts.append(len(sounds))
            size = random_.randint(1, 500)
            if random_.random() < 0.1:  # nowhere in the film
                sound = random_.randbytes(size)
                sounds.add(LITERAL, len(literals), size)
                literals += sound
            else:
                sound = b"\x0b\x77" + random_.randbytes(size)
                sounds.add(LITERAL, 0, 2)
                sounds.add(FILM, len(data), size)
                data += sound[2:]
            parts[1].append(sound)
    video = track([1] * count)
    video.pieces = pictures
    audio = track([1] * len(firsts), step=21 * count // max(1, len(firsts)), kind="audio")
    audio.pieces, audio.first_pieces, audio.literals = sounds, firsts, bytes(literals)
    movie = Movie([video, audio], title="A film")
    samples = (
        sample for each in movie.chunks for sample in parts[each.track][each.start : each.stop]
    )
    return MadeFilm(bytes(data), movie, b"".join([movie.head(), *samples]))
