"""The parts of Matroska that are read without libav, out of files made here by hand."""

from __future__ import annotations

import pytest

from quart_video.media.extract.ebml import ReadAt, last_time, read_header

UNKNOWN = b"\x01" + b"\xff" * 7


def element(number: int, content: bytes, size: bytes | None = None) -> bytes:
    length = (number.bit_length() + 7) // 8
    size = size if size is not None else (len(content) | 1 << 28).to_bytes(4, "big")
    return number.to_bytes(length, "big") + size + content


def block(time: int, track: int = 1) -> bytes:
    return element(0xA3, bytes([0x80 | track]) + time.to_bytes(2, "big", signed=True) + b"\x80data")


def laced(time: int, frames: int, *, lacing: int = 3) -> bytes:
    """Return a block of several frames; *lacing* is how their sizes would be told."""
    flags = bytes([0x80 | lacing << 1, frames - 1])
    return element(0xA3, b"\x81" + time.to_bytes(2, "big", signed=True) + flags + b"data")


def group(time: int, duration: int | None = None) -> bytes:
    inner = element(0xA1, b"\x81" + time.to_bytes(2, "big", signed=True) + b"\0data")
    if duration is not None:
        inner += element(0x9B, duration.to_bytes(2, "big"))
    return element(0xA0, inner)


def cluster(begin: int, *blocks: bytes, size: bytes | None = None) -> bytes:
    return element(0x1F43B675, element(0xE7, begin.to_bytes(4, "big")) + b"".join(blocks), size)


def track(kind: int, language: str | None = None, old: str | None = None) -> bytes:
    inner = element(0xD7, b"\x01") + element(0x83, bytes([kind]))
    if old is not None:
        inner += element(0x22B59C, old.encode())
    if language is not None:
        inner += element(0x22B59D, language.encode())
    return element(0xAE, inner)


def film(*parts: bytes, doc_type: bytes = b"webm") -> bytes:
    head = element(0x1A45DFA3, element(0x4282, doc_type))
    return head + element(0x18538067, b"".join(parts), UNKNOWN)


def reading(data: bytes) -> ReadAt:
    return lambda offset, size: data[offset : offset + size]


@pytest.mark.parametrize(
    ("doc_type", "told"),
    [
        (b"webm", "webm"),
        (b"webm\0", "webm"),
        (b"webm\0junk", "webm"),
        (b"matroska", "matroska"),
        (b"", ""),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_the_type_of_a_document_ends_at_a_nul(doc_type: bytes, told: str) -> None:
    header = read_header(reading(film(doc_type=doc_type)))
    assert header is not None
    assert header.doc_type == told


def test_languages_are_told_by_kind_and_in_order() -> None:
    void = element(0xEC, b"\0" * 300)
    tracks = [
        track(1),
        track(2, "pt-BR", "por"),
        track(0x11, "zh-Hans"),
        track(2, old="eng"),
        track(0x12),
    ]
    header = read_header(reading(film(void, element(0x1654AE6B, b"".join(tracks)))))
    assert header is not None
    assert header.languages == {
        "video": [None],
        "audio": ["pt-BR", None],
        "subtitle": ["zh-Hans"],
    }


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"\xff" * 100, b"RIFF", b"\x1a\x45\xdf\xa3"])
def test_what_is_no_matroska_has_no_header(data: bytes) -> None:
    assert read_header(reading(data)) is None
    assert last_time(reading(data), len(data)) is None


LASTS = {
    "one block": ([cluster(0, block(5))], 5),
    "blocks of one length": ([cluster(1000, block(0), block(40), block(80))], 1120),
    "in the order of decoding": ([cluster(0, block(0), block(80), block(40), block(120))], 160),
    "before the cluster begins": ([cluster(1000, block(-40), block(0))], 1040),
    "of two tracks": ([cluster(0, block(0), block(7, 2), block(40), block(27, 2))], 80),
    "with a duration": ([cluster(0, group(0), group(40, 500))], 540),
    "of several frames": ([cluster(0, laced(0, 8), laced(184, 8), laced(368, 3))], 437),
    "of many frames at last": ([cluster(0, block(0), block(23), laced(46, 8, lacing=1))], 230),
    "of frames of one size": ([cluster(0, laced(0, 256, lacing=2), laced(512, 1))], 514),
    "one block of several": ([cluster(0, laced(5, 8))], 5),
    "clusters without sizes": (
        [cluster(0, block(0), size=UNKNOWN), cluster(9000, block(10), block(50), size=UNKNOWN)],
        9090,
    ),
    "and cues behind": ([cluster(0, block(0), block(40)), element(0x1C53BB6B, b"cues")], 80),
    "a block that is cut short": ([cluster(0, block(0), block(40)), element(0xA3, b"\x81")], 80),
    "an ID within data": (
        [cluster(3000, block(0), block(40), element(0xEC, b"\x1f\x43\xb6\x75junk"))],
        3080,
    ),
    "a cluster without blocks": ([cluster(0, block(0), block(40)), cluster(50)], 80),
    "nothing": ([], None),
}


@pytest.mark.parametrize(("parts", "last"), LASTS.values(), ids=LASTS)
def test_the_last_block_tells_when_a_recording_ends(parts: list[bytes], last: int | None) -> None:
    data = film(*parts)
    assert last_time(reading(data), len(data)) == last


def test_the_end_is_found_though_the_last_cluster_is_large() -> None:
    large = element(0xEC, b"\0" * 3_000_000)
    data = film(cluster(0, block(0)), cluster(7000, block(0), large, block(40)))
    read = 0

    def counted(offset: int, size: int) -> bytes:
        nonlocal read
        part = data[offset : offset + size]
        read += len(part)
        return part

    assert last_time(counted, len(data)) == 7080
    assert read < len(data) + 1000


def test_no_more_is_read_of_a_file_than_its_end() -> None:
    size = 1 << 40
    asked = 0

    def zeros(offset: int, count: int) -> bytes:
        nonlocal asked
        asked += count
        return bytes(min(count, size - offset))

    assert last_time(zeros, size) is None
    assert asked < 40 << 20
