"""The index of a virtual MP4, out of one reading of a film. Runs in a child process."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from quart_video.media.extract.beside import Beside, read_beside
from quart_video.media.extract.film_packets import FoundTrack, read_packets
from quart_video.media.extract.frames import picture_stream
from quart_video.media.extract.sample_entry import SampleEntry, sample_entry
from quart_video.media.extract.source import SourceFile
from quart_video.media.extract.tracks import language_of
from quart_video.media.mp4_offer import PICTURES, SOUNDS
from quart_video.media.workers.protocol import Failed
from quart_video.remux.film_facts import FilmFacts, Sound, encode_film_facts, movie_name, plan_name
from quart_video.remux.index_file import build_index, write_index
from quart_video.remux.layout import NoMovieError, NotPatchableError
from quart_video.remux.movie import Chapter, Movie
from quart_video.remux.packet_file import Film, SoundTrack, decode_film, encode_film
from quart_video.remux.patched import PatchedFilm, is_patched, read_patched
from quart_video.remux.samples import guesses
from quart_video.remux.sound import MadePart, aac_track, decode_all_made, encode_parts, parts_of
from quart_video.remux.timing import (
    BadTimesError,
    Times,
    audio_times,
    samples_in_packets,
    video_times,
)
from quart_video.remux.track import FILM, Track

_CARRIED = {"ac3", "eac3"}
"""Those that some decode, and an MP4 can hold."""
_MOST_CHAPTERS = 255
_LONGEST_TEXT = 200


def film_index(source: SourceFile) -> dict[str, bytes]:
    """Read the film once; return what is known of it, and the index of the movie it is made of.

    :raises Failed: no movie can be made of it, and why.
    """
    patched = _patched(source)
    if patched is not None:
        return _index_of_patched(patched)
    film, main = _film(source, source.open())
    facts = FilmFacts(
        main=main,
        sounds=tuple(
            Sound(
                number=sound.stream,
                codec=sound.track.codec,
                plays=sound.plays,
                is_carried=bool(sound.track.sample_entry),
            )
            for sound in film.sounds
        ),
    )
    plans = {
        plan_name(each.stream): encode_parts(parts_of(each.track, each.stream, each.sample_rate))
        for each in film.sounds
        if not each.plays
    }
    return {
        **plans,
        "film": encode_film(film),
        movie_name(main): write_index(_movie(film, main), FILM + 1),
        "film-facts": encode_film_facts(facts),  # last, as it says that the others are there
    }


def _patched(source: SourceFile) -> PatchedFilm | None:
    """Return an MP4 or a QuickTime film of which nothing but the head has to be read.

    :returns: ``None``: its packets have to be.
    :raises Failed: no movie can be made of it, and why.
    """
    try:
        return read_patched(source.scattered(), source.size())
    except NotPatchableError:
        return None
    except NoMovieError as error:
        raise Failed(str(error)) from error


def _index_of_patched(film: PatchedFilm) -> dict[str, bytes]:
    main = film.main
    sounds = tuple(Sound(each.number, each.codec, True, True) for each in film.sounds)  # noqa: FBT003 - by place
    return {
        "film": film.encode(),
        movie_name(main): _write_patched(film, main),
        "film-facts": encode_film_facts(FilmFacts(main, sounds)),
    }


def _write_patched(film: PatchedFilm, sound: int | None) -> bytes:
    head = film.head(sound)
    return build_index(head, film.pieces(), b"", len(head) + film.size, FILM + 1)


def movie_index(source: SourceFile, sound: int, name: str, made: bytes) -> dict[str, bytes]:
    """Return the index of the movie with another sound track.

    :param source: what is known of a film, as :func:`film_index` returns it.
    :param sound: its number in the film.
    :param name: what it is to be kept as.
    :param made: what is known of the parts of AAC that were made of it, as :func:`.encode_made`
        writes each; empty: it is copied.
    :raises Failed: there is no such sound track.
    """
    with source.file() as file:
        data = file.read()
    if is_patched(data):
        patched = PatchedFilm.decode(data)
        if sound >= len(patched.sounds):
            raise Failed(f"there is no sound track {sound} in it")
        return {name: _write_patched(patched, sound)}
    film = decode_film(data)
    parts = decode_all_made(made)
    return {name: write_index(_movie(film, sound, parts), FILM + 1 + len(parts))}


def _movie(film: Film, sound: int | None, parts: Sequence[MadePart] = ()) -> Movie:
    tracks = [film.video]
    if sound is not None:
        found = next((each for each in film.sounds if each.stream == sound), None)
        if found is None:
            raise Failed(f"there is no sound track {sound} in it")
        if parts:
            tracks.append(aac_track(found.track, found.sample_rate, parts))
        elif found.track.sample_entry:
            tracks.append(found.track)
    return Movie(tracks, film.title, film.chapters)


def _film(source: SourceFile, container: InputContainer) -> tuple[Film, int | None]:
    """Return the film, and the number of the sound track that plays by itself."""
    if "mpegts" in container.format.name:
        raise Failed("the packets of an MPEG transport stream are in pieces of 184 bytes")
    stream = picture_stream(container)
    if stream is None:
        raise Failed("there are no moving pictures in it")
    codec = stream.codec_context.codec.canonical_name
    if codec not in PICTURES:
        raise Failed(f"no browser plays {codec} in an MP4")
    if "avi" in container.format.name and stream.codec_context.has_b_frames:
        raise Failed("its pictures are stored out of order, and an AVI does not tell in which")
    beside = read_beside(container, source)
    streams = [each.whole for each in beside.sounds]
    sounds = [
        (number, sound)
        for number, sound in enumerate(streams)
        if sound is not None and sound.codec_context is not None and sound.codec_context.sample_rate
    ]
    found, heard = read_packets(source, container, stream, sounds)
    try:
        video = _video(found, beside)
    except BadTimesError as error:
        raise Failed(str(error)) from error
    tracks = [each for sound in heard if (each := _sound(sound, beside)) is not None]
    main = _main(tracks, dict(sounds))
    # The movie begins when the first of them does, and so do the times of its chapters.
    begins = min([video.begins, *(each.track.begins for each in tracks if each.stream == main)])
    title = _text(container.metadata.get("title", ""))
    return Film(video, tracks, title, _chapters(container, begins)), main


def _main(tracks: Sequence[SoundTrack], streams: Mapping[int, AudioStream]) -> int | None:
    """Return the number of the sound track that plays by itself."""
    default = (
        each.stream for each in tracks if streams[each.stream].disposition & Disposition.default
    )
    return next(default, tracks[0].stream if tracks else None)


def _video(found: FoundTrack, beside: Beside) -> Track:
    stream = found.stream
    assert isinstance(stream, VideoStream)
    base = stream.time_base or Fraction(1, 1000)
    times = video_times(found.shown, found.decoded, base, stream.average_rate)
    try:
        entry = sample_entry(stream, found.first)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Failed(f"its pictures do not fit into an MP4: {error}") from error
    return _track("video", found, times, entry, language_of(stream, beside))


def _sound(found: FoundTrack, beside: Beside) -> SoundTrack | None:
    stream = found.stream
    assert isinstance(stream, AudioStream)
    rate = stream.codec_context.sample_rate
    base = stream.time_base or Fraction(1, 1000)
    samples: int | Sequence[int]
    if found.codec == "opus":
        rate, samples = 48_000, found.samples
    else:
        likely = guesses(found.codec, rate, stream.codec_context.frame_size)
        samples = samples_in_packets(found.shown, base, rate, likely)
    try:
        times = audio_times(found.shown, base, rate, samples)
    except BadTimesError:
        return None
    plays = found.codec in SOUNDS and not _lacks_head(found)
    entry = SampleEntry(b"", 0, 0, b"")
    if plays or found.codec in _CARRIED:
        try:
            entry = sample_entry(stream, found.first)
        except (av.FFmpegError, ValueError, OSError):
            plays = False
    track = _track("audio", found, times, entry, language_of(stream, beside))
    return SoundTrack(track, plays, rate, found.number)


def _lacks_head(found: FoundTrack) -> bool:
    """Tell whether each packet has a header of its own, which an MP4 has once (ADTS)."""
    return found.codec == "aac" and not found.stream.codec_context.extradata


def _track(
    kind: str, found: FoundTrack, times: Times, entry: SampleEntry, language: str | None
) -> Track:
    locator = found.locator
    first = begins = min(times.presentation)
    if any(found.hidden):
        pairs = zip(times.presentation, found.hidden, strict=True)
        begins = min((time for time, off in pairs if not off), default=first)
    begins = max(begins, 0)
    return Track(
        kind="video" if kind == "video" else "audio",
        codec=found.codec,
        timescale=times.timescale,
        sample_entry=entry.stsd,
        pieces=locator.pieces,
        presentation=times.presentation,
        decode=times.decode,
        keys=found.keys or array("B", [1]) * len(found),
        end=times.end,
        first_pieces=locator.firsts if len(locator.firsts) != len(locator.pieces) else None,
        literals=bytes(locator.literals),
        width=entry.width,
        height=entry.height,
        matrix=entry.matrix,
        language=language or "und",
        title=_text(found.stream.metadata.get("title", "")),
        start_skip=begins - first,
    )


def _chapters(container: InputContainer, begins: Fraction) -> list[Chapter]:
    found = []
    for chapter in container.chapters()[:_MOST_CHAPTERS]:
        base = chapter["time_base"] or Fraction(1, 1_000_000)
        start = float(chapter["start"] * base - begins)
        title = chapter["metadata"].get("title", "")
        found.append(Chapter(round(max(0.0, start), 6), _text(title)))
    return found


def _text(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_TEXT]
