"""Which field has the server in front send a file in our place. Pure.

nginx and lighttpd unescape what they are told, so that any name can be written in a field.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class SendfileHeader:
    """A field that names a file to the server in front."""

    name: str
    """Of the field."""
    base: str
    """What the server in front calls the media root, without a slash at its end."""

    def field(self, path: str) -> tuple[str, str]:
        """Return the field that has the media at *path* sent."""
        # As bytes, for the root: on POSIX a folder need not be called anything in UTF-8.
        return self.name, quote(os.fsencode(f"{self.base}/{path}"))


def sendfile_header(sendfile: str, root: str) -> SendfileHeader | None:
    """Read the setting ``sendfile``, which has been checked; ``None``: we send the files.

    :param root: absolute path of the media root.
    """
    mode, _, prefix = sendfile.partition(":")
    if mode == "x-accel-redirect":
        return SendfileHeader("X-Accel-Redirect", prefix.rstrip("/"))
    if mode == "x-sendfile":
        return SendfileHeader("X-Sendfile", root.rstrip("/"))
    return None
