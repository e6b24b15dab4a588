"""Listing a folder of S3 by plain HTTP, where a key in it is more than obstore can bear.

One key with ``//``, ``..`` or a control character in it makes obstore refuse the whole listing. So
the store is asked without it. Only the signature is obstore's, whatever kind of credentials there
are: to it, the query of the listing is a part of the endpoint's address. Blocking: for threads.
"""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

from quart_video.storage.base import Unavailable

_LARGEST = 64 * 1024 * 1024
"""Bytes of one page of a listing; a thousand keys of a kilobyte each need much less."""

_MOST_DIGITS = 18  # of the size of an object

_IGNORED = "x-quart-video"
"""A parameter that S3 has no meaning for, as those that begin with ``x-`` are left to its users."""


class Unlisted(Unavailable):
    """There is no listing, and the text does not say of what."""


class Cut(Unlisted):
    """The store knows but the first version of the listing, and has more than it lists."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a listing: an object, or a folder (without ``modified``)."""

    key: str
    """The whole key, as it is; that of a folder ends with a slash."""
    size: int = 0
    modified: datetime | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What the store answers at once."""

    rows: Sequence[Row]
    token: str | None
    """Asks for the next page; ``None``: there is none."""
    is_cut: bool = False
    """There is one, and the store does not tell how to ask for it."""


def base_of(signed: str, components: int) -> str:
    """Return the address of a bucket, out of a signed one of an object in it.

    :param components: of the object's key.
    """
    parts = urlsplit(signed)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rsplit("/", components)[0], "", ""))


def rows_of(
    base: str,
    prefix: str,
    sign: Callable[[str], str],
    options: Mapping[str, str],
    timeout: float,
    *,
    delimiter: str = "/",
) -> Iterator[Row]:
    """Yield the rows directly below *prefix*, or all that begin so where there is no *delimiter*.

    :param base: address of the bucket.
    :param sign: signs a GET of an object ``x`` in a bucket ``b`` at an endpoint.
    :param options: of the HTTP client, as obstore calls them.
    :raises Unlisted: the store cannot answer now, or not so that it can be read.
    """
    opener = _opener(base, options)
    token = None
    while True:
        query = {
            "list-type": "2",
            "delimiter": delimiter,
            "prefix": prefix,
            "encoding-type": "url",  # XML has no way to write control characters
            **({"continuation-token": token} if token else {}),
            _IGNORED: "",  # and behind it what obstore adds to an endpoint
        }
        try:
            page = read_page(_fetch(opener, sign(f"{base}?{urlencode(query)}"), timeout))
        except ValueError as error:
            raise Unlisted(f"a listing of the store is none: {error}") from None
        if page.is_cut:
            raise Cut("the store has more than it lists, as it does not know ListObjectsV2")
        yield from page.rows
        if not page.token:
            return
        if page.token == token:
            raise Unlisted("a listing of the store begins again and again")
        token = page.token


def read_page(data: bytes) -> Page:
    """Read what a store answers to ``ListObjectsV2``.

    :raises ValueError: it is something else.
    """
    try:
        page = ET.fromstring(data)  # noqa: S314 - expat bounds what grows
    except ET.ParseError as error:
        raise ValueError(f"no XML, {error}") from error
    if page.tag.rpartition("}")[2] != "ListBucketResult":
        raise ValueError("another document, such as a page for people")
    folders = page.iterfind("{*}CommonPrefixes/{*}Prefix")
    rows = [Row(unquote_plus(row.text or "")) for row in folders]
    for row in page.iterfind("{*}Contents"):
        size = row.findtext("{*}Size") or ""
        if not (size.isascii() and size.isdigit() and len(size) <= _MOST_DIGITS):
            raise ValueError("an object of no size")
        modified = datetime.fromisoformat(row.findtext("{*}LastModified") or "")
        rows.append(
            Row(
                unquote_plus(row.findtext("{*}Key") or ""),
                int(size),
                modified if modified.tzinfo else modified.replace(tzinfo=UTC),
                row.findtext("{*}ETag") or "",
            )
        )
    token = page.findtext("{*}NextContinuationToken") or None
    return Page(rows, token, page.findtext("{*}IsTruncated") == "true" and not token)


def _opener(base: str, options: Mapping[str, str]) -> urllib.request.OpenerDirector:
    trusted = ssl.create_default_context(cadata=options.get("root_certificate"))
    if options.get("allow_invalid_certificates") == "true":
        trusted.check_hostname, trusted.verify_mode = False, ssl.CERT_NONE
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=trusted)]
    if proxy := options.get("proxy_url"):
        excluded = urllib.request.proxy_bypass_environment(  # type: ignore[attr-defined]
            urlsplit(base).netloc, {"no": options.get("proxy_excludes", "")}
        )
        proxies = {} if excluded else {"http": proxy, "https": proxy}
        handlers.append(urllib.request.ProxyHandler(proxies))
    return urllib.request.build_opener(*handlers)


def _fetch(opener: urllib.request.OpenerDirector, url: str, timeout: float) -> bytes:
    try:
        with opener.open(url, timeout=timeout) as answer:
            data: bytes = answer.read(_LARGEST)
            return data
    except HTTPError as error:
        error.close()
        raise Unlisted(f"a listing is answered with status {error.code}") from None
    except (OSError, HTTPException):
        raise Unlisted("a listing cannot be had") from None
