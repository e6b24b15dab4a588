"""What is asked of every parser of bytes from outside, for any bytes at all.

Each takes bytes, makes of them what the parser takes, and raises where something does not hold, or
an error comes out that the parser does not tell of. Several texts are lines of the input, so that
what is kept in ``corpus/`` can be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from quart_video.catalogue.index.rows import (
    pack,
    pack_image,
    take_snapshot,
    unpack,
    unpack_image,
)
from quart_video.catalogue.pagination import BadCursor, decode_cursor, encode_cursor
from quart_video.catalogue.sidecars.languages import (
    label_of,
    language_of,
    normalise_tag,
    preferred,
)
from quart_video.catalogue.sidecars.marks import read_marks
from quart_video.catalogue.sidecars.titles import title_of
from quart_video.catalogue.text import terms, words
from quart_video.catalogue.text.bulk import keys_and_words
from quart_video.catalogue.text.natural import name_bytes, natural_key
from quart_video.catalogue.types import SORTS
from quart_video.http import (
    ByteRange,
    EntityTag,
    MediaFacts,
    RequestFacts,
    content_disposition,
    parse_host,
    plan,
)
from quart_video.http.dates import format_date, parse_date
from quart_video.library.config_keys import key_warnings
from quart_video.media import Failed
from quart_video.media.details import decode_details
from quart_video.media.extract import cc_data, ebml, mp4
from quart_video.media.extract.blocks import UnusualError, read_blocks
from quart_video.media.subtitles import tx3g, wvtt
from quart_video.media.subtitles.convert import convert
from quart_video.media.vtt import write_vtt
from quart_video.media.workers.protocol import Interrupted, decode_answer
from quart_video.media_types import VIDEO_TYPES
from quart_video.policy.transfer_limits import client_key
from quart_video.policy.url_signer import UrlSigner
from quart_video.remux.boxes import boxes
from quart_video.remux.index_file import (
    BrokenIndexError,
    Directory,
    Place,
    build_index,
    read_block,
    read_directory,
    read_head,
)
from quart_video.remux.layout import NoMovieError, NotPatchableError
from quart_video.remux.patched import PatchedFilm, read_patched
from quart_video.remux.sample_entries import sound_entry, video_entry
from quart_video.remux.track import LITERAL, Pieces
from quart_video.settings import ConfigurationError, resolve, table
from quart_video.storage.base import BadName, Entry, FileFacts
from quart_video.storage.local.file_systems import judge, parse_mounts
from quart_video.storage.names import MAX_PATH_BYTES, have_problem, name_problem, split_path
from quart_video.storage.object_store import s3_raw_list
from quart_video.storage.object_store.url import parse_location
from quart_video.translations import LANGUAGES, choose
from quart_video.web import m3u, rss, xspf
from quart_video.web.formatting import for_terminal, parse_time
from quart_video.web.tracks import Track
from tests.remux.mp4_files import chunks_of

NOW = 1_800_000_000
SIZE = 1000
KEY = "the key of the tests, which is no secret"

TARGETS: dict[str, Callable[[bytes], None]] = {}
"""By name. Those of other modules are in it, too."""


def target(function: Callable[[bytes], None]) -> Callable[[bytes], None]:
    TARGETS[function.__name__] = function
    return function


def lines_of(data: bytes, count: int) -> list[str]:
    """Return the input as so many texts; what is behind the last of them belongs to that."""
    text = data.decode("utf-8", "surrogateescape")
    return (text.split("\n", count - 1) + [""] * count)[:count]


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


FIELDS = {
    "if-match": "if_match",
    "if-none-match": "if_none_match",
    "if-modified-since": "if_modified_since",
    "if-unmodified-since": "if_unmodified_since",
    "if-range": "if_range",
    "range": "range",
    "sec-fetch-dest": "fetch_dest",
}


@target
def conditions(data: bytes) -> None:
    """The head of a request; the first line has the method, the size and the time of the file."""
    first, _, rest = data.decode("latin-1").partition("\n")
    method, size, modified = [*first.split(" "), "-", "-"][:3]
    given: dict[str, Any] = {}
    for line in rest.split("\n"):
        name, _, value = line.partition(":")
        if name.lower() in FIELDS:
            given[FIELDS[name.lower()]] = value.strip()
    limit = 100 if method.endswith("!") else None
    request = RequestFacts(method.rstrip("!"), NOW, **given, open_range_limit=limit)
    check_answer(request, _small_number(size), _small_number(modified))


def _small_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def check_answer(request: RequestFacts, size: int | None, modified: int | None) -> None:
    media = MediaFacts(size, "video/mp4", EntityTag("a"), modified)
    answer = plan(request, media, boundary="boundary")
    fields = dict(answer.fields)
    assert answer.status in {200, 206, 304, 412, 416}
    sent = [each for each in answer.segments if isinstance(each, ByteRange)]
    if size is not None:
        assert all(0 <= each.start < each.stop <= size for each in sent)
        assert sum(each.stop - each.start for each in sent) <= size
    if answer.segments and "Content-Length" in fields:
        assert int(fields["Content-Length"]) == answer.length
    assert request.method != "HEAD" or not answer.segments
    assert answer.status != 206 or request.method == "GET"
    assert all("\n" not in value and "\r" not in value for value in fields.values())


@target
def dates(data: bytes) -> None:
    seconds = parse_date(text_of(data), now=NOW)
    if seconds is not None:
        written = format_date(seconds)
        assert written is None or parse_date(written, now=NOW) == seconds


@target
def cursors(data: bytes) -> None:
    text = text_of(data)
    for sort in SORTS:
        with suppress(BadCursor):
            assert encode_cursor(sort, decode_cursor(sort, text)) == text


@target
def signatures(data: bytes) -> None:
    """What is accepted is what we would have written ourselves, to the letter."""
    token, client, path = lines_of(data, 3)
    signer = UrlSigner([KEY], "video")
    if signer.problem("media", path, token, now=0, client=client) is None:
        expires = int(token.split(".")[0].rstrip("~"))
        bound = client if "~" in token else None
        assert token == signer.sign("media", path, expires=expires, client=bound)


@target
def hosts(data: bytes) -> None:
    host = parse_host(text_of(data))
    assert host is None or parse_host(str(host)) == host


@target
def addresses(data: bytes) -> None:
    """Of clients, as a server or a proxy names them."""
    assert isinstance(client_key(text_of(data)), str)


@target
def paths(data: bytes) -> None:
    text = text_of(data)
    names = text.split("/")
    assert have_problem(names) == any(map(name_problem, names))
    try:
        components = split_path(text)
    except BadName:
        return
    assert "/".join(components) == text
    assert len(text.encode()) <= MAX_PATH_BYTES
    assert not any(map(name_problem, components))


@target
def natural_keys(data: bytes) -> None:
    check_order(*lines_of(data, 2))


def check_order(one: str, other: str) -> None:
    assert (natural_key(one) == natural_key(other)) == (one == other)
    if not {"\0", "\ud800"} & {*one, *other} and one.isprintable() and other.isprintable():
        assert (name_bytes(one) < name_bytes(other)) == (
            [part.encode() for part in natural_key(one)]
            < [part.encode() for part in natural_key(other)]
        )


@target
def keys_of_many(data: bytes) -> None:
    """A scan takes many names apart at once: the same comes out as of each by itself."""
    names = [name for name in text_of(data).split("\n") if name_problem(name) is None]
    keys, found = keys_and_words(names)
    assert [*keys] == [*map(name_bytes, names)]
    assert [*found] == [*map(words.words_of, names)]


@target
def searches(data: bytes) -> None:
    text = text_of(data)
    typed = [word for term in terms.searched(text) or () for word in term.words]
    assert len(typed) <= terms.MOST_WORDS
    assert all(word and " " not in word for word in typed)
    assert words.words_of(text) == "" or words.words_of(text).startswith(" ")


@target
def playlists(data: bytes) -> None:
    seconds, title = lines_of(data, 2)
    duration = None
    with suppress(ValueError):
        duration = float(seconds)
    check_playlist(title, duration)


def check_playlist(title: str, duration: float | None) -> None:
    with suppress(ValueError, OverflowError):  # no length of a video
        written = m3u.write(title, [Track("http://localhost/a", title, "/a", duration)])
        assert len(written.splitlines()) == 4


@target
def feeds(data: bytes) -> None:
    url, title = lines_of(data, 2)
    check_feeds(title, url, len(data))


def check_feeds(title: str, url: str, modified: int) -> None:
    """Each is XML, and no text in it becomes anything else; but for what XML cannot hold."""
    channel = rss.Channel(title, title, url, url, url, "en")
    episode = rss.Episode(title, url, url, title, modified, url, 1, title, 1.5, url, 640)
    playlist = ET.fromstring(_sent(xspf.write(title, [Track(url, title, url)])))
    assert len(playlist) == 2
    feed = ET.fromstring(_sent(rss.write(channel, [episode])))[0]
    assert [child.tag for child in feed][-1] == "item"
    if title.isprintable() and url.isprintable():
        assert (playlist[0].text or "") == (feed.findtext("item/title") or "") == title
        enclosure = feed.find("item/enclosure")
        assert enclosure is not None
        assert enclosure.get("url") == url


def _sent(text: str) -> bytes:
    return text.encode()


@target
def names_for_people(data: bytes) -> None:
    text = text_of(data)
    assert title_of(text) or not text
    shown = for_terminal(text)
    assert "\x1b" not in shown
    assert "\n" not in shown
    written = content_disposition("attachment", text)
    assert not {*"\r\n\0"} & {*written}
    written.encode("latin-1")


@target
def marks(data: bytes) -> None:
    check_marks(text_of(data).split("."))


def check_marks(parts: list[str]) -> None:
    found = read_marks(parts)
    assert found.label
    for part in parts:
        language_of(part)
        tag = normalise_tag(part)
        assert tag is None or normalise_tag(tag) == tag
        assert tag is None or label_of(tag)


@target
def wanted_languages(data: bytes) -> None:
    tags = text_of(data).split(",")
    assert choose(tags) in LANGUAGES
    found = preferred([None, "en", "pt-BR", "zh-Hans"], tags)
    assert found is None or found in range(4)


@target
def times(data: bytes) -> None:
    seconds = parse_time(text_of(data))
    assert seconds is None or 0 <= seconds < float("inf")


@target
def captions(data: bytes) -> None:
    check_captions(data)
    check_captions(data, encoding="cp1251", language="ru")


def check_captions(
    data: bytes, *, encoding: str | None = None, language: str | None = None
) -> None:
    with suppress(Failed):
        written = convert(data, encoding=encoding, language=language)
        assert written.startswith("WEBVTT")
        assert written.count("-->") >= 1
        assert "\0" not in written
        # What has been made valid is valid: nothing is left to be mended.
        assert convert(written.encode()) == written


@target
def captions_inside(data: bytes) -> None:
    """Samples of MP4, behind the description of the track."""
    defaults = tx3g.read_description(data[:30])
    for cues in ([tx3g.read_sample(data[30:], 1, 2, defaults)], wvtt.read_sample(data, 1, 2)):
        written = write_vtt(cues)
        assert all("\n\n" not in block for block in written.split("\n\n"))
        for line in written.splitlines()[1:]:
            assert line.count("-->") <= 1


@target
def closed_captions(data: bytes) -> None:
    """Packets of pictures, behind what tells how NAL units are told apart."""
    for codec in ("h264", "hevc", "mpeg2video"):
        for extra, packet in ((b"", data), (data[:30], data[30:])):
            pairs = cc_data.read_pairs(packet, cc_data.Coding(codec, extra))
            assert len(pairs) % 3 == 0
            assert len(pairs) <= len(packet)
            assert all(mark & 4 and mark & 3 < 2 for mark in pairs[::3])
            wanted = cc_data.FirstChannel().read(pairs)
            assert len(wanted) <= len(pairs)
            assert not {*wanted[::3]} - {0xFC}
            letters = cc_data.FirstLetters()
            letters.read(wanted, 1.0)
            assert letters.since in (None, 1.0)


@target
def box_headers(data: bytes) -> None:
    with suppress(ValueError):
        stop = 0
        for found in boxes(data):
            assert found.start == stop
            assert found.start < found.content <= found.stop <= len(data)
            stop = found.stop
        assert stop == len(data)


def _reader(data: bytes) -> ebml.ReadAt:
    """Return what reads *data* here and there, as long as that ends."""
    reads = 0

    def read(offset: int, size: int) -> bytes:
        nonlocal reads
        reads += 1
        assert reads < 100_000, "it is read over and over"
        assert offset >= 0
        file = BytesIO(data)
        file.seek(min(offset, len(data)))
        return file.read(size)

    return read


@target
def heads_of_mp4(data: bytes) -> None:
    tracks = mp4.read_tracks(_reader(data), len(data))
    assert 8 * len(tracks) <= len(data)
    for track in tracks:
        assert track.language is None or len(track.language) < 100
        assert track.iamf is None or track.iamf.substreams > 0


@target
def matroska(data: bytes) -> None:
    read = _reader(data)
    ebml.read_header(read)
    last = ebml.last_time(read, len(data))
    assert last is None or last > -(1 << 80)


@target
def blocks_of_matroska(data: bytes) -> None:
    """Frames are in the film and lie one behind the other, or a demuxer has to read it."""
    with suppress(UnusualError):
        found = read_blocks(_reader(data), len(data), 1000)
        for track in found.tracks:
            ends = [at + size for at, size in zip(track.offsets, track.sizes, strict=True)]
            assert all(end <= at for end, at in zip(ends, track.offsets[1:], strict=False))
            assert max(ends, default=0) <= len(data)
            assert min(track.sizes, default=1) > 0
            assert min(track.times, default=0) >= 0
            assert len(ends) == len(track.times) == len(track.keys)
        assert all(before.stop <= after.start for before, after in pairwise(found.clusters))


@target
def settings(data: bytes) -> None:
    """Lines of ``KEY=value`` as in the environment, where a value is JSON if it can be."""
    config: dict[str, Any] = {"MEDIA_ROOT": "/srv/videos"}
    for line in text_of(data).split("\n"):
        key, _, value = line.partition("=")
        try:
            config[key] = json.loads(value)
        except (ValueError, RecursionError):
            config[key] = value
    with suppress(ConfigurationError):
        for told in key_warnings(config, [f"QUART_{key}" for key in config]):
            assert told
        resolved = resolve({}, {}, config)
        # What has been read once is read again in the same way.
        again = {row.metadata["key"]: getattr(resolved, row.name) for row in table()}
        assert resolve({}, {}, again) == resolved


@target
def rows(data: bytes) -> None:
    """What a folder holds; each name is a file, or a folder where it ends with a slash."""
    entries: list[Entry] = []
    for number, name in enumerate(text_of(data).split("\n")):
        if name_problem(name.removesuffix("/")) is None:
            facts = None if name.endswith("/") else FileFacts(number, number << 40, f"{number:x}")
            entries.append(Entry(f"folder/{name.removesuffix('/')}", facts))
    snapshot = take_snapshot("folder", None, entries, VIDEO_TYPES)
    assert [row.key for row in snapshot.videos] == sorted({row.key for row in snapshot.videos})
    for row in snapshot.videos:
        found, poster = unpack("folder", row.sidecars)
        assert pack(found, poster) == (row.sidecars or pack((), None))
        assert all(each.path.startswith("folder/") and each.marks.label for each in found)
    image = unpack_image("folder", snapshot.poster)
    assert pack_image(image) == snapshot.poster


@target
def piece_tables(data: bytes) -> None:
    """A block as it is once its checksum was right, and an index that is as it was written."""
    start, stop = data[:1] or b"\0", data[1:3]
    place = Place(0, int.from_bytes(start + stop, "little"), range(len(data)), 0, is_bytes=False)
    check_block(place, data[3:])
    pieces = Pieces()
    for source, size in zip(data[::2], data[1::2], strict=False):
        pieces.add(source % 4, 7 * size if source % 4 != LITERAL else 0, size + 1)
    literals = bytes(range(256)) + b"\0"
    whole = build_index(b"head", pieces, literals, 4 + sum(pieces.sizes), 4)
    head = read_head(whole)
    directory = read_directory(head, whole[head.directory.start : head.directory.stop])
    position = 0
    for number in range(len(directory)):
        found = directory.place(number)
        block = read_block(found, whole[found.stored.start : found.stored.stop])
        assert found.start == position
        position = found.stop
        assert directory.number_at(position - 1) == number
        assert block.weight > 0
    assert position == head.size
    for damaged in (data, whole[: len(data) % len(whole)]):
        with suppress(BrokenIndexError):
            read_head(damaged)
    with suppress(BrokenIndexError):
        rows_of_it = Directory(data, 1 << 40)
        assert all(
            one.start < one.stop == other.start
            for one, other in pairwise(map(rows_of_it.place, range(len(rows_of_it))))
        )


@target
def heads_of_films(data: bytes) -> None:
    """A film is read by its head alone, and what is made of that points into the film."""
    with suppress(NotPatchableError, NoMovieError):
        film = read_patched(lambda count, at: data[at : at + count], len(data))
        pieces = film.pieces()
        assert sum(pieces.sizes) == film.size <= len(data)
        for at, size in zip(pieces.offsets, pieces.sizes, strict=True):
            assert at + size <= len(data)
        kept = PatchedFilm.decode(film.encode())
        for number in (None, *(sound.number for sound in film.sounds)):
            head = film.head(number)
            assert [each.kind for each in boxes(head)] == [b"ftyp", b"moov"]
            assert head == kept.head(number)
            whole = len(head) + film.size
            assert all(len(head) <= at < whole for track in chunks_of(head) for at in track)


@target
def sample_entries(data: bytes) -> None:
    for read in (video_entry, sound_entry):
        with suppress(NotPatchableError, NoMovieError):
            assert read(data).codec
            assert read(read(data).stsd).codec == read(data).codec


def check_block(place: Place, raw: bytes) -> None:
    from quart_video.remux.index_file import _read_pieces  # noqa: PLC0415 - behind zlib

    with suppress(BrokenIndexError):
        block = _read_pieces(place, raw)
        assert block.starts is not None
        assert block.sizes is not None
        assert len(block.starts) == len(block.sizes)
        assert [*block.starts] == sorted({*block.starts})


@target
def answers_of_children(data: bytes) -> None:
    """A process that looks into files may have been taken over by one."""
    # InterruptedError is one that the server expects, too.
    with suppress(Failed, Interrupted, InterruptedError, ValueError):
        blobs = decode_answer(data)
        assert all(isinstance(name, str) for name in blobs)
        assert sum(map(len, blobs.values())) <= len(data)


@target
def kept_details(data: bytes) -> None:
    with suppress(ValueError):
        decode_details(data)


@target
def listings_of_stores(data: bytes) -> None:
    with suppress(ValueError):
        for row in s3_raw_list.read_page(data).rows:
            assert 0 <= row.size < 1 << 63
            assert row.modified is None or row.modified.tzinfo is not None


@target
def tables_of_mounts(data: bytes) -> None:
    found = [*parse_mounts(text_of(data).splitlines(keepends=True))]
    for mount in found:
        assert isinstance(judge(mount, found).is_exact, bool)


@target
def locations(data: bytes) -> None:
    with suppress(ValueError):
        location = parse_location(text_of(data))
        assert parse_location(str(location)) == location
