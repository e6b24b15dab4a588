"""The same streaming for views of the user's own: files, file objects, and responses they have."""

from __future__ import annotations

import io
import mimetypes
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO, cast

from quart import Response, current_app, request
from quart.typing import FilePath, ResponseReturnValue
from quart.wrappers.response import DataBody, FileBody, IOBody
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video import http
from quart_video.delivery.response import (
    NoBody,
    apply,
    closed_on_error,
    file_fields,
    http_errors,
    media_facts,
    request_facts,
    respond,
)
from quart_video.http.dates import parse_date
from quart_video.http.validators import parse_tag
from quart_video.library.state import app_disk
from quart_video.media_types import CAPTION_EXTENSION, CAPTION_TYPE, DEFAULT_TYPE, VIDEO_TYPES
from quart_video.media_types import extension as extension_of
from quart_video.policy.cache_control import Answer, Audience
from quart_video.settings import configured
from quart_video.storage.base import FileFacts, Media, NotFound
from quart_video.storage.file_object import FileObjectMedia
from quart_video.storage.local.disk import Disk, OpenFile
from quart_video.storage.local.safe_open import open_beneath, open_regular
from quart_video.storage.memory import BytesMedia, content_version
from quart_video.storage.names import split_path

_HASH_AT_ONCE = 1024 * 1024  # bytes, a millisecond; more is hashed in a thread


class MissingFileError(HTTPNotFound, FileNotFoundError):
    """There is no regular file at a path.

    Left alone it is a 404. It is a :exc:`FileNotFoundError` too, for the views that catch what
    ``quart.send_file`` raises.
    """


async def send_file(
    filename_or_io: FilePath | BinaryIO,
    mimetype: str | None = None,
    as_attachment: bool = False,
    attachment_filename: str | None = None,
    add_etags: bool = True,
    cache_timeout: int | None = None,
    conditional: bool = True,
    last_modified: datetime | float | None = None,
) -> Response:
    """Answer the current request with a file: the drop-in for :func:`quart.send_file`.

    Conditional requests and ranges are answered by RFC 9110, and the file is streamed as a video of
    the library is. What differs from Quart's: it is conditional by default; ``cache_timeout`` left
    out means that a cache asks before every use, instead of twelve hours for everyone; a file that
    is missing is a 404.

    :param filename_or_io: path of any regular file, trusted; or a seekable binary file object,
        which is closed when all is sent.
    :param mimetype: type to send; left out, it follows from the name.
    :param as_attachment: have the browser save it.
    :param attachment_filename: name to save it under, and to find the type by.
    :param add_etags: send an entity tag.
    :param cache_timeout: seconds for which anyone, shared caches included, may keep it.
    :param conditional: whether preconditions and ranges count.
    :param last_modified: overrides the time of the file; a naive one counts as UTC, a number as
        seconds since the epoch.
    :raises ValueError: no type was given, and there is no name to find it by.
    :raises TypeError: a file object gives text.
    :raises MissingFileError: there is no regular file at the path.
    """
    name = attachment_filename
    if name is None and isinstance(filename_or_io, bytes | str | os.PathLike):
        name = os.path.basename(os.fsdecode(filename_or_io))
    if mimetype is None and name is None:
        raise ValueError("Without a file name the type cannot be found: give mimetype=.")

    disk = app_disk()
    media: Media
    if isinstance(filename_or_io, bytes | str | os.PathLike):
        media = await _open_path(os.fsdecode(filename_or_io), disk)
    elif isinstance(filename_or_io, io.BytesIO):
        media = await _bytes_media(filename_or_io.getvalue(), disk)
    else:
        media = await disk.run(_file_object, name or "a file object", filename_or_io, disk)
    return _send(
        media,
        name=name or "a file object",
        mimetype=mimetype,
        attachment=(name or "download") if as_attachment else None,
        add_etags=add_etags,
        cache_timeout=cache_timeout,
        conditional=conditional,
        last_modified=last_modified,
    )


async def send_from_directory(
    directory: FilePath,
    file_name: str,
    *,
    mimetype: str | None = None,
    as_attachment: bool = False,
    attachment_filename: str | None = None,
    add_etags: bool = True,
    cache_timeout: int | None = None,
    conditional: bool = True,
    last_modified: datetime | float | None = None,
) -> Response:
    """Answer with a file below *directory*: the drop-in for :func:`quart.send_from_directory`.

    :param directory: trusted.
    :param file_name: path below it, from anyone: no ``..``, no symbolic link and no race leads out.
        Hidden names do not exist.
    :raises werkzeug.exceptions.NotFound: there is no such file.

    The other parameters are those of :func:`send_file`.
    """
    disk = app_disk()
    root = os.fsdecode(directory)
    with http_errors():
        media = await disk.run(_file_beneath, file_name, root, disk)
    name = attachment_filename or os.path.basename(file_name)
    return _send(
        media,
        name=name,
        mimetype=mimetype,
        attachment=name if as_attachment else None,
        add_etags=add_etags,
        cache_timeout=cache_timeout,
        conditional=conditional,
        last_modified=last_modified,
    )


