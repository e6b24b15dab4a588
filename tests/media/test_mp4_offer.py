from __future__ import annotations

import pytest

from quart_video.media.details import Details
from quart_video.media.mp4_offer import Offer, mp4_codecs, mp4_offer


def details(container: str, video: str | None, audio: str | None, codecs: str = "") -> Details:
    return Details(
        container=container,
        duration=60.0,
        width=160,
        height=90,
        rotation=0,
        frame_rate=24.0,
        video_codec=video,
        audio_codec=audio,
        codecs=codecs or None,
        video_codecs=codecs.partition(",")[0] or None,
        bit_rate=None,
        hdr=None,
        audio_tracks=(),
        text_tracks=(),
        chapters=(),
        title=None,
        date=None,
    )


@pytest.mark.parametrize(
    ("container", "video", "audio", "reasons"),
    [
        ("matroska", "h264", "aac", ("container", "reads-all")),
        ("matroska", "h264", "ac3", ("container", "silent")),
        ("matroska", "hevc", "dts", ("container", "silent")),
        ("matroska", "h264", "mp3", ("container", "silent")),
        ("matroska", "h264", "opus", ("container",)),
        ("matroska", "vp9", "vorbis", ("container",)),
        ("matroska", "h264", None, ("container",)),
        ("mov", "h264", "aac", ("container",)),
        ("mov", "h264", "pcm_s16le", ("container", "silent")),
        ("flv", "h264", "aac", ("container",)),
        ("avi", "h264", "mp3", ("container",)),
        ("mp4", "h264", "aac", ()),
        ("mp4", "h264", "mp3", ()),
        ("mp4", "h264", "eac3", ("silent",)),
        ("webm", "vp9", "opus", ()),
        ("webm", "vp9", "vorbis", ()),
        ("webm", "av1", None, ()),
    ],
)
def test_mp4_helps_where_browsers_fail(
    container: str, video: str, audio: str | None, reasons: tuple[str, ...]
) -> None:
    offer = mp4_offer(details(container, video, audio))
    assert offer == Offer(reasons)  # type: ignore[arg-type]
    assert offer.helps == bool(reasons)


def test_hevc_that_safari_does_not_take_by_its_name() -> None:
    assert mp4_offer(details("mp4", "hevc", "aac", "hev1.1.6.L93")).reasons == ("tag",)
    assert mp4_offer(details("mp4", "hevc", "aac", "hvc1.1.6.L93")).reasons == ()


@pytest.mark.parametrize(
    ("container", "video", "reason"),
    [
        ("mpegts", "h264", "mpegts"),
        ("matroska", "mpeg2video", "no browser plays mpeg2video"),
        ("webm", "vp8", "no browser plays vp8"),
        ("mp4", None, "no moving pictures"),
    ],
)
def test_there_is_none_and_why(container: str, video: str | None, reason: str) -> None:
    offer = mp4_offer(details(container, video, "aac"))
    assert not offer.helps
    assert reason in (offer.refusal or "")


def test_codecs_are_those_of_the_mp4() -> None:
    film = details("matroska", "hevc", "ac3", "hev1.1.6.L93, ac-3")
    assert mp4_codecs(film, sound="ac-3", made_aac=True) == "hvc1.1.6.L93, mp4a.40.2"
    assert mp4_codecs(film, sound="ac-3", made_aac=False) == "hvc1.1.6.L93, ac-3"
    assert mp4_codecs(film, sound=None, made_aac=False) == "hvc1.1.6.L93"
    assert mp4_codecs(details("matroska", "h264", None), sound=None, made_aac=False) is None
