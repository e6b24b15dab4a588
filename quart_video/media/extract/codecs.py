"""Names of codecs as RFC 6381 has them, out of what a container says of a stream. Pure.

They answer the one question a page has: ``canPlayType('video/mp4; codecs="avc1.64001f"')``. Where
a codec has several names, it is the one that browsers answer truly. A codec that has no name gives
``None``, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from quart_video.media.extract.dump import DolbyVision


class Bits:
    """Bits of a header, from the first of them on."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def read(self, count: int) -> int:
        """Return the next bits as a number.

        :raises EOFError: there are fewer.
        """
        if count > self._left:
            raise EOFError
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def read_exponential(self) -> int:
        """Return an Exp-Golomb number.

        :raises EOFError: it is cut short.
        """
        zeros = 0
        while not self.read(1):
            zeros += 1
        return (1 << zeros | self.read(zeros)) - 1


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What the name of a codec follows from."""

    codec: str
    """As FFmpeg has it."""
    tag: str = ""
    """FourCC of the container, ``avc1`` say."""
    profile: str = ""
    """As FFmpeg has it: ``Main 10``, ``LC``."""
    level: int = 0
    """As FFmpeg has it; 0 and less: not known."""
    extradata: bytes = b""
    width: int = 0
    height: int = 0
    frame_rate: Fraction | None = None
    bit_depth: int = 8
    dolby_vision: DolbyVision | None = None


def codec_name(facts: StreamFacts) -> str | None:
    """Return the name of one codec, ``None`` where it has none."""
    if facts.tag in _DOLBY_VISION and facts.dolby_vision:
        vision = facts.dolby_vision
        return f"{facts.tag}.{vision.profile:02}.{vision.level:02}"
    if facts.codec in _FIXED:
        return _FIXED[facts.codec]
    if facts.codec.startswith("pcm_"):
        return _PCM.get(facts.codec, _PCM_LINEAR)
    maker = _MAKERS.get(facts.codec)
    return maker(facts) if maker else _BY_TAG.get(facts.tag)


def codecs_parameter(names: list[str | None]) -> str | None:
    """Join the names of all streams that play; ``None`` where one of them has none."""
    known = [name for name in names if name]
    return ", ".join(known) if known and len(known) == len(names) else None


_FIXED = {
    "ac3": "ac-3",
    "alac": "alac",
    "dts": "dtsc",
    "eac3": "ec-3",
    "flac": "flac",
    # All three layers are mp4a.6B by the standard. Chromium says yes to that, and decodes the third
    # one alone; Firefox says no, and decodes all of them in MP4. To "mp3" both say the truth, and
    # "mp2" is known to nobody.
    "mp1": "mp1",
    "mp2": "mp2",
    "mp3": "mp3",
    "mpeg1video": "mp4v.6A",
    "opus": "opus",
    "theora": "theora",
    "truehd": "mlpa",
    "vorbis": "vorbis",
    "vp8": "vp8",
}

# Numbers of wFormatTag (RFC 2361): browsers know PCM by no other name.
_PCM_LINEAR = "1"
_PCM_FLOAT = {f"pcm_f{bits}{order}": "3" for bits in (32, 64) for order in ("le", "be")}
_PCM = {**_PCM_FLOAT, "pcm_alaw": "6", "pcm_mulaw": "7"}

_DOLBY_VISION = frozenset({"dav1", "dva1", "dvav", "dvh1", "dvhe"})
"""Sample entries (Dolby Vision streams within ISO base media, section 6)."""

_BY_TAG = {tag: tag for tag in ("apch", "apcn", "apcs", "apco", "ap4h", "ap4x", "apac")}
"""Codecs whose name is their sample entry (RFC 6381, section 3.3), and which have no parameters."""

_START_CODE = b"\0\0\1"


def _annex_b(data: bytes, wanted: int, *, hevc: bool) -> bytes | None:
    """Find the first NAL unit of a type in a stream with start codes, its own header left out."""
    for unit in data.split(_START_CODE)[1:]:
        if not unit:
            continue
        kind = (unit[0] >> 1) & 0x3F if hevc else unit[0] & 0x1F
        if kind == wanted:
            # Emulation prevention: 00 00 03 stands for 00 00.
            return unit[2 if hevc else 1 :].replace(b"\0\0\3", b"\0\0")
    return None


def _avc(facts: StreamFacts) -> str | None:
    """ISO/IEC 14496-15 annex E: profile, constraints and level, two hexadecimal digits each."""
    data = facts.extradata
    # AVCDecoderConfigurationRecord begins with version 1, else it is Annex B with an SPS (7).
    three = data[1:4] if data[:1] == b"\1" else (_annex_b(data, 7, hevc=False) or b"")[:3]
    if len(three) < 3:
        return None
    return f"{facts.tag if facts.tag == 'avc3' else 'avc1'}.{three.hex()}"


def _hevc(facts: StreamFacts) -> str | None:
    """ISO/IEC 14496-15 annex E.3: profile, compatibility, tier and level, constraints."""
    data = facts.extradata
    # HEVCDecoderConfigurationRecord begins with version 1, else it is Annex B with an SPS (33).
    body = (data if data[:1] == b"\1" else _annex_b(data, 33, hevc=True) or b"")[1:13]
    if len(body) < 12:
        return None
    space = ("", "A", "B", "C")[body[0] >> 6]
    compatibility = int(f"{int.from_bytes(body[1:5], 'big'):032b}"[::-1], 2)
    tier = "H" if body[0] & 0x20 else "L"
    constraints = body[5:11].rstrip(b"\0")
    parts = [
        facts.tag if facts.tag in ("hev1", "dvh1", "dvhe") else "hvc1",
        f"{space}{body[0] & 0x1F}",
        f"{compatibility:x}",
        f"{tier}{body[11]}",
        *(f"{byte:x}" for byte in constraints),
    ]
    return ".".join(parts)


def _av1(facts: StreamFacts) -> str | None:
    """AV1 in ISOBMFF, section 5: profile, level and tier, bit depth."""
    data = facts.extradata
    if len(data) < 4 or data[0] != 0x81:  # marker and version of av1C
        return _av1_of_bitstream(data)
    depth = 8
    if data[2] & 0x40:
        depth = 12 if data[2] & 0x20 and data[1] >> 5 == 2 else 10
    return _av1_name(data[1] >> 5, data[1] & 0x1F, high_tier=bool(data[2] & 0x80), depth=depth)


def _av1_name(profile: int, level: int, *, high_tier: bool, depth: int) -> str:
    return f"av01.{profile}.{level:02}{'H' if high_tier else 'M'}.{depth:02}"


def _av1_of_bitstream(data: bytes) -> str | None:
    """Read the sequence header OBU (AV1 specification, section 5.5.1)."""
    if not data or data[0] & 0xF8 != 0x08:  # obu_type 1, no extension
        return None
    start = 1
    if data[0] & 2:  # obu_has_size_field, leb128
        while start < len(data) and data[start] & 0x80:
            start += 1
        start += 1
    bits = Bits(data[start:])
    try:
        return _av1_sequence(bits)
    except EOFError:
        return None


def _av1_sequence(bits: Bits) -> str:
    profile = bits.read(3)
    bits.read(1)  # still_picture
    reduced = bits.read(1)
    level, tier = (bits.read(5), 0) if reduced else _av1_level(bits)
    width_bits, height_bits = bits.read(4) + 1, bits.read(4) + 1
    bits.read(width_bits), bits.read(height_bits)
    if not reduced and bits.read(1):  # frame_id_numbers_present_flag
        bits.read(7)
    bits.read(3)  # superblocks, filter_intra, intra_edge_filter
    if not reduced:
        bits.read(4)  # interintra, masked compound, warped motion, dual_filter
        if bits.read(1):  # enable_order_hint
            bits.read(2)
            order_hint = True
        else:
            order_hint = False
        chooses = bits.read(1) or bits.read(1)  # seq_force_screen_content_tools
        if chooses and not bits.read(1):
            bits.read(1)
        if order_hint:
            bits.read(3)
    bits.read(3)  # superres, cdef, restoration
    depth = 10 if bits.read(1) else 8  # high_bitdepth
    if profile == 2 and depth == 10 and bits.read(1):  # twelve_bit
        depth = 12
    return _av1_name(profile, level, high_tier=bool(tier), depth=depth)


def _av1_level(bits: Bits) -> tuple[int, int]:
    """Read up to the operating points; return level and tier of the first."""
    decoder_model = 0
    if bits.read(1):  # timing_info_present_flag
        bits.read(64)
        if bits.read(1):  # equal_picture_interval
            bits.read_exponential()
        decoder_model = bits.read(1)
        if decoder_model:
            buffer_delay = bits.read(5) + 1
            bits.read(32 + 5 + 5)
    display_delay = bits.read(1)
    first: tuple[int, int] | None = None
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        level = bits.read(5)
        tier = bits.read(1) if level > 7 else 0
        if decoder_model and bits.read(1):
            bits.read(2 * buffer_delay + 1)
        if display_delay and bits.read(1):
            bits.read(4)
        first = first or (level, tier)
    assert first is not None
    return first


# VP9 levels: level, most luma samples a second, most luma samples a picture.
_VP9_LEVELS = (
    (10, 829_440, 36_864),
    (11, 2_764_800, 73_728),
    (20, 4_608_000, 122_880),
    (21, 9_216_000, 245_760),
    (30, 20_736_000, 552_960),
    (31, 36_864_000, 983_040),
    (40, 83_558_400, 2_228_224),
    (41, 160_432_128, 2_228_224),
    (50, 311_951_360, 8_912_896),
    (51, 588_251_136, 8_912_896),
    (52, 1_176_502_272, 8_912_896),
    (60, 1_176_502_272, 35_651_584),
    (61, 2_353_004_544, 35_651_584),
    (62, 4_706_009_088, 35_651_584),
)


def _vp9(facts: StreamFacts) -> str:
    """VP9 in ISOBMFF: profile, level, bit depth. The level is worked out where it is not told."""
    match = re.fullmatch(r"Profile ([0-3])", facts.profile)
    samples = facts.width * facts.height
    rate = samples * (facts.frame_rate or 30)
    level = next(
        (level for level, most, size in _VP9_LEVELS if rate <= most and samples <= size), 62
    )
    if facts.level in (told for told, *_ in _VP9_LEVELS):
        level = facts.level
    return f"vp09.0{match[1] if match else 0}.{level}.{facts.bit_depth:02}"


def _mpeg2(facts: StreamFacts) -> str:
    kinds = {"Simple": "60", "Main": "61", "SNR Scalable": "62", "High": "64", "4:2:2": "65"}
    return f"mp4v.{kinds.get(facts.profile, '61')}"


def _mpeg4(facts: StreamFacts) -> str | None:
    """RFC 6381 section 3.3: the profile and level indication, in decimal."""
    found = facts.extradata.find(b"\0\0\1\xb0")  # visual_object_sequence_start_code
    if found < 0 or len(facts.extradata) < found + 5:
        return "mp4v.20"
    return f"mp4v.20.{facts.extradata[found + 4]}"


_AAC_PROFILES = {"Main": 1, "LC": 2, "SSR": 3, "LTP": 4, "HE-AAC": 5, "HE-AACv2": 29}


def _aac(facts: StreamFacts) -> str | None:
    """RFC 6381 section 3.3: the audio object type, in decimal."""
    kind = 0
    if len(facts.extradata) >= 2:  # AudioSpecificConfig, ISO/IEC 14496-3
        first, second = facts.extradata[:2]
        kind = first >> 3
        if kind == 31:
            kind = 32 + ((first & 7) << 3 | second >> 5)
    kind = kind or _AAC_PROFILES.get(facts.profile, 0)
    return f"mp4a.40.{kind}" if kind else None


_MAKERS = {
    "aac": _aac,
    "aac_latm": _aac,
    "av1": _av1,
    "h264": _avc,
    "hevc": _hevc,
    "mpeg2video": _mpeg2,
    "mpeg4": _mpeg4,
    "vp9": _vp9,
}
