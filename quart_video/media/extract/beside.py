"""What headers of a file tell beside what libav reads of them. Runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream

from quart_video.media.extract.ebml import read_header
from quart_video.media.extract.mp4 import Iamf, Mp4Track, read_tracks
from quart_video.media.extract.source import SourceFile

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SoundStreams:
    """The streams of one sound track."""

    streams: tuple[AudioStream, ...]
    """One, but of immersive sound."""
    iamf: Iamf | None = None

    @property
    def whole(self) -> AudioStream | None:
        """The stream that holds all of the sound; ``None``: each is a part of it."""
        return self.streams[0] if self.iamf is None else None


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told. Keys are numbers of streams; what is not there is not told."""

    sounds: Sequence[SoundStreams] = ()
    doc_type: str | None = None
    """``matroska`` or ``webm``; ``None``: it is another container."""
    languages: Mapping[int, str | None] = field(default_factory=dict)
    """BCP 47."""
    codecs: Mapping[int, str] = field(default_factory=dict)
    """As Matroska calls them: ``S_TEXT/UTF8``."""


def read_beside(container: InputContainer, source: SourceFile) -> Beside:
    """Read the headers of *container*, which was opened out of *source*."""
    if container.format.name.startswith("matroska"):
        with source.reader() as read:
            header = read_header(read)
        if header is not None:
            return Beside(
                _plain(container),
                header.doc_type,
                dict(_by_stream(container, header.languages)),
                dict(_by_stream(container, header.codecs)),
            )
    elif container.format.name.startswith("mov"):
        with source.reader() as read:
            tracks = read_tracks(read, source.size())
        streams = _streams_of(tracks, container)
        return Beside(
            _sounds(tracks, streams) if streams else _plain(container),
            languages={
                each[0].index: track.language
                for track, each in zip(tracks, streams, strict=False)
                if track.language
            },
        )
    return nothing_beside(container)


def nothing_beside(container: InputContainer) -> Beside:
    """Return what there is where the headers tell nothing."""
    return Beside(_plain(container))


def sound_tracks(container: InputContainer, source: SourceFile) -> Sequence[SoundStreams]:
    """Return the sound tracks of a file, in the order in which they are told of."""
    return read_beside(container, source).sounds


def _plain(container: InputContainer) -> list[SoundStreams]:
    return [SoundStreams((stream,)) for stream in container.streams.audio]


def _by_stream(
    container: InputContainer, told: Mapping[str, Sequence[T]]
) -> Iterator[tuple[int, T]]:
    """Return what is told of the tracks of each kind, by their numbers."""
    for kind, each in told.items():
        alike = [
            stream.index
            for stream in container.streams
            if stream.type == kind and not Disposition.attached_pic & stream.disposition
        ]
        # Where libav leaves one out, nobody can say which.
        if len(each) == len(alike):
            yield from zip(alike, each, strict=True)


def _streams_of(tracks: Sequence[Mp4Track], container: InputContainer) -> list[list[Stream]]:
    """Return the streams of each track; nothing where that cannot be told."""
    everything = list(container.streams)
    # A picture on the cover is no track, in most files.
    moving = [each for each in everything if not Disposition.attached_pic & each.disposition]
    counts = [track.iamf.substreams if track.iamf else 1 for track in tracks]
    for streams in (everything, moving):
        if len(streams) == sum(counts):
            rest = iter(streams)
            return [[next(rest) for _ in range(count)] for count in counts]
    return []


def _sounds(tracks: Sequence[Mp4Track], streams: Sequence[Sequence[Stream]]) -> list[SoundStreams]:
    found = []
    for track, each in zip(tracks, streams, strict=True):
        sounds = tuple(stream for stream in each if isinstance(stream, AudioStream))
        if sounds:
            found.append(SoundStreams(sounds, track.iamf))
    return found
