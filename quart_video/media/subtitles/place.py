"""Where a cue stands on the picture, as settings of WebVTT (section 4.4). Pure."""

from __future__ import annotations

BOTTOM_CENTRE = 2
_LINE = 6  # percent of the picture's height that a line of text takes, about
_LOW = 85  # percent from the top; what is below it stands where captions stand anyhow
_EDGE = 5  # percent between the text and the left or right edge


def settings(
    alignment: int = BOTTOM_CENTRE, at: tuple[float, float] | None = None, *, lines: int = 1
) -> str:
    """Return the settings of a cue.

    :param alignment: as on the keys for numbers: 7 is top left, 2 is bottom centre.
    :param at: where that point of the text stands: percent from the left and from the top.
    :param lines: how many there are in the text.
    """
    if not 1 <= alignment <= 9:
        alignment = BOTTOM_CENTRE
    row, column = divmod(alignment - 1, 3)
    align = ("align:left", "", "align:right")[column]
    if at is None:
        line = ("", "line:50%", "line:0")[row]
        position = (f"position:{_EDGE}%", "", f"position:{100 - _EDGE}%")[column]
        return " ".join(filter(None, [line, position, align]))
    x, y = at
    top = y - (lines * _LINE, lines * _LINE / 2, 0)[row]
    # Percentages name the upper edge; not all browsers know of another one.
    line = "" if y >= _LOW and row == 0 else f"line:{_percent(min(top, 100 - lines * _LINE))}%"
    centred = column == 1 and abs(x - 50) < _EDGE
    return " ".join(filter(None, [line, "" if centred else f"position:{_percent(x)}%", align]))


def _percent(value: float) -> int:
    return max(0, min(100, round(value)))
