"""The player in a page elsewhere: how large its frame is, and the HTML of that. Pure."""

from __future__ import annotations

from markupsafe import Markup

from quart_video.models import FullVideo

WIDTH = 640
"""Pixels; the width of a frame where nobody asks for another."""


def frame_size(
    video: FullVideo, most_width: int = WIDTH, most_height: int = WIDTH
) -> tuple[int, int]:
    """Return the width and height, in pixels, of the largest frame that a video fills.

    What is not known yet is taken for 16:9.

    :param most_width: that it may have, 1 or more.
    :param most_height: likewise.
    """
    details = video.details
    known = details is not None and details.width and details.height
    width, height = (details.width, details.height) if details and known else (16, 9)
    assert width is not None
    assert height is not None
    scale = min(most_width / width, most_height / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def frame(video: FullVideo, url: str, size: tuple[int, int]) -> Markup:
    """Return the element that shows the player in another page.

    :param url: full address of the player.
    :param size: in pixels.
    """
    width, height = size
    return Markup(
        '<iframe src="{}" width="{}" height="{}" title="{}" '
        'allow="fullscreen; picture-in-picture" loading="lazy"></iframe>'
    ).format(url, width, height, video.title)
