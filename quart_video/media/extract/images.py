"""Posters and storyboards. Runs in a child process."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import suppress

from av.video.frame import VideoFrame
from PIL import Image, ImageOps, ImageStat

from quart_video.media.extract.frames import Reel, cover_stream, first_frame, orientation_of
from quart_video.media.extract.orientation import Shape
from quart_video.media.extract.source import SourceFile
from quart_video.media.storyboards import Storyboard, encode_storyboard, lay_out
from quart_video.media.workers.protocol import WIDTHS, Failed

_TALLEST = 2  # times the width: a picture of one pixel by a million is none
_MOMENTS = (0.1, 0.2, 0.35, 0.5, 0.7, 0.03)
"""Parts of the duration to look for a poster at, one after the other until one shows something."""
_DULL = 9.0  # standard deviation of the grey values; of 255. A blank or black picture has less.
_DARK = 16.0  # mean of the grey values
_CLEAR = 3  # times what a key frame needs
_STRIDE = 5
"""Of frames that are no key frames, one of so many is looked at."""
_MOST_PIXELS = 100_000_000
_TO_8_BITS = 1 / 256
_MOST_DECODED = 400_000_000
"""Pixels of all frames of a clip that is short: some seconds of processor time."""
_USUAL_RATE = 30  # pictures a second, where that is not told
_SPARE = 100  # packets, should there be more than were told


def poster(source: SourceFile, form: str) -> dict[str, bytes]:
    """Make the posters of a video, out of a picture of it that shows something.

    :param form: ``webp`` or ``jpeg``.
    :raises Failed: there is no picture in it.
    """
    best: tuple[float, Image.Image] | None = None
    with suppress(Failed):
        for image, is_key in _candidates(Reel(source)):
            contrast, mean = _look(image)
            # Where all frames are gone through it may be fading in, and the next shows more.
            times = 1 if is_key else _CLEAR
            if contrast > times * _DULL and mean > times * _DARK:
                return _in_all_sizes(image, form)
            if best is None or contrast > best[0]:
                best = contrast, image
    container = source.open()
    cover = cover_stream(container)
    if cover and (frame := first_frame(container, cover)):
        return _in_all_sizes(_largest(frame, Shape()), form)
    if best is None:
        raise Failed("there is no picture in it that can be decoded")
    return _in_all_sizes(best[1], form)


def picture(source: SourceFile, form: str) -> dict[str, bytes]:
    """Make posters out of an image that lies beside a video."""
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    with source.file() as file, Image.open(file, formats=("JPEG", "PNG", "WEBP")) as opened:
        opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
        image = ImageOps.exif_transpose(opened)
        if image.mode.startswith("I"):  # grey of 16 bits, of which all above 255 would be white
            image = image.convert("I").point(lambda value: value * _TO_8_BITS).convert("L")
        if image.has_transparency_data:
            ground = Image.new("RGBA", image.size, "black")
            image = Image.alpha_composite(ground, image.convert("RGBA"))
        return _in_all_sizes(image.convert("RGB"), form)


def storyboard(source: SourceFile) -> dict[str, bytes]:
    """Make the sheets of a storyboard, and the layout of it.

    :raises Failed: there is no picture in it, or its duration is not known.
    """
    reel = Reel(source)
    if not reel.duration:
        raise Failed("a storyboard takes a duration, which the file does not tell")
    first = _first_of(reel)
    board = lay_out(
        reel.duration, *reel.shape.shown(first.width, first.height, orientation_of(first))
    )
    answer = {}
    tiles = _tiles(reel, board, first)
    for number in range(board.sheets):
        sheet = Image.new("RGB", board.size_of(number))
        for tile in board.tiles_on(number):
            sheet.paste(next(tiles), board.place(tile))
        answer[f"sheet-{number}"] = _encode(sheet, "jpeg", quality=70)
    # Last, as it is the first that is looked for.
    return {**answer, "storyboard": encode_storyboard(board)}


def upright(frame: VideoFrame, shape: Shape, width: int, height: int) -> Image.Image:
    """Return *frame* as people see it, scaled down to fit, but not up."""
    orientation = orientation_of(frame)
    if orientation.swaps:
        width, height = height, width
    true_width, true_height = shape.size(frame.width, frame.height)
    scale = min(1.0, width / true_width, height / true_height)
    size = max(2, round(true_width * scale)), max(2, round(true_height * scale))
    box = None
    if not shape.is_whole(frame.width, frame.height):
        # Of all that was decoded, so much larger, a part is taken out.
        across, down = (
            side / part
            for side, part in zip(size, shape.part(frame.width, frame.height), strict=True)
        )
        left, top = round(shape.left * across), round(shape.top * down)
        box = left, top, left + size[0], top + size[1]
        size = round(frame.width * across), round(frame.height * down)
    small = frame.reformat(
        width=size[0], height=size[1], format="rgb24", interpolation="AREA", threads=1
    )
    image: Image.Image = small.to_image()  # type: ignore[no-untyped-call]
    if box:
        image = image.crop(box)
    if orientation.mirrored:
        image = ImageOps.mirror(image)
    return image.rotate(-orientation.degrees, expand=True) if orientation.degrees else image


def _largest(frame: VideoFrame, shape: Shape) -> Image.Image:
    return upright(frame, shape, WIDTHS[-1], WIDTHS[-1] * _TALLEST)


def _candidates(reel: Reel) -> Iterator[tuple[Image.Image, bool]]:
    """Yield pictures that may be the poster, and whether each is of a key frame looked for."""
    seen = set()
    for part in _MOMENTS:
        packet = reel.key_packet(reel.duration * part)
        if packet is not None and packet.pts not in seen:
            seen.add(packet.pts)
            if frame := reel.frame(packet):
                yield _largest(frame, reel.shape), True
    if len(seen) < len(_MOMENTS):
        # It has few key frames, as short clips have, and none that shows much: others may.
        for number, frame in enumerate(reel.frames()):
            if number % _STRIDE == 0:
                yield _largest(frame, reel.shape), False


def _first_of(reel: Reel) -> VideoFrame:
    """Return the first frame that can be decoded.

    :raises Failed: there is none.
    """
    for part in (0.0, *_MOMENTS):
        packet = reel.key_packet(reel.duration * part)
        if packet is not None and (frame := reel.frame(packet)):
            return frame
    raise Failed("there is no picture in it that can be decoded")


def _look(image: Image.Image) -> tuple[float, float]:
    """Return how much the greys of a picture differ, and how light they are."""
    seen = ImageStat.Stat(image.convert("L").resize((32, 18), Image.Resampling.BOX))
    return seen.stddev[0], seen.mean[0]


def _in_all_sizes(image: Image.Image, form: str) -> dict[str, bytes]:
    answer = {}
    for width in reversed(WIDTHS):
        image = image.copy()
        image.thumbnail((width, width * _TALLEST), Image.Resampling.BOX, reducing_gap=None)
        answer[f"poster-{width}-{form}"] = _encode(image, form, quality=75)
    return answer


def _encode(image: Image.Image, form: str, *, quality: int) -> bytes:
    file = io.BytesIO()
    # Method 2 of 6 takes a third less time than the usual 4, for 3 % more bytes.
    options = {"method": 2} if form == "webp" else {}
    image.save(file, form, quality=quality, **options)
    return file.getvalue()


def _tiles(reel: Reel, board: Storyboard, first: VideoFrame) -> Iterator[Image.Image]:
    """Yield the tiles in order.

    Each is the key frame at or before its moment, decoded only once. Where there are few of those,
    as in short clips, all frames are decoded, if that does not take long.
    """
    rate = float(reel.stream.average_rate or _USUAL_RATE)
    frames = math.ceil(reel.duration * rate) + 1
    if frames * first.width * first.height > _MOST_DECODED:
        yield from _tiles_of_key_frames(reel, board, first, set())
        return
    seen: set[int | None] = set()
    tiles = list(_tiles_of_key_frames(reel, board, first, seen))
    yield from _tiles_of_all(reel, board, frames) if len(seen) <= board.count // 2 else tiles


def _tiles_of_key_frames(
    reel: Reel, board: Storyboard, first: VideoFrame, seen: set[int | None]
) -> Iterator[Image.Image]:
    """Yield the tiles in order.

    Where one cannot be decoded, the tile before it is shown again, and *first* in the beginning.

    :param seen: where the times of the key frames are put.
    """
    image = _tile(reel, board, first)
    last: int | None = None
    for number in range(board.count):
        packet = reel.key_packet(board.moment(number))
        if packet is not None and (packet.pts is None or packet.pts != last):
            last = packet.pts
            seen.add(last)
            if frame := reel.frame(packet):
                image = _tile(reel, board, frame)
        yield image


def _tiles_of_all(reel: Reel, board: Storyboard, frames: int) -> Iterator[Image.Image]:
    """Yield the tiles in order: of each the frame that is shown at its moment."""
    number = 0
    latest: VideoFrame | None = None
    for frame in reel.frames(frames + _SPARE):
        moment = reel.moment(frame)
        image = None
        while latest is not None and number < board.count and board.moment(number) < moment:
            image = image or _tile(reel, board, latest)
            yield image
            number += 1
        latest = frame
    image = _tile(reel, board, latest) if latest else Image.new("RGB", (board.width, board.height))
    for _ in range(number, board.count):
        yield image


def _tile(reel: Reel, board: Storyboard, frame: VideoFrame) -> Image.Image:
    image = upright(frame, reel.shape, board.width, board.height)
    # It may differ by a pixel, where rounding went the other way.
    return image.resize((board.width, board.height))
