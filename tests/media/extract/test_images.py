"""Posters and storyboards of real files, beside the pictures that ffmpeg takes out of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from quart_video.media import (
    STORYBOARD,
    DerivativeService,
    Failed,
    decode_storyboard,
    picture,
    poster,
    sheet,
    storyboard_vtt,
)
from tests.media.films import AAC, H264, TRUNCATED, WHOLE, Film, ffmpeg
from tests.media.make import elsewhere, made, on_disk

Films = Callable[[str], Path]
pytestmark = pytest.mark.asyncio(loop_scope="session")
SHOWN = [film for film in WHOLE + TRUNCATED if film.name != "sound.mp4"]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how far two pictures are apart on average, of 255."""
    small = [image.convert("RGB").resize((32, 32), Image.Resampling.BOX) for image in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean) / 3


def frame(path: Path, seconds: float, target: Path) -> Image.Image:
    """Have ffmpeg take the key frame at or before a time, upright and with square pixels."""
    seek = ["-noaccurate_seek", "-ss", str(seconds)] if seconds else []
    ffmpeg(*seek, "-i", str(path), "-frames:v", "1", "-vf", "scale=iw*sar:ih", str(target))
    return Image.open(target)


@pytest.mark.parametrize("name", [film.name for film in SHOWN])
@pytest.mark.sample(4)
async def test_a_poster_is_the_picture_that_ffmpeg_takes(
    derivatives: DerivativeService, films: Films, tmp_path: Path, name: str
) -> None:
    image = opened(await made(derivatives, films(name), poster(640, "webp")))
    # At 10 % of two seconds the key frame is the first one. In MPEG streams nothing tells where key
    # frames are, and it may be the one after it.
    moments = (0, 0.5, 1.1) if films(name).suffix in (".ts", ".mpg") else (0,)
    peers = [frame(films(name), moment, tmp_path / f"{moment}.png") for moment in moments]
    assert image.format == "WEBP"
    assert {peer.size for peer in peers} == {image.size}
    assert min(difference(image, peer) for peer in peers) < 6


@pytest.mark.parametrize(("form", "known"), [("webp", "WEBP"), ("jpeg", "JPEG")])
async def test_posters_come_in_two_sizes_and_never_larger_than_the_video(
    derivatives: DerivativeService, tmp_path: Path, form: str, known: str
) -> None:
    for source, sizes in [
        ("testsrc2=s=1280x720:r=5", [(320, 180), (640, 360)]),
        ("testsrc2=s=360x640:r=5", [(320, 569), (360, 640)]),
        ("testsrc2=s=400x100:r=5", [(320, 80), (400, 100)]),
    ]:
        path = Film(f"{sizes[1][0]}.mp4", H264, 1, source, None).make(tmp_path)
        for width, size in zip((320, 640), sizes, strict=True):
            image = opened(await made(derivatives, path, poster(width, form)))
            assert (image.format, image.size) == (known, size)


