"""The index of a folder for programs: one link for each file and folder in it. Pure.

What mirrors or mounts a web folder reads links out of HTML, and each program has conditions of its
own. The form here meets those of rclone, lftp, httpdirfs, fsspec, wget and Kodi: a relative
reference of one segment, without a query, whose text is the name.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

MEDIA_TYPE = "text/html; charset=utf-8"


def head(title: str, language: str) -> str:
    """Return what stands before the links.

    :param title: name of the folder.
    """
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n<pre>\n"
    )


def links(names: Iterable[str], *, are_folders: bool = False) -> str:
    """Return a line with a link for each of *names*."""
    end = "/" if are_folders else ""
    return "".join(
        f'<a href="{_reference(name)}{end}">{escape(name, quote=False)}{end}</a>\n'
        for name in names
    )


FOOT = "</pre>\n</body>\n</html>\n"


def _reference(name: str) -> str:
    """Return the relative reference of a name (RFC 3986, section 4.2).

    All but unreserved characters are escaped: a colon would make a scheme of what is before it,
    and lftp and fsspec do not know the character references that a quote would need.
    """
    escaped = quote(name, safe="")
    # fsspec takes what begins so for a complete address, httpdirfs for no name: both drop it.
    is_odd = escaped[:4].lower() == "http" or escaped[0] == "-"
    return f"%{ord(escaped[0]):02X}{escaped[1:]}" if is_odd else escaped
