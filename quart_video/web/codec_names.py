"""Names of codecs as people know them. Pure: names of FFmpeg in, words for the pages out."""

from __future__ import annotations

from quart_video.media import Details
from quart_video.messages import Texts

_NAMES = {
    "aac": "AAC",
    "ac3": "AC-3 (Dolby Digital)",
    "alac": "Apple Lossless",
    "av1": "AV1",
    "cinepak": "Cinepak",
    "dnxhd": "DNxHD",
    "dts": "DTS",
    "dvvideo": "DV",
    "eac3": "E-AC-3 (Dolby Digital Plus)",
    "flac": "FLAC",
    "flv1": "Sorenson Spark",
    "h264": "H.264 (AVC)",
    "hevc": "HEVC (H.265)",
    "iamf": "IAMF (Eclipsa Audio)",
    "mjpeg": "Motion JPEG",
    "mp2": "MPEG Layer II",
    "mp3": "MP3",
    "mpeg1video": "MPEG-1",
    "mpeg2video": "MPEG-2",
    "mpeg4": "MPEG-4 Part 2 (DivX, Xvid)",
    "msmpeg4v3": "DivX 3",
    "opus": "Opus",
    "prores": "Apple ProRes",
    "theora": "Theora",
    "truehd": "Dolby TrueHD",
    "vc1": "VC-1",
    "vorbis": "Vorbis",
    "vp8": "VP8",
    "vp9": "VP9",
    "vvc": "VVC (H.266)",
    "wmav2": "Windows Media Audio",
    "wmv2": "Windows Media Video 8",
    "wmv3": "Windows Media Video 9",
}


def codec_title(codec: str) -> str:
    """Return what people call a codec: ``HEVC (H.265)`` for ``hevc``."""
    if codec.startswith("pcm_"):
        return "PCM"
    return _NAMES.get(codec, codec.upper())


def codecs_in_words(details: Details | None, texts: Texts) -> dict[str, str]:
    """Return what a page says of the codecs of a video, by the problem that it speaks of.

    ``picture``, ``sound``, and ``type`` for all of it; what nobody knows is left out. Several sound
    tracks are named in their order, each codec once.
    """
    if details is None:
        return {}
    sounds = dict.fromkeys(codec_title(each.codec) for each in details.audio_tracks)
    words = {}
    if details.video_codec:
        words["picture"] = texts.text("codec_video", name=codec_title(details.video_codec))
    if sounds:
        words["sound"] = texts.text("codec_sound", name=" / ".join(sounds))
    return words | ({"type": ", ".join(words.values())} if words else {})
