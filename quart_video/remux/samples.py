"""How many samples of sound a packet holds, out of its first bytes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

# RFC 6716, section 3.1: samples of a frame at 48,000 a second, by configuration.
_OPUS = (
    *(480, 960, 1920, 2880) * 3,
    *(480, 960) * 2,
    *(120, 240, 480, 960) * 4,
)


def opus_samples(packet: bytes | memoryview) -> int:
    """Return how many samples an Opus packet holds, at 48,000 a second; 0 for none."""
    if not packet:
        return 0
    kind = packet[0] & 3
    frames = (1, 2, 2)[kind] if kind < 3 else (packet[1] & 63 if len(packet) > 1 else 0)
    return _OPUS[packet[0] >> 3] * frames


def guesses(codec: str, rate: int, frame_size: int) -> Sequence[int]:
    """Return how many samples each packet may have, the likeliest first; none: they differ.

    :param codec: as FFmpeg has it.
    :param frame_size: as FFmpeg has it, 0 where it does not know.
    """
    if codec == "aac":  # with SBR, each stands for twice as many at twice the rate
        return (1024, 2048, 960, 1920, 512, 480)
    if codec == "mp3":
        return (1152, 576) if rate >= 32_000 else (576, 1152)
    if codec == "eac3":
        return (1536, 256, 512, 768)
    if codec in _FIXED:
        return _FIXED[codec]
    return (frame_size,) if frame_size > 0 else ()


_FIXED = {
    "ac3": (1536,),
    "alac": (4096,),
    "dts": (512, 1024, 2048, 4096),
    "mp2": (1152,),
    "truehd": (40, 80, 160),
}
