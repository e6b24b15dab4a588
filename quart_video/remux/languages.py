"""Languages as an MP4 has them: three letters of ISO 639-2/T, and in full beside them. Pure."""

from __future__ import annotations

import re
import struct

from quart_video.language_table import SHORT
from quart_video.remux.boxes import full_box

_CHINESE = dict.fromkeys(["cmn", "gan", "hak", "hsn", "nan", "wuu", "yue"], "zho")
_WITHDRAWN = {"in": "ind", "iw": "heb", "ji": "yid", "mo": "ron"}


def _read_codes() -> dict[str, str]:
    """Return the codes of ISO 639-2/T by those of two letters, and by the bibliographic ones."""
    found = _CHINESE | _WITHDRAWN
    for row in SHORT.strip().splitlines():
        short, codes = row.split(" : ")[:2]
        terminological, *bibliographic = codes.split("/")
        found |= dict.fromkeys([short, *bibliographic], terminological)
    return found


_CODES = _read_codes()
_LONGEST_TAG = 35
"""Characters for which software should have room (RFC 5646, section 4.4.1), more or less."""
_TAG = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*", re.ASCII | re.IGNORECASE)


_MACINTOSH = (
    *("eng", "fra", "deu", "ita", "nld", "swe", "spa", "dan", "por", "nor", "heb", "jpn", "ara"),
    *("fin", "ell", "isl", "mlt", "tur", "hrv", "zho", "urd", "hin", "tha", "kor", "lit", "pol"),
    *("hun", "est", "lav", "und", "fao", "fas", "rus", "zho", "nld", "gle", "sqi", "ron", "ces"),
    *("slk", "slv", "yid", "srp", "mkd", "bul", "ukr", "bel"),
)
"""By number, as in the QuickTime File Format, "Language Code Values"."""


def unpacked(language: bytes) -> str:
    """Read a language as ``mdhd`` has it, or as QuickTime does; ``und`` where it is none."""
    bits = int.from_bytes(language, "big")
    if bits < 0x400:
        return _MACINTOSH[bits] if bits < len(_MACINTOSH) else "und"
    code = "".join(chr(0x60 + (bits >> shift & 31)) for shift in (10, 5, 0))
    return code if code.isalpha() else "und"


def code_of(tag: str) -> str:
    """Return the code of ISO 639-2/T of a language; ``und`` where there is none.

    :param tag: BCP 47 (``zh-Hant``), or a code of ISO 639, as the one of Matroska.
    """
    primary = tag.partition("-")[0].lower()
    code = _CODES.get(primary, primary)
    return code if len(code) == 3 and code.isascii() and code.isalpha() else "und"


def packed(tag: str) -> bytes:
    """Write a language for ``mdhd`` (ISO/IEC 14496-12, section 8.4.2); ``und`` where it is none."""
    bits = 0
    for letter in code_of(tag):
        bits = bits << 5 | ord(letter) - 0x60
    return struct.pack(">H", bits)


def extended(tag: str) -> bytes:
    """Write the box ``elng`` (ISO/IEC 14496-12, section 8.4.6); nothing where ``mdhd`` says all."""
    if not _TAG.fullmatch(tag) or len(tag) > _LONGEST_TAG:
        return b""
    if len(tag) <= 3 and tag.lower() not in _CHINESE:
        return b""
    return full_box(b"elng", 0, 0, tag.encode() + b"\0")