async def make_conditional(response: ResponseReturnValue) -> Response:
    """Give a response that a view already has the right answer to a conditional request.

    Its status becomes 206, 304, 412 or 416 where the request asks for it, and stays 200 elsewhere.
    An ``ETag`` or ``Last-Modified`` that the response has counts; where it has none, the tag
    follows from the bytes, or from the file. Everything else the response says is kept.

    :param response: anything a view may return. Ranges are served of a body of text or bytes, of a
        file, and of ``io.BytesIO``; of a body that is generated, only the validators it has count.
        An answer that is no 200, or to another method than GET and HEAD, is returned as it is.
    """
    result = await current_app.make_response(response)
    if result.status_code != 200 or request.method not in ("GET", "HEAD"):
        return cast(Response, result)
    result = cast(Response, result)
    body = result.response
    disk = app_disk()
    media: Media
    if isinstance(body, DataBody):
        media = await _bytes_media(body.data, disk)
    elif isinstance(body, IOBody):
        media = await _bytes_media(body.io_stream.getvalue(), disk)
    elif isinstance(body, FileBody):
        media = await _open_path(str(body.file_path), disk)
    else:
        return _only_validators(result)
    with closed_on_error(media):
        facts = _with_headers(media_facts(media.facts, result.headers.get("Content-Type")), result)
        if not isinstance(body, FileBody) and "Last-Modified" not in result.headers:
            facts = replace(facts, modified=None)
        return respond(
            result,
            media,
            facts,
            headers=result.headers,
            name=request.path,
            stall_timeout=configured("stall_timeout", current_app.config),
            open_range_limit=configured("open_range_limit", current_app.config),
        )


def _send(
    media: Media,
    *,
    name: str,
    mimetype: str | None,
    attachment: str | None,
    add_etags: bool,
    cache_timeout: int | None,
    conditional: bool,
    last_modified: datetime | float | None,
) -> Response:
    with closed_on_error(media):
        response = current_app.response_class(
            current_app.response_class.data_body_class(b""), mimetype=mimetype or _type_of(name)
        )
        response.headers.extend(
            file_fields(Audience(max_age=cache_timeout), answer=Answer.VIEW_FILE)
        )
        if attachment is not None:
            response.headers["Content-Disposition"] = http.content_disposition(
                "attachment", attachment
            )
        facts = media_facts(media.facts, response.headers["Content-Type"])
        if not add_etags:
            facts = replace(facts, etag=None)
        if last_modified is not None:
            facts = replace(facts, modified=_seconds(last_modified))
        elif isinstance(media, BytesMedia | FileObjectMedia):
            facts = replace(facts, modified=None)
        result = respond(
            response,
            media,
            facts,
            headers=response.headers,
            name=name,
            stall_timeout=configured("stall_timeout", current_app.config),
            open_range_limit=configured("open_range_limit", current_app.config),
            conditional=conditional,
        )
        if not conditional:
            result.headers["Accept-Ranges"] = "none"
        return result


def _type_of(name: str) -> str:
    """Find the type of a file by its name: videos by our own table, the rest by the host's."""
    extension = extension_of(name)
    if extension == CAPTION_EXTENSION:
        return CAPTION_TYPE
    return VIDEO_TYPES.get(extension) or mimetypes.guess_type(name)[0] or DEFAULT_TYPE


def _seconds(moment: datetime | float) -> int:
    if isinstance(moment, datetime):
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return int(moment // 1)


async def _open_path(path: str, disk: Disk) -> OpenFile:
    try:
        with http_errors():
            return await disk.run(_file, path, disk)
    except HTTPNotFound as error:
        raise MissingFileError(error.description) from error


def _file(path: str, disk: Disk) -> OpenFile:
    if "\0" in path:
        raise NotFound("a path with NUL in it")
    return OpenFile(open_regular(path), disk, os.path.basename(path))


def _file_beneath(file_name: str, root: str, disk: Disk) -> OpenFile:
    return OpenFile(open_beneath(os.path.abspath(root), split_path(file_name)), disk, file_name)


def _file_object(name: str, file: BinaryIO, disk: Disk) -> FileObjectMedia:
    if isinstance(file, io.TextIOBase):
        raise TypeError("The file object gives text: open it in binary mode.")
    size = file.seek(0, os.SEEK_END)
    return FileObjectMedia(file, FileFacts(size=size, modified_ns=0, version=""), disk, name)


async def _bytes_media(data: bytes, disk: Disk) -> BytesMedia:
    if len(data) <= _HASH_AT_ONCE:
        return BytesMedia(data, version=content_version(data))
    version = await disk.run(lambda _: content_version(data), "bytes in memory")
    return BytesMedia(data, version=version)


def _with_headers(facts: http.MediaFacts, response: Response) -> http.MediaFacts:
    """Let the validators that a response has take the place of those that follow from its body."""
    if (value := response.headers.get("ETag")) is not None:
        facts = replace(facts, etag=parse_tag(value))
    if (value := response.headers.get("Last-Modified")) is not None:
        facts = replace(facts, modified=parse_date(value, now=int(time.time())))
    return facts


def _only_validators(response: Response) -> Response:
    """Answer where nobody knows how long the body is: 304 and 412, but no ranges."""
    media_type = response.headers.get("Content-Type")
    facts = _with_headers(http.MediaFacts(size=None, media_type=media_type), response)
    plan = http.plan(request_facts(), facts, boundary="")
    apply(plan, response, response.headers)
    if plan.status != 200 or request.method == "HEAD":
        response.response = NoBody()
    return response
