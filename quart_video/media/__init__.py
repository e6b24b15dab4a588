"""What is inside each video: details, posters, storyboards, captions and chapters.

Rule 1: the server never looks into a file. Child processes do, with bounded time and memory, and
what a file does to one of them costs that file one failed job.
Rule 2: nothing is ever made in the course of a listing.
Rule 3: whatever is kept can be deleted at any time.
"""

from importlib.util import find_spec

from quart_video.media.cache import Cache, FolderCache, MemoryCache
from quart_video.media.derivative import (
    DETAILS,
    FILM,
    STORYBOARD,
    Derivative,
    Source,
    caption,
    makers,
    movie,
    picture,
    poster,
    sheet,
    text,
    text_of_track,
)
from quart_video.media.details import AudioTrack, Chapter, Details, TextTrack, decode_details
from quart_video.media.movies import Movies
from quart_video.media.mp4_offer import SOUNDS, Offer, Reason, likely_offer, mp4_codecs, mp4_offer
from quart_video.media.service import DerivativeService
from quart_video.media.sound_maker import Audio, SoundState
from quart_video.media.storyboards import Storyboard, decode_storyboard, storyboard_vtt
from quart_video.media.vtt import chapters_vtt
from quart_video.media.workers.protocol import EMPTY, PICTURES, WIDTHS, Failed

__all__ = [
    "DETAILS",
    "EMPTY",
    "FILM",
    "PICTURES",
    "SOUNDS",
    "STORYBOARD",
    "WIDTHS",
    "Audio",
    "AudioTrack",
    "Cache",
    "Chapter",
    "Derivative",
    "DerivativeService",
    "Details",
    "Failed",
    "FolderCache",
    "MemoryCache",
    "Movies",
    "Offer",
    "Reason",
    "SoundState",
    "Source",
    "Storyboard",
    "TextTrack",
    "available",
    "caption",
    "chapters_vtt",
    "decode_details",
    "decode_storyboard",
    "likely_offer",
    "makers",
    "movie",
    "mp4_codecs",
    "mp4_offer",
    "picture",
    "poster",
    "sheet",
    "storyboard_vtt",
    "text",
    "text_of_track",
]

_EXTRA = ("av", "PIL", "chardet")


def available() -> bool:
    """Say whether the extra ``media`` is installed."""
    return all(find_spec(name) for name in _EXTRA)
