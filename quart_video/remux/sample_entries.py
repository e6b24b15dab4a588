"""What an MP4 says of the codec of a track: its box ``stsd``, read and set right. Pure.

ISO/IEC 14496-12, section 8.5.2; ISO/IEC 14496-15; the QuickTime File Format, "Sample Description
Atoms".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from quart_video.remux.boxes import Box, box, boxes, full_box
from quart_video.remux.layout import NoMovieError, NotPatchableError

_ENTRY = 16  # bytes of stsd before its first entry
_VISUAL = 8 + 70
_AUDIO = 8 + 20
_VIDEO = {
    b"avc1": ("h264", b"avcC"),
    b"hvc1": ("hevc", b"hvcC"),
    b"hev1": ("hevc", b"hvcC"),
    b"vp09": ("vp9", b"vpcC"),
    b"av01": ("av1", b"av1C"),
}
"""Codecs, as FFmpeg has them, and the box that has to be there."""
_SOUND = {b"Opus": ("opus", b"dOps"), b"fLaC": ("flac", b"dfLa"), b"alac": ("alac", b"alac")}
_MPEG = {
    **dict.fromkeys((0x40, 0x66, 0x67, 0x68), "aac"),
    **dict.fromkeys((0x69, 0x6B), "mp3"),
}
"""By the objectTypeIndication (ISO/IEC 14496-1, section 7.2.6.6)."""
_ENCRYPTED = {b"encv", b"enca", b"drmi", b"drms"}
_HEVC_SETS = {32, 33, 34}  # VPS, SPS, PPS


class Entry(NamedTuple):
    """What a track has."""

    codec: str
    """As FFmpeg has it."""
    stsd: bytes
    """As an MP4 is to have it."""


def video_entry(stsd: bytes) -> Entry:
    """Read the box ``stsd`` of a track of pictures.

    :raises NotPatchableError: it is none that browsers know as it is.
    :raises NoMovieError: it is encrypted.
    """
    entry = _only(stsd)
    codec, needed = _VIDEO.get(entry.kind, ("", b""))
    found = dict(_children(stsd, entry.content + _VISUAL, entry.stop))
    record = found.get(needed)
    if not codec or record is None:
        raise NotPatchableError("its pictures are not as browsers have them")
    if codec in ("h264", "hevc") and stsd[record.content : record.content + 1] != b"\1":
        raise NotPatchableError("its pictures have no parameter sets")
    return Entry(codec, for_apple(stsd))


def sound_entry(stsd: bytes) -> Entry:
    """Read the box ``stsd`` of a track of sound.

    :raises NotPatchableError: it is none that browsers know as it is.
    :raises NoMovieError: it is encrypted.
    """
    entry = _only(stsd)
    version = int.from_bytes(stsd[entry.content + 8 : entry.content + 10], "big")
    if version > 1:
        raise NotPatchableError("its sound is told as QuickTime alone does")
    start = entry.content + _AUDIO + 16 * version
    found = dict(_children(stsd, start, entry.stop))
    if entry.kind in _SOUND:
        codec, needed = _SOUND[entry.kind]
        if needed not in found or version:
            raise NotPatchableError("its sound is told as QuickTime alone does")
        return Entry(codec, stsd)
    if entry.kind == b"mp4a" and b"wave" in found:
        found |= dict(_children(stsd, found[b"wave"].content, found[b"wave"].stop))
    if entry.kind != b"mp4a" or b"esds" not in found:
        raise NotPatchableError("its sound is not as browsers have it")
    told = stsd[found[b"esds"].start : found[b"esds"].stop]
    codec = _codec_of(told[12:])
    return Entry(codec, _plain(stsd, entry, told) if version or b"wave" in found else stsd)


def _plain(stsd: bytes, entry: Box, esds: bytes) -> bytes:
    """Write as an MP4 does what QuickTime tells in another form."""
    head = stsd[entry.content : entry.content + 8]
    channels = stsd[entry.content + 16 : entry.content + 18]
    rate = stsd[entry.content + 24 : entry.content + 28]
    if channels == b"\0\0" or rate[:2] == b"\0\0":
        raise NotPatchableError("its sound does not tell how much of it there is")
    parts = (head, bytes(8), channels, b"\0\x10", bytes(4), rate, esds)
    return full_box(b"stsd", 0, 0, struct.pack(">I", 1), box(b"mp4a", *parts))


def _only(stsd: bytes) -> Box:
    """Return the entry of a track that has one."""
    if len(stsd) < _ENTRY or stsd[8:16] != b"\0\0\0\0\0\0\0\1":
        raise NotPatchableError("it tells of several codecs, or of none")
    entries = [each for _, each in _children(stsd, _ENTRY, len(stsd))]
    if not entries:
        raise NotPatchableError("it tells of no codec")
    entry = entries[0]
    if entry.kind in _ENCRYPTED:
        raise NoMovieError("it is encrypted")
    return entry


def _children(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, Box]]:
    """Yield boxes up to where they are none; QuickTime has zeros behind the last."""
    while start + 8 <= stop and data[start : start + 4] != bytes(4):
        try:
            found = next(boxes(data, start, stop))
        except ValueError as error:
            raise NotPatchableError(f"it has {error}") from error
        yield found.kind, found
        start = found.stop


def _codec_of(descriptors: bytes) -> str:
    """Return the codec that ``esds`` tells of (ISO/IEC 14496-1, section 7.2.6)."""
    tag, start, _ = _descriptor(descriptors, 0)
    flags = descriptors[start + 2 : start + 3]
    if tag != 3 or flags != b"\0":  # no other streams, nor addresses
        raise NotPatchableError("its sound is not as browsers have it")
    tag, start, stop = _descriptor(descriptors, start + 3)
    codec = _MPEG.get(descriptors[start] if start < stop else 0)
    if tag != 4 or codec is None:
        raise NotPatchableError("its sound is none that browsers have in an MP4")
    if codec == "aac":
        tag, start, stop = _descriptor(descriptors, start + 13)
        if tag != 5 or stop - start < 2:
            raise NotPatchableError("its sound has a head in each packet")
    return codec


def _descriptor(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the tag of a descriptor, and where its content is."""
    tag = data[at] if at < len(data) else 0
    size = 0
    for start in range(at + 1, min(at + 5, len(data))):
        size = size << 7 | data[start] & 0x7F
        if data[start] < 0x80:
            return tag, start + 1, min(start + 1 + size, len(data))
    return 0, at, at


def for_apple(stsd: bytes) -> bytes:
    """Say ``hvc1``, the only HEVC that Safari takes, where all parameter sets are in the head."""
    if stsd[20:24] != b"hev1":
        return stsd
    stop = _ENTRY + int.from_bytes(stsd[16:20], "big")
    for kind, found in _children(stsd, _ENTRY + 8 + _VISUAL, stop):
        if kind == b"hvcC" and _HEVC_SETS.issubset(_arrays(stsd[found.content : found.stop])):
            return stsd[:20] + b"hvc1" + stsd[24:]
    return stsd


def _arrays(record: bytes) -> list[int]:
    """Return the kinds of NAL units that an HEVCDecoderConfigurationRecord holds."""
    kinds = []
    at = 23
    for _ in range(record[22] if len(record) > 22 else 0):
        if at + 3 > len(record):
            break
        count = int.from_bytes(record[at + 1 : at + 3], "big")
        if count:
            kinds.append(record[at] & 0x3F)
        at += 3
        for _ in range(count):
            at += 2 + int.from_bytes(record[at : at + 2], "big")
    return kinds
