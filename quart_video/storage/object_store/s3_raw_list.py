"""Listing a folder of S3 by plain HTTP, where a key in it is more than obstore can bear.

One key with ``//``, ``..`` or a control character in it makes obstore refuse the whole listing. So
the store is asked without it. Only the signature is obstore's, whatever kind of credentials there
are: to it, the query of the listing is a part of the endpoint's address. Blocking: for threads.
"""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.error import HTTPError
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

from quart_video.storage.base import Unavailable

_LARGEST = 64 * 1024 * 1024
"""Bytes of one page of a listing; a thousand keys of a kilobyte each need much less."""

_IGNORED = "x-quart-video"
"""A parameter that S3 has no meaning for, as those that begin with ``x-`` are left to its users."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a listing: an object, or a folder (without ``modified``)."""

    key: str
    """The whole key, as it is; that of a folder ends with a slash."""
    size: int = 0
    modified: datetime | None = None
    etag: str = ""


def base_of(signed: str, components: int) -> str:
    """Return the address of a bucket, out of a signed one of an object in it.

    :param components: of the object's key.
    """
    parts = urlsplit(signed)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rsplit("/", components)[0], "", ""))


def rows_of(
    base: str, prefix: str, sign: Callable[[str], str], options: Mapping[str, str], timeout: float
) -> Iterator[Row]:
    """Yield the rows directly below *prefix*.

    :param base: address of the bucket.
    :param sign: signs a GET of an object ``x`` in a bucket ``b`` at an endpoint.
    :param options: of the HTTP client, as obstore calls them.
    :raises Unavailable: the store cannot answer now.
    """
    opener = _opener(options)
    token = None
    while True:
        query = {
            "list-type": "2",
            "delimiter": "/",
            "prefix": prefix,
            "encoding-type": "url",  # XML has no way to write control characters
            **({"continuation-token": token} if token else {}),
            _IGNORED: "",  # and behind it what obstore adds to an endpoint
        }
        page = _fetch(opener, sign(f"{base}?{urlencode(query)}"), timeout)
        yield from _parse(page)
        token = page.findtext("{*}NextContinuationToken")
        if not token:
            return


def _opener(options: Mapping[str, str]) -> urllib.request.OpenerDirector:
    trusted = ssl.create_default_context(cadata=options.get("root_certificate"))
    if options.get("allow_invalid_certificates") == "true":
        trusted.check_hostname, trusted.verify_mode = False, ssl.CERT_NONE
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=trusted)]
    if proxy := options.get("proxy_url"):
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    return urllib.request.build_opener(*handlers)


def _fetch(opener: urllib.request.OpenerDirector, url: str, timeout: float) -> ET.Element:
    try:
        with opener.open(url, timeout=timeout) as answer:
            return ET.fromstring(answer.read(_LARGEST))  # noqa: S314 - expat bounds what grows
    except HTTPError as error:
        error.close()
        raise Unavailable(f"a listing is answered with status {error.code}") from None
    except (OSError, ET.ParseError):
        raise Unavailable("a listing cannot be had") from None


def _parse(page: ET.Element) -> Iterator[Row]:
    for row in page.iterfind("{*}CommonPrefixes/{*}Prefix"):
        yield Row(unquote_plus(row.text or ""))
    for row in page.iterfind("{*}Contents"):
        yield Row(
            unquote_plus(row.findtext("{*}Key") or ""),
            int(row.findtext("{*}Size") or 0),
            datetime.fromisoformat(row.findtext("{*}LastModified") or ""),
            row.findtext("{*}ETag") or "",
        )
