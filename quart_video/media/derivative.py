"""What can be made out of videos: what it is kept as, and what a child process does for it.

Rule 1: an address names what it leads to by the version of both the file and the way it is made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version

from quart_video.media.details import TextTrack, form_of_details
from quart_video.media.workers.protocol import CAPTIONS, LONG, Kind, Limits, Task, caption_name
from quart_video.remux.film_facts import FilmFacts, movie_name
from quart_video.remux.sound import Mode
from quart_video.storage.base import Media

_GENERATION = f"10\0{form_of_details()}"
"""What is kept is of one generation, as it is served for ever. The fields of the details make
another by themselves; the number is to be raised with every other change of what is made."""

_LONG = Limits(cpu=300, wall=900.0, reads=1024**3)
"""For what takes a reading of the whole file."""
_WHOLE = Limits(cpu=1800, wall=4 * 3600.0, reads=1 << 50)
"""For what has to read a film of any length to its end, and compare it."""
_LIMITS: dict[Kind, Limits] = {**dict.fromkeys(LONG, _LONG), "film": _WHOLE}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that something is made of, in one version."""

    identity: str
    """What tells it from all others with this cache: the place, and the path there."""
    version: str
    """What its bytes are known by: :attr:`FileFacts.content`."""
    open: Callable[[], Awaitable[Media]] = field(compare=False)

    @property
    def key(self) -> str:
        """Return where what is made of it is kept."""
        text = f"{_GENERATION}\0{self.identity}\0{self.version}"
        return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()

    @property
    def tag(self) -> str:
        """Return what an address names the version by."""
        return self.key[:16]

    def tag_of(self, derivative: Derivative) -> str:
        """Return what an address names the version of *derivative* by.

        It is another one, too, where the same file is read in another way.
        """
        text = f"{self.key}\0{derivative.job}"
        return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Derivative:
    """One thing that can be made."""

    name: str
    """What it is kept as."""
    kind: Kind
    options: tuple[tuple[str, str], ...] = ()
    payload: bytes = field(default=b"", repr=False)
    """What it is made of beside the source; follows from the source and all else here."""

    @property
    def job(self) -> str:
        """Return what is the same for all that one task makes."""
        return "-".join([self.kind, *(value for _, value in self.options)])

    @property
    def failure(self) -> str:
        """Return what it is kept as that it cannot be made, by those who have tried.

        Others may be able to: with another version of what looks into files it is tried again.
        """
        return f"failed-{self.job}-{makers()}"

    @property
    def names(self) -> str:
        """Return what it is kept as which things the job has made."""
        return f"names-{self.job}"

    @property
    def is_long(self) -> bool:
        """Whether it may take minutes to make it."""
        return self.kind in LONG

    @property
    def task(self) -> Task:
        """Return what a child process is to do."""
        limits = _LIMITS.get(self.kind, Limits())
        return Task(self.kind, dict(self.options), limits, self.payload)


_MAKERS = ("av", "chardet", "pillow", "quart-video")


@cache
def makers() -> str:
    """Return what differs where another version of FFmpeg or of this package does the work."""
    versions = []
    for name in _MAKERS:
        with suppress(PackageNotFoundError):
            versions.append(f"{name} {version(name)}")
    text = "\0".join([*versions, _GENERATION])
    return blake2b(text.encode(), digest_size=6).hexdigest()


DETAILS = Derivative("details", "details")
STORYBOARD = Derivative("storyboard", "storyboard")
FILM = Derivative("film-facts", "film")
"""What is known of a film that a virtual MP4 is made of."""


def sheet(number: int) -> Derivative:
    """Return a sheet of the storyboard, from 0."""
    return Derivative(f"sheet-{number}", "storyboard")


def poster(width: int, form: str) -> Derivative:
    """Return a poster out of a video; *form* is ``webp`` or ``jpeg``."""
    return Derivative(f"poster-{width}-{form}", "poster", (("form", form),))


def picture(width: int, form: str) -> Derivative:
    """Return a poster out of an image."""
    return Derivative(f"poster-{width}-{form}", "picture", (("form", form),))


def text(index: int) -> Derivative:
    """Return the captions of a track inside a video."""
    return Derivative(f"text-{index}", "texts", (("version", CAPTIONS),))


def text_of_track(track: TextTrack) -> Derivative:
    """Return the captions of a track as the details tell of it."""
    if not track.in_picture:
        return text(track.index)
    # Apart, as far more has to be read for it: that may be more than one file may cost.
    return Derivative(text(track.index).name, "closed", (("version", CAPTIONS),))


def caption(*, encoding: str | None = None, language: str | None = None) -> Derivative:
    """Return the captions of a file as WebVTT.

    :param encoding: that of files which do not tell; ``None``: it is guessed.
    :param language: BCP 47 tag that the file's name tells, which helps to guess.
    """
    options = {"version": CAPTIONS, "encoding": encoding or "", "language": language or ""}
    return Derivative(caption_name(options), "caption", tuple(options.items()))


def movie(facts: FilmFacts, sound: int | None) -> Derivative:
    """Return the index of the virtual MP4 with a sound track of the film, as it is."""
    name = movie_name(sound)
    if sound == facts.main:
        return Derivative(name, "film")
    return Derivative(name, "movie", (("name", name), ("sound", str(sound))))


def movie_with_aac(sound: int, mode: Mode, made: bytes) -> Derivative:
    """Return the index of the virtual MP4 with a sound track that was made AAC.

    :param made: what is known of all its parts, one after the other.
    """
    name = f"movie-{sound}-aac-{mode}"
    return Derivative(name, "movie", (("name", name), ("sound", str(sound))), made)


def sound_part(sound: int, mode: Mode, number: int, plan: bytes = b"") -> Derivative:
    """Return what is known of a part of a sound track that is made AAC.

    :param number: of the part, from 0.
    :param plan: what it is made of.
    """
    name = sound_data(sound, mode, number)
    return Derivative(f"{name}-sizes", "sound", (("name", name), ("mode", mode)), plan)


def sound_data(sound: int, mode: Mode, number: int) -> str:
    """Return what the bytes of a part of a sound track are kept as."""
    return f"aac-{sound}-{mode}-{number}"
