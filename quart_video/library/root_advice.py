"""What to do about a media root that cannot be used. Pure.

People write what a shell would have understood, or what holds on another machine or in another
folder. The error names the path as it was taken; this adds what they did not expect of it.
"""

from __future__ import annotations

import difflib
import ntpath
import os
import re
from collections.abc import Iterable

SET_IT = 'Set app.config["MEDIA_ROOT"] to the folder with your videos.'

_DRIVE = re.compile(r"(?P<drive>[A-Za-z]):[\\/]")
_ONE_SLASH = re.compile(r"(s3|gs|az):/+(?P<rest>[^/].*)", re.IGNORECASE)
_QUOTES = "\"'"


def for_missing(given: str, root: str, beside: Iterable[str]) -> str:
    """Return what to do about a folder that is not there.

    :param given: the path as it was set.
    :param root: the same, as an absolute path.
    :param beside: names in the folder that it would be in, as far as they are known.
    """
    return " ".join(filter(None, [SET_IT, _reason(given, root, beside)]))


def _reason(given: str, root: str, beside: Iterable[str]) -> str:
    if drive := _DRIVE.match(given):
        rest = given[drive.end() :].replace(ntpath.sep, "/")
        here = f"/mnt/{drive['drive'].lower()}/{rest}"
        return f"That is a path of Windows; within WSL it is {here!r}."
    if given.startswith(ntpath.sep * 2):
        return "That is a share of Windows: mount it, and name the folder that it is mounted at."
    if url := _ONE_SLASH.match(given):
        return f"An object store has two slashes: '{url[1].lower()}://{url['rest']}'."
    if given[0] in _QUOTES and given[-1] in _QUOTES:
        return "The quotation marks are part of the path: leave them out."
    if given != given.strip():
        return "There is white space at an end of the path: leave it out."
    if "$" in given:
        return "Nothing puts a value in the place of a variable there."
    close = difflib.get_close_matches(os.path.basename(root), beside, n=1)
    if close:
        return f"Did you mean {os.path.join(os.path.dirname(root), close[0])!r}?"
    if not os.path.isabs(os.path.expanduser(given)):
        return (
            f"{given!r} is looked for in the folder that the server was started in. That beside "
            f"the file of the app is Path(__file__).parent / {given!r}."
        )
    return ""


def for_unreadable(user: str) -> str:
    """Return what to do about a folder that may not be read.

    :param user: whom the server runs as.
    """
    return f"Let the user {user} read it, and pass through the folders that it is in."
