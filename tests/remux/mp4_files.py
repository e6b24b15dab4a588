"""MP4s and QuickTime films of a few bytes, for tests of what reads their heads."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from quart_video.remux.boxes import box, boxes, find, full_box, large_header

FTYP = box(b"ftyp", b"isom\0\0\0\0isom")
SETS = b"\1\x64\0\x0a\xff\xe1\0\2\x67\0\1\0\2\x68\0"
ESDS = full_box(
    b"esds", 0, 0, b"\3\x19\0\0\0\4\x11\x40\x15" + bytes(11) + b"\5\2\x11\x90", b"\6\1\2"
)
HERE = full_box(b"url ", 0, 1)
ELSEWHERE = full_box(b"url ", 0, 0, b"file:///etc/passwd\0")


def u32(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def visual(kind: bytes, *inside: bytes) -> bytes:
    return box(kind, bytes(6), b"\0\1", bytes(70), *inside)


def audio(kind: bytes, *inside: bytes, version: int = 0) -> bytes:
    parts = (bytes(6), b"\0\1", struct.pack(">H", version), bytes(6), b"\0\2\0\x10", bytes(4))
    return box(kind, *parts, u32(48_000 << 16), bytes(16 * version), *inside)


AVC = visual(b"avc1", box(b"avcC", SETS))
AAC = audio(b"mp4a", ESDS)


def hevc(*kinds: int, name: bytes = b"hev1") -> bytes:
    arrays = b"".join(bytes([kind, 0, 1, 0, 2, kind << 1, 1]) for kind in kinds)
    return visual(name, box(b"hvcC", b"\1", bytes(21), bytes([len(kinds)]), arrays))


@dataclass
class Trak:
    """A track of samples of 10 bytes, one a chunk."""

    handler: bytes = b"vide"
    entry: bytes = AVC
    identity: int = 1
    flags: int = 3
    duration: int = 1000
    language: int = 0x55C4
    reference: bytes = HERE
    edits: bytes = b""
    tref: bytes = b""
    large: bool = False
    count: int = 3
    extra: bytes = b""
    """In ``stbl``."""
    replaced: dict[bytes, bytes] = field(default_factory=dict)
    """Boxes in ``stbl`` by kind."""
    is_quicktime: bool = False
    offsets: Sequence[int] = ()

    def write(self) -> bytes:
        offsets = self.offsets or [0] * self.count
        code = "Q" if self.large else "I"
        table = struct.pack(f">{len(offsets)}{code}", *offsets)
        parts = {
            b"stsd": full_box(b"stsd", 0, 0, u32(1), self.entry),
            b"stts": full_box(b"stts", 0, 0, u32(1, self.count, 100)),
            b"stsc": full_box(b"stsc", 0, 0, u32(1, 1, 1, 1)),
            b"stsz": full_box(b"stsz", 0, 0, u32(10, self.count)),
            b"stco": full_box(b"co64" if self.large else b"stco", 0, 0, u32(len(offsets)), table),
        } | self.replaced
        tkhd = full_box(
            b"tkhd", 0, self.flags, u32(0, 0, self.identity, 0, self.duration), bytes(60)
        )
        mdhd = full_box(
            b"mdhd", 0, 0, u32(0, 0, 1000, 300), struct.pack(">H", self.language), bytes(2)
        )
        name = b"\6Handle" if self.is_quicktime else b"Handle\0"
        kind = b"mhlr" if self.is_quicktime else bytes(4)
        hdlr = full_box(b"hdlr", 0, 0, kind, self.handler, bytes(12), name)
        inner = full_box(b"hdlr", 0, 0, b"dhlralis", bytes(12), b"\0") if self.is_quicktime else b""
        dinf = box(b"dinf", full_box(b"dref", 0, 0, u32(1), self.reference))
        stbl = box(b"stbl", *parts.values(), self.extra)
        minf = box(b"minf", full_box(b"vmhd", 0, 1, bytes(8)), inner, dinf, stbl)
        return box(b"trak", tkhd, self.edits, self.tref, box(b"mdia", mdhd, hdlr, minf))


SOUND = Trak(b"soun", AAC, 2)


def moov(*traks: Trak, inside: bytes = b"", duration: int = 1000) -> bytes:
    mvhd = full_box(b"mvhd", 0, 0, u32(0, 0, 1000, duration), bytes(80))
    return box(b"moov", mvhd, *(each.write() for each in traks), inside)


def sample(identity: int, number: int) -> bytes:
    return b"track %d: %d" % (identity, number % 10)  # 10 bytes


class Mp4:
    """A file that is put together out of boxes, with the samples of its tracks in them.

    :param parts: boxes, ``b"moov"`` for the head, and numbers: a box ``mdat`` with the samples of
        that number of all tracks. One below 0 has a size of 64 bits; ``None`` is all that are left,
        in a box that goes on to the end.
    """

    def __init__(
        self, traks: Sequence[Trak], *parts: bytes | int | None, inside: bytes = b""
    ) -> None:
        self.traks = traks
        count = max(each.count for each in traks)
        offsets: dict[int, list[int]] = {each.identity: [] for each in traks}
        data = b""
        for turn in (0, 1):
            for each in traks:
                each.offsets = offsets[each.identity] if turn else [0] * each.count
            offsets = {each.identity: [] for each in traks}
            data = b""
            done = 0
            for part in parts:
                if isinstance(part, bytes):
                    data += moov(*traks, inside=inside) if part == b"moov" else part
                    continue
                stop = count if part is None else done + abs(part)
                header = 16 if part is not None and part < 0 else 8
                content = b""
                for number in range(done, stop):
                    for each in traks:
                        offsets[each.identity].append(len(data) + header + len(content))
                        content += sample(each.identity, number)
                done = stop
                if part is None:
                    data += u32(0) + b"mdat" + content
                elif part < 0:
                    data += large_header(b"mdat", len(content)) + content
                else:
                    data += box(b"mdat", content)
        self.data = data

    def read(self, count: int, at: int) -> bytes:
        return self.data[at : at + count]


def chunks_of(movie: bytes) -> list[list[int]]:
    """Return where the chunks of each track of a whole file are."""
    head = find(movie, b"moov")
    assert head is not None
    found = []
    for each in boxes(movie, head.content, head.stop):
        if each.kind == b"trak":
            trak = movie[each.start : each.stop]
            table = find(trak, b"trak", b"mdia", b"minf", b"stbl", b"stco")
            code, width = "I", 4
            if table is None:
                table = find(trak, b"trak", b"mdia", b"minf", b"stbl", b"co64")
                code, width = "Q", 8
            assert table is not None
            count = int.from_bytes(trak[table.content + 4 : table.content + 8], "big")
            assert table.stop - table.content == 8 + count * width
            found.append([*struct.unpack_from(f">{count}{code}", trak, table.content + 8)])
    return found
