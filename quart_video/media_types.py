"""Our own table of video types.

The standard library's ``mimetypes`` reads whatever the host's ``/etc/mime.types`` says, calls
``.ts`` a translation file and does not know Matroska, so it cannot be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VIDEO_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".3g2": "video/3gpp2",
        ".3gp": "video/3gpp",
        ".asf": "video/x-ms-asf",
        ".avi": "video/x-msvideo",
        ".divx": "video/x-msvideo",
        ".f4v": "video/mp4",
        ".flv": "video/x-flv",
        ".m2ts": "video/mp2t",
        ".m2v": "video/mpeg",
        ".m4v": "video/mp4",
        ".mkv": "video/matroska",
        ".mov": "video/quicktime",
        ".mp4": "video/mp4",
        ".mpe": "video/mpeg",
        ".mpeg": "video/mpeg",
        ".mpg": "video/mpeg",
        ".mts": "video/mp2t",
        ".ogm": "video/ogg",
        ".ogv": "video/ogg",
        ".qt": "video/quicktime",
        ".ts": "video/mp2t",
        ".vob": "video/mpeg",
        ".webm": "video/webm",
        ".wmv": "video/x-ms-wmv",
    }
)
"""Media type by lower-case extension, as registered or, where nothing is, as players expect it."""

CAPTION_EXTENSION = ".vtt"
CAPTION_EXTENSIONS = frozenset(
    {
        *(".ass", ".dfxp", ".lrc", ".sami", ".sbv", ".smi"),
        *(".srt", ".ssa", ".sub", ".ttml", ".vtt"),
    }
)
"""All that can be made WebVTT of."""
CAPTION_TYPE = "text/vtt"
DEFAULT_TYPE = "application/octet-stream"


def extension(name: str) -> str:
    """Return the lower-case extension of *name* with its dot, or ``""``."""
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""
