"""Languages as an MP4 has them: three letters of ISO 639-2/T in 15 bits. Pure."""

from __future__ import annotations

import struct

_TERMINOLOGY = {
    "alb": "sqi",
    "arm": "hye",
    "baq": "eus",
    "bur": "mya",
    "chi": "zho",
    "cze": "ces",
    "dut": "nld",
    "fre": "fra",
    "geo": "kat",
    "ger": "deu",
    "gre": "ell",
    "ice": "isl",
    "mac": "mkd",
    "mao": "mri",
    "may": "msa",
    "per": "fas",
    "rum": "ron",
    "slo": "slk",
    "tib": "bod",
    "wel": "cym",
}
"""Matroska takes the bibliographic codes, an MP4 the terminological ones. They differ in these."""


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


def packed(language: str) -> bytes:
    """Write a language for ``mdhd`` (ISO/IEC 14496-12, section 8.4.2); ``und`` where it is none."""
    code = _TERMINOLOGY.get(language, language)
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.islower()):
        code = "und"
    bits = 0
    for letter in code:
        bits = bits << 5 | ord(letter) - 0x60
    return struct.pack(">H", bits)