async def test_black_and_blank_beginnings_are_passed_over(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    for colour in ("black", "white", "gray"):
        shown = f"color={colour}:s=160x90:r=10:d=2[a];testsrc2=s=160x90:r=10:d=2[b];[a][b]concat"
        path = Film(f"{colour}.mp4", H264, 4, shown, None).make(tmp_path)
        image = opened(await made(derivatives, path, poster(320, "jpeg")))
        assert ImageStat.Stat(image.convert("L")).stddev[0] > 20


async def test_a_video_that_is_black_throughout_has_a_black_poster(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    path = Film("black.mp4", H264, 1, "color=black:s=160x90:r=10", None).make(tmp_path)
    image = opened(await made(derivatives, path, poster(320, "jpeg")))
    assert image.size == (160, 90)
    assert ImageStat.Stat(image.convert("L")).mean[0] < 20


async def test_sound_has_the_picture_on_its_cover_or_none(
    derivatives: DerivativeService, films: Films, tmp_path: Path
) -> None:
    with pytest.raises(Failed):
        await made(derivatives, films("sound.mp4"), poster(320, "webp"))
    Image.new("RGB", (80, 80), "red").save(tmp_path / "cover.png")
    covered = tmp_path / "covered.mp4"
    ffmpeg(
        *("-i", str(films("sound.mp4")), "-i", str(tmp_path / "cover.png")),
        *("-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic"),
        str(covered),
    )
    image = opened(await made(derivatives, covered, poster(320, "webp")))
    assert image.size == (80, 80)


async def test_an_image_beside_a_video_becomes_a_poster(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    image = Image.effect_noise((1000, 500), 50).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    image.save(tmp_path / "clip.jpg", exif=exif)
    for name, size in [
        ("clip.jpg", (320, 640)),
        ("clip.png", (320, 160)),
        ("clip.webp", (320, 160)),
    ]:
        if name != "clip.jpg":
            image.save(tmp_path / name)
        for source in (on_disk(tmp_path / name), elsewhere(tmp_path / name)):
            result = opened(await derivatives.get(source, picture(320, "webp")))
            assert (result.format, result.size) == ("WEBP", size)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "CMYK", "I;16"])
async def test_an_image_of_any_colours_is_shown_as_light_as_it_is(
    derivatives: DerivativeService, tmp_path: Path, mode: str
) -> None:
    grey = Image.linear_gradient("L")
    if mode == "I;16":
        # 16 bits a pixel, of which those of an 8-bit picture are the higher half.
        wide = b"".join(bytes([0, value]) for value in grey.tobytes())
        image = Image.frombytes("I;16", grey.size, wide)
    else:
        image = grey.convert(mode)
    path = tmp_path / ("clip.jpg" if mode == "CMYK" else "clip.png")
    image.save(path)
    shown = opened(await made(derivatives, path, picture(320, "jpeg"))).convert("L")
    assert ImageStat.Stat(shown).mean[0] == pytest.approx(127, abs=3)
    assert ImageStat.Stat(shown).stddev[0] > 60


@pytest.mark.slow
async def test_an_image_that_is_none_fails(derivatives: DerivativeService, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no image")
    Image.new("L", (20_000, 20_000)).save(tmp_path / "bomb.png")
    (tmp_path / "vector.jpg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    for name in ("text.jpg", "bomb.png", "vector.jpg"):
        with pytest.raises(Failed):
            await made(derivatives, tmp_path / name, picture(320, "webp"))


async def test_a_storyboard_shows_each_moment(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    path = Film("long.mp4", [*H264, *AAC], 30, "testsrc2=s=320x180:r=10", None).make(tmp_path)
    board = decode_storyboard(await made(derivatives, path, STORYBOARD))
    assert (board.count, board.sheets, board.width, board.height) == (15, 1, 160, 90)
    image = opened(await made(derivatives, path, sheet(0)))
    assert (image.format, image.size) == ("JPEG", (1600, 180))
    for tile in range(board.count):
        left, top = board.place(tile)
        shown = image.crop((left, top, left + board.width, top + board.height))
        peer = frame(path, board.moment(tile), tmp_path / "peer.png")
        assert difference(shown, peer) < 10, tile


@pytest.mark.parametrize("name", [film.name for film in SHOWN])
@pytest.mark.sample(5)
async def test_every_kind_of_video_has_a_storyboard(
    derivatives: DerivativeService, films: Films, name: str
) -> None:
    board = decode_storyboard(await made(derivatives, films(name), STORYBOARD))
    image = opened(await made(derivatives, films(name), sheet(0)))
    assert image.size == board.size_of(0)
    track = storyboard_vtt(board, lambda number: f"/sheet/{number}")
    assert track.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert "/sheet/0#xywh=0,0," in track


async def test_there_is_no_storyboard_of_sound(
    derivatives: DerivativeService, films: Films
) -> None:
    with pytest.raises(Failed):
        await made(derivatives, films("sound.mp4"), STORYBOARD)
