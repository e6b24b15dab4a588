"""Two hundred files, a second long: each is one way in which files of today differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.media.films import AAC, H264, SRT, TONE, Film, again, ffmpeg, with_texts
from tests.media.kinds import KINDS

_SMALL = "testsrc2=s=160x90:r=10"
_QUICK = ["-preset", "ultrafast"]
_X264 = ["-c:v", "libx264", *_QUICK]
_X265 = ["-c:v", "libx265", *_QUICK, "-x265-params", "log-level=none"]
_VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
_AV1 = ["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime"]


def _film(
    name: str,
    *options: str,
    picture: str | None = _SMALL,
    tone: str | None = None,
    after: Callable[[Path], None] | None = None,
) -> Film:
    return Film(name, [*options], 1, picture, tone, after)


def _h264() -> Iterator[Film]:
    for name, pixels, *options in (
        ("baseline", "yuv420p", "-profile:v", "baseline"),
        ("main", "yuv420p", "-profile:v", "main", "-coder", "1"),
        ("high", "yuv420p", "-profile:v", "high", "-x264-params", "8x8dct=1"),
        ("high10", "yuv420p10le"),
        ("high422", "yuv422p10le"),
        ("high444", "yuv444p"),
        ("level11", "yuv420p", "-level", "1.1"),
        ("level1b", "yuv420p", "-profile:v", "baseline", "-level", "1b"),
        ("level31", "yuv420p", "-level", "3.1"),
        ("level52", "yuv420p", "-level", "5.2"),
        ("interlaced", "yuv420p", "-flags", "+ilme+ildct", "-s", "160x96"),
        ("frames-ahead", "yuv420p", "-bf", "3", "-profile:v", "main"),
    ):
        for suffix in (".mp4", ".mkv", ".ts") if name in {"baseline", "high10"} else (".mp4",):
            yield _film(f"h264-{name}{suffix}", *_X264, "-pix_fmt", pixels, *options)
    yield _film("h264-inband.mp4", *H264, "-tag:v", "avc3")


def _hevc() -> Iterator[Film]:
    for name, pixels, *options in (
        ("main", "yuv420p"),
        ("main10", "yuv420p10le"),
        ("main12", "yuv420p12le"),
        ("main422", "yuv422p10le"),
        ("main444", "yuv444p"),
        ("high-tier", "yuv420p", "-x265-params", "level-idc=5.1:high-tier=1:log-level=none"),
    ):
        for suffix in (".mp4", ".mkv", ".ts") if name == "main10" else (".mp4",):
            tag = ["-tag:v", "hvc1"] if suffix == ".mp4" else []
            yield _film(f"hevc-{name}{suffix}", *_X265, *tag, "-pix_fmt", pixels, *options)


def _newer() -> Iterator[Film]:
    for pixels, name in (
        ("yuv420p", "0"),
        ("yuv444p", "1"),
        ("yuv420p10le", "2"),
        ("yuv422p12le", "3"),
    ):
        for suffix in (".webm", ".mp4"):
            yield _film(f"vp9-profile{name}{suffix}", *_VP9, "-pix_fmt", pixels)
    for pixels, name in (
        ("yuv420p", "main"),
        ("yuv420p10le", "main10"),
        ("yuv444p", "high"),
        ("yuv422p", "professional"),
        ("yuv420p12le", "professional12"),
    ):
        suffixes = (".mp4", ".webm") if name.startswith("main") else (".mp4",)
        for suffix in suffixes:
            yield _film(f"av1-{name}{suffix}", *_AV1, "-pix_fmt", pixels)
    yield _film("vp8-alpha.webm", "-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0")
    yield _film("vp8.mkv", "-c:v", "libvpx", "-deadline", "realtime")


def _sounds() -> Iterator[Film]:
    for rate in (8000, 16000, 22050, 32000, 44100, 96000):
        yield _film(f"aac-{rate}.mp4", *H264, *AAC, "-ar", str(rate), tone=TONE)
    for channels in (1, 3, 4, 5, 6, 8):
        yield _film(f"aac-{channels}ch.mp4", *H264, *AAC, "-ac", str(channels), tone=TONE)
    for profile in ("aac_main", "aac_ltp", "mpeg2_aac_low"):
        options = ["-profile:a", profile, "-strict", "-2"]
        yield _film(f"{profile}.mp4", *H264, *AAC, *options, tone=TONE)
    yield _film("aac-latm.ts", *H264, *AAC, "-mpegts_flags", "latm", tone=TONE)
    for name, suffix, *options in (
        ("opus-mono", ".mp4", "-c:a", "libopus", "-ac", "1"),
        ("opus-51", ".webm", "-c:a", "libopus", "-ac", "6"),
        ("opus", ".ts", "-c:a", "libopus"),
        ("flac-24bit", ".mp4", "-c:a", "flac", "-sample_fmt", "s32", "-strict", "-2"),
        ("flac-24bit", ".mkv", "-c:a", "flac", "-sample_fmt", "s32", "-ar", "96000"),
        ("alac-24bit", ".mov", "-c:a", "alac", "-sample_fmt", "s32p"),
        ("ac3-51", ".mp4", "-c:a", "ac3", "-ac", "6"),
        ("ac3-51", ".ts", "-c:a", "ac3", "-ac", "6"),
        ("eac3-51", ".ts", "-c:a", "eac3", "-ac", "6"),
        ("dts", ".ts", "-c:a", "dca", "-strict", "-2", "-ar", "48000", "-ac", "2"),
        ("truehd", ".mkv", "-c:a", "truehd", "-strict", "-2", "-ac", "2"),
        ("mp3-lsf", ".mp4", "-c:a", "libmp3lame", "-ar", "22050"),
        ("mp3-mono", ".mkv", "-c:a", "libmp3lame", "-ac", "1"),
        ("pcm-big", ".mov", "-c:a", "pcm_s16be"),
        ("pcm-8bit", ".mov", "-c:a", "pcm_u8"),
        ("pcm-float", ".mov", "-c:a", "pcm_f32le"),
        ("pcm-alaw", ".mov", "-c:a", "pcm_alaw", "-ar", "8000"),
        ("pcm-mulaw", ".avi", "-c:a", "pcm_mulaw", "-ar", "8000"),
        ("pcm-float", ".mkv", "-c:a", "pcm_f32le"),
        ("pcm-32bit", ".mkv", "-c:a", "pcm_s32le"),
        ("ima", ".mov", "-c:a", "adpcm_ima_qt"),
        ("wavpack", ".mkv", "-c:a", "wavpack"),
        ("tta", ".mkv", "-c:a", "tta"),
        ("vorbis-51", ".webm", "-c:a", "libvorbis", "-ac", "6"),
    ):
        picture = _VP9 if suffix == ".webm" else H264
        yield _film(f"{name}{suffix}", *picture, *options, tone="sine=r=48000")


def _rates() -> Iterator[Film]:
    for rate in ("1", "5", "12.5", "15", "24000/1001", "24", "25", "30000/1001", "48", "50"):
        yield _rate(rate, ".mp4")
    for rate in ("60000/1001", "60", "120", "240"):
        yield _rate(rate, ".mp4")
    for rate in ("24000/1001", "30000/1001", "60000/1001", "60"):
        yield _rate(rate, ".mkv")
    for rate in ("24000/1001", "25", "30000/1001", "50"):
        yield _rate(rate, ".ts")
    yield _rate("25", ".avi")
    yield _rate("30000/1001", ".flv")
    varying = ["-vf", "select='not(mod(n,3))+lt(n,8)'", "-vsync", "vfr"]
    for suffix in (".mp4", ".mkv"):
        yield _film(f"varying{suffix}", *H264, *varying, picture="testsrc2=s=160x90:r=30")


def _rate(rate: str, suffix: str) -> Film:
    name = f"rate-{rate.replace('/', '-')}{suffix}"
    codec = ["-c:v", "flv"] if suffix == ".flv" else H264
    return _film(name, *codec, picture=f"testsrc2=s=160x90:r={rate}")


def _shapes() -> Iterator[Film]:
    for size in ("16x16", "176x144", "854x480", "90x160", "1920x1080"):
        yield _film(f"size-{size}.mp4", *H264, picture=f"testsrc2=s={size}:r=5")
    odd = ["-c:v", "libx264", *_QUICK, "-pix_fmt", "yuv444p"]
    yield _film("size-161x91.mp4", *odd, picture="testsrc2=s=161x91:r=5")
    for width, height in ((8, 9), (32, 27), (16, 11), (12, 11), (10, 11), (64, 45), (4, 3)):
        aspect = ["-vf", f"setsar={width}/{height}"]
        for suffix in (".mp4", ".mkv", ".ts") if width in (8, 64) else (".mp4",):
            yield _film(f"pixels-{width}-{height}{suffix}", *H264, *aspect)
    for name, codec in (("mpeg2", "mpeg2video"), ("mpeg4", "mpeg4")):
        suffix = ".mpg" if name == "mpeg2" else ".avi"
        yield _film(f"wide-{name}{suffix}", "-c:v", codec, "-aspect", "16:9", picture=_VCD)
    for angle in (90, 180, 270):
        turn = again("-metadata:s:v:0", f"rotate={angle}")
        for suffix in (".mp4", ".mov"):
            yield _film(f"turned-{angle}{suffix}", *H264, after=turn)
    yield _film("turned-wide.mp4", *H264, "-vf", "setsar=4/3", after=turn)


_VCD = "testsrc2=s=352x288:r=25"


def _boxes() -> Iterator[Film]:
    for name, flags in (
        ("faststart", "faststart"),
        ("fragments", "frag_keyframe+empty_moov"),
        ("fragments-first", "frag_keyframe"),
        ("fragments-each", "frag_every_frame+empty_moov+default_base_moof"),
        ("dash", "dash+delay_moov+frag_keyframe"),
        ("cmaf", "cmaf+frag_keyframe+empty_moov"),
        ("negative", "negative_cts_offsets"),
        ("prefilled", "faststart+use_metadata_tags"),
    ):
        yield _film(f"boxes-{name}.mp4", *H264, *AAC, "-movflags", flags, tone=TONE)
    for suffix in (".m4v", ".f4v", ".qt", ".3gp", ".3g2"):
        muxer = {".m4v": "mp4", ".f4v": "mp4", ".qt": "mov"}.get(suffix, suffix[1:])
        yield _film(f"brand{suffix}", *H264, *AAC, "-f", muxer, tone=TONE)
    yield _film("h263.3gp", "-c:v", "h263", picture="testsrc2=s=176x144:r=10")
    yield _film("timecode.mov", *H264, "-timecode", "01:00:00:00", picture="testsrc2=r=25:s=160x90")


def _structures() -> Iterator[Film]:
    for suffix in (".mp4", ".mkv", ".mov"):
        yield _film(f"late{suffix}", *H264, *AAC, "-output_ts_offset", "3", tone=TONE)
        yield _film(f"cut{suffix}", *H264, *AAC, tone=TONE, after=again("-ss", "0.45"))
        yield _film(f"sound-longer{suffix}", *H264, *AAC, "-af", "apad=whole_dur=2", tone=TONE)
        longer = ["-vf", "tpad=stop_mode=clone:stop_duration=1"]
        yield _film(f"picture-longer{suffix}", *H264, *AAC, *longer, tone=TONE)
        yield _film(f"sound-alone{suffix}", *AAC, picture=None, tone=TONE)
        two = ["-map", "0:v", "-map", "1:a", "-map", "1:a"]
        names = ["-metadata:s:a:0", "language=ger", "-metadata:s:a:1", "language=fre"]
        second = ["-disposition:a:0", "0", "-disposition:a:1", "default"]
        yield _film(f"two-sounds{suffix}", *two, *H264, *AAC, *names, *second, tone=TONE)
    for suffix in (".mp4", ".mkv"):
        yield _film(f"texts{suffix}", *H264, *AAC, tone=TONE, after=with_texts)
        yield _film(f"cover{suffix}", *H264, *AAC, tone=TONE, after=_with_cover)
        yield _film(f"one-picture{suffix}", *H264, "-frames:v", "1")
    yield _film("texts.webm", *_VP9, after=_with_webvtt)
    yield _film("live.webm", *_VP9, "-live", "1")
    yield _film("sound-alone.webm", "-c:a", "libopus", picture=None, tone=TONE)
    for name, transfer in (("pq", "smpte2084"), ("hlg", "arib-std-b67")):
        colours = f"transfer={transfer}:colorprim=bt2020:colormatrix=bt2020nc:log-level=none"
        ten = ["-pix_fmt", "yuv420p10le", "-color_trc", transfer, "-x265-params", colours]
        yield _film(f"{name}.mp4", "-c:v", "libx265", *_QUICK, *ten, "-tag:v", "hvc1")


def _with_cover(path: Path) -> None:
    cover, draft = path.with_suffix(".jpg"), path.with_name(f"draft-{path.name}")
    path.rename(draft)
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", str(cover))
    if path.suffix == ".mkv":
        attach = ["-attach", str(cover), "-metadata:s:t", "mimetype=image/jpeg"]
        ffmpeg("-i", str(draft), "-c", "copy", *attach, str(path))
    else:
        maps = ["-i", str(cover), "-map", "0", "-map", "1", "-c", "copy"]
        ffmpeg("-i", str(draft), *maps, "-disposition:v:1", "attached_pic", str(path))
    cover.unlink()
    draft.unlink()


def _with_webvtt(path: Path) -> None:
    captions, draft = path.with_suffix(".srt"), path.with_name(f"draft-{path.name}")
    path.rename(draft)
    captions.write_text(SRT)
    ffmpeg("-i", str(draft), "-i", str(captions), "-c", "copy", "-c:s", "webvtt", str(path))
    captions.unlink()
    draft.unlink()


def _older() -> Iterator[Film]:
    pal = "testsrc2=s=720x576:r=25"
    for name, *options in (
        ("m2ts.m2ts", *H264, "-c:a", "ac3"),
        ("m2ts.mts", *H264, "-c:a", "ac3", "-f", "mpegts", "-mpegts_m2ts_mode", "1"),
        ("dvd.vob", "-target", "pal-dvd"),
        ("svcd.mpg", "-target", "pal-svcd"),
        ("vcd.mpeg", "-target", "pal-vcd"),
        ("elementary.m2v", "-c:v", "mpeg2video", "-an"),
        ("xvid.avi", "-c:v", "mpeg4", "-vtag", "XVID", "-c:a", "libmp3lame"),
        ("dx50.divx", "-c:v", "mpeg4", "-vtag", "DX50", "-c:a", "ac3", "-f", "avi"),
        ("msmpeg4.avi", "-c:v", "msmpeg4", "-c:a", "libmp3lame"),
        ("wmv1.asf", "-c:v", "wmv1", "-c:a", "wmav1"),
        ("msmpeg4.asf", "-c:v", "msmpeg4", "-c:a", "wmav2"),
        ("huffyuv.avi", "-c:v", "huffyuv", "-c:a", "pcm_s16le"),
        ("ffv1.mkv", "-c:v", "ffv1", "-c:a", "flac"),
        ("dv.mov", "-target", "pal-dv", "-f", "mov"),
        ("dv.avi", "-target", "pal-dv", "-f", "avi"),
        ("prores-proxy.mov", "-c:v", "prores_ks", "-profile:v", "0"),
        ("prores-4444.mov", "-c:v", "prores_ks", "-profile:v", "4", "-pix_fmt", "yuva444p10le"),
        ("dnxhr.mov", "-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-s", "256x120"),
        ("cinepak.mov", "-c:v", "cinepak", "-s", "160x96"),
        ("svq1.mov", "-c:v", "svq1", "-s", "160x96"),
        ("theora.mkv", "-c:v", "libtheora", "-c:a", "libvorbis"),
        ("opus.ogv", "-c:v", "libtheora", "-c:a", "libopus"),
        ("theora.ogm", "-c:v", "libtheora", "-c:a", "libvorbis", "-f", "ogg"),
        ("screen.flv", "-c:v", "flashsv", "-c:a", "libmp3lame", "-ar", "44100"),
        ("mjpeg.mkv", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p"),
        ("png.mov", "-c:v", "png"),
    ):
        is_pal = any(old in name for old in ("dvd", "cd.", "dv."))
        picture = pal if is_pal else "testsrc2=s=160x90:r=25"
        yield _film(name, *options, picture=picture, tone="sine=r=48000")


MORE = [
    *_h264(),
    *_hevc(),
    *_newer(),
    *_sounds(),
    *_rates(),
    *_shapes(),
    *_boxes(),
    *_structures(),
    *_older(),
]
MAKERS: dict[str, Callable[[Path], Path]] = {film.name: film.make for film in MORE}
MAKERS |= {kind.name: partial(kind.make, seconds=1) for kind in KINDS}
