"""Where an object store keeps the media, as a URL says it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

EXAMPLE = '"s3://bucket/folder"'

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_SCHEMES = {"s3": "s3", "s3a": "s3", "gs": "gs", "az": "az", "azure": "az"}
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{0,254}")


@dataclass(frozen=True, slots=True)
class Location:
    """A bucket and the folder in it."""

    scheme: str
    """``s3``, ``gs`` or ``az``."""
    bucket: str
    prefix: str = ""
    """Path of the folder, without slashes at its ends; ``""``: all there is in the bucket."""
    account: str = ""
    """Azure's storage account."""

    def __str__(self) -> str:
        parts = (self.account, self.bucket, self.prefix)
        return f"{self.scheme}://{'/'.join(part for part in parts if part)}"


def is_url(text: str) -> bool:
    """Say whether *text* is meant as a URL, not as the path of a folder."""
    return _URL.fullmatch(text) is not None


def parse_location(url: str) -> Location:
    """Read the URL of a folder in a bucket.

    Nothing in it is unescaped: the folder is called what it is called.

    :raises ValueError: it is none; the text says why, and holds nothing of the URL that may be
        secret.
    """
    match = _URL.fullmatch(url)
    scheme = _SCHEMES.get(match["scheme"].lower()) if match else None
    if match is None or scheme is None:
        raise ValueError(
            f"must be the path of a folder, or a URL such as {EXAMPLE}, gs:// or az://"
        )
    host, *parts = match["rest"].removesuffix("/").split("/")
    if "@" in host:
        raise ValueError("must not hold credentials: put them into VIDEO_STORE_OPTIONS")
    account, bucket = "", host
    if scheme == "az":
        if not parts:
            raise ValueError('must name account and container, as "az://account/container/folder"')
        account, bucket = host, parts.pop(0)
    if not _BUCKET.fullmatch(host) or not _BUCKET.fullmatch(bucket):
        raise ValueError(f"must name a bucket, as {EXAMPLE}: letters, digits, dots and dashes")
    if any(part in ("", ".", "..") or not part.isprintable() for part in parts):
        raise ValueError('must not have an empty part, "." or ".." in its path')
    return Location(scheme, bucket, "/".join(parts), account)
