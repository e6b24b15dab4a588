"""How the storyboard of a video is laid out: which moments, on which sheet, where on it. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass

from quart_video.media.vtt import Cue, write_vtt

TILE = 160
"""Pixels of the longer side of a tile."""
COLUMNS = 10
PER_SHEET = 100
MOST_TILES = 400
"""Tiles of the longest video: four sheets, of some 150 kB each."""
_USUAL = 100  # tiles, where that leaves them neither too close nor too far apart
_CLOSE, _FAR = 2.0, 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Storyboard:
    """The layout of one storyboard."""

    duration: float
    """Seconds."""
    count: int
    """Tiles, 1 or more."""
    width: int
    """Pixels of one tile."""
    height: int

    @property
    def interval(self) -> float:
        """Seconds that one tile stands for."""
        return self.duration / self.count

    @property
    def sheets(self) -> int:
        """How many sheets there are."""
        return math.ceil(self.count / PER_SHEET)

    def moment(self, tile: int) -> float:
        """Return the time in the middle of what a tile stands for."""
        return (tile + 0.5) * self.interval

    def tiles_on(self, sheet: int) -> range:
        """Return the tiles of a sheet."""
        return range(sheet * PER_SHEET, min((sheet + 1) * PER_SHEET, self.count))

    def place(self, tile: int) -> tuple[int, int]:
        """Return where on its sheet a tile begins, from the left and from the top."""
        row, column = divmod(tile % PER_SHEET, COLUMNS)
        return column * self.width, row * self.height

    def size_of(self, sheet: int) -> tuple[int, int]:
        """Return width and height of a sheet."""
        count = len(self.tiles_on(sheet))
        return min(count, COLUMNS) * self.width, math.ceil(count / COLUMNS) * self.height


def lay_out(duration: float, width: int, height: int) -> Storyboard:
    """Lay a storyboard out.

    :param duration: seconds, above 0.
    :param width: pixels of the video as shown, 1 or more; *height* likewise.
    """
    interval = min(max(duration / _USUAL, _CLOSE), _FAR)
    count = min(max(1, math.ceil(duration / interval)), MOST_TILES)
    scale = TILE / max(width, height)
    return Storyboard(duration, count, max(2, round(width * scale)), max(2, round(height * scale)))


def storyboard_vtt(board: Storyboard, sheet_url: Callable[[int], str]) -> str:
    """Write the track that players read: which part of which sheet shows which time.

    :param sheet_url: the address of a sheet.
    """
    addresses = [sheet_url(sheet) for sheet in range(board.sheets)]
    cues = []
    for tile in range(board.count):
        left, top = board.place(tile)
        part = f"#xywh={left},{top},{board.width},{board.height}"
        start = tile * board.interval
        cues.append(Cue(start, start + board.interval, addresses[tile // PER_SHEET] + part))
    return write_vtt(cues)


def encode_storyboard(board: Storyboard) -> bytes:
    """Write the layout as JSON."""
    return json.dumps(asdict(board)).encode()


def decode_storyboard(data: bytes) -> Storyboard:
    """Read what :func:`encode_storyboard` wrote.

    :raises ValueError: it is something else.
    """
    try:
        return Storyboard(**json.loads(data))
    except TypeError as error:
        raise ValueError("not a storyboard") from error
