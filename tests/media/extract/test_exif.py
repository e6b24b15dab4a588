"""Pictures that come with something PyAV knows no name for, such as the Exif data of cameras."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from quart_video.media import STORYBOARD, DerivativeService, decode_storyboard, poster
from tests.e2e.harness import need_tool
from tests.media.extract.test_odd_files import difference, shown
from tests.media.films import TIMEOUT, ffmpeg
from tests.media.make import details_of, made

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ORIENTATION = 0x0112


def photograph(orientation: int) -> bytes:
    """Return a picture as a camera writes it: it says how the camera was held."""
    image = Image.new("RGB", (160, 90), (40, 90, 200))
    image.paste((250, 40, 20), (0, 0, 80, 45))
    image.paste((240, 240, 30), (100, 60, 160, 90))
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def film_of(photo: bytes, path: Path) -> Path:
    """Make a film of Motion JPEG as cameras do."""
    command = [need_tool("ffmpeg"), "-v", "error", "-f", "image2pipe", "-r", "10", "-c:v", "mjpeg"]
    command += ["-i", "-", "-c", "copy", str(path)]
    subprocess.run(command, input=photo * 10, check=True, timeout=TIMEOUT)
    return path


@pytest.mark.parametrize("suffix", [".avi", ".mov", ".mkv"])
@pytest.mark.parametrize(
    ("orientation", "told"),
    [(1, (0, False)), (2, (0, True)), (5, (270, True)), (6, (90, False))],
    ids=["upright", "mirrored", "transposed", "right"],
)
@pytest.mark.sample(4)
async def test_a_film_of_photographs_is_shown_upright(
    derivatives: DerivativeService,
    tmp_path: Path,
    orientation: int,
    told: tuple[int, bool],
    suffix: str,
) -> None:
    photo = photograph(orientation)
    path = film_of(photo, tmp_path / f"film{suffix}")
    details = await details_of(derivatives, path)
    assert (details.rotation, details.mirrored) == told
    image = shown(await made(derivatives, path, poster(640, "jpeg")))
    assert image.size == (details.width, details.height)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(photo)))
    assert difference(image, upright) < 4
    board = decode_storyboard(await made(derivatives, path, STORYBOARD))
    assert (board.width > board.height) == (upright.width > upright.height)


async def test_a_photograph_on_the_cover(derivatives: DerivativeService, tmp_path: Path) -> None:
    photo = photograph(6)
    (tmp_path / "cover.jpg").write_bytes(photo)
    path = tmp_path / "song.mp4"
    inputs = ["-f", "lavfi", "-i", "sine=d=1", "-i", str(tmp_path / "cover.jpg")]
    maps = ["-map", "0", "-map", "1", "-c:a", "aac", "-c:v", "copy"]
    ffmpeg(*inputs, *maps, "-disposition:v:0", "attached_pic", str(path))
    image = shown(await made(derivatives, path, poster(640, "jpeg")))
    assert difference(image, ImageOps.exif_transpose(Image.open(io.BytesIO(photo)))) < 4
