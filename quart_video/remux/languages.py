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


def packed(language: str) -> bytes:
    """Write a language for ``mdhd`` (ISO/IEC 14496-12, section 8.4.2); ``und`` where it is none."""
    code = _TERMINOLOGY.get(language, language)
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.islower()):
        code = "und"
    bits = 0
    for letter in code:
        bits = bits << 5 | ord(letter) - 0x60
    return struct.pack(">H", bits)
