"""The views of what is made out of videos: posters, storyboards, captions and chapters.

What is not there yet is made while the client waits, for a while. An address that names the version
it is of is answered with what may be kept for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from quart import Response, request, url_for
from quart.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, ServiceUnavailable
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video.access.guard import LibraryAccess, current_access
from quart_video.catalogue import Item
from quart_video.delivery.response import http_errors
from quart_video.library import media_info
from quart_video.library.library import Library
from quart_video.media import (
    EMPTY,
    STORYBOARD,
    Derivative,
    Failed,
    Source,
    chapters_vtt,
    decode_storyboard,
    picture,
    sheet,
    storyboard_vtt,
    text,
    text_of_track,
)
from quart_video.media import poster as poster_out_of
from quart_video.media_types import CAPTION_EXTENSION, CAPTION_EXTENSIONS, CAPTION_TYPE, extension
from quart_video.policy.cache_control import Answer, caching_fields
from quart_video.policy.url_signer import PARAMETER
from quart_video.storage.base import Changed, StorageError, nothing
from quart_video.web.media_file import serve_file
from quart_video.web.openapi import answers
from quart_video.web.request_limits import accepts
from quart_video.web.send_file import make_conditional

PATIENCE = 20.0
"""Seconds that a client waits for something to be made; then it goes on in the background."""

_VTT = f"{CAPTION_TYPE}; charset=utf-8"
_WIDTHS = {"320": 320, "640": 640}
# Seen through, so that what the page shows in its place can be seen.
_PLACEHOLDER = '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"/>'


@answers("image/*", "The picture, or a transparent one for as long as there is none.")
async def poster(path: str) -> ResponseReturnValue:
    """Picture of a video, 320 or 640 pixels wide, as WebP or JPEG."""
    access = await current_access()
    library = access.library
    form = "webp" if accepts("image/webp") else "jpeg"
    width = _WIDTHS.get(request.args.get("w", ""), 320)
    item = await _item_at(access, path)
    if item is None:
        image = await access.folder_poster(path)
        ways = [(media_info.image_source(library, image), picture(width, form))]
    else:
        ways = [(media_info.source_of(library, item), poster_out_of(width, form))]
        if item.poster is not None:
            # What is beside it may be no image: then it is a picture out of the video.
            ways.insert(0, (media_info.poster_source(library, item), picture(width, form)))
    try:
        source, data = await _first_of(library, ways)
    except (Failed, Forbidden, HTTPNotFound, ServiceUnavailable, StorageError):
        response = await make_conditional((_PLACEHOLDER, {"Content-Type": "image/svg+xml"}))
        response.headers.extend(caching_fields(Answer.PASSING))
    else:
        response = await _kept(access, source.tag, data, f"image/{form}")
    response.vary.add("Accept")
    return response


@answers(CAPTION_TYPE, "The track.")
async def storyboard(path: str) -> ResponseReturnValue:
    """WebVTT that names, for each time, a part of a sheet of small pictures; or that sheet."""
    access = await current_access()
    library = access.library
    source = media_info.source_of(library, await access.item(path))
    number = request.args.get("sheet")
    try:
        if number is not None:
            data = await _get(library, source, sheet(_number(number)))
            return await _kept(access, source.tag, data, "image/jpeg")
        board = decode_storyboard(await _get(library, source, STORYBOARD))
    except (Failed, ValueError) as error:
        raise HTTPNotFound("There is no storyboard of this video.") from error
    # As signed as the address that leads here, and for as long.
    values: dict[str, Any] = {"path": path, "v": source.tag}
    if PARAMETER in request.args:
        values[PARAMETER] = request.args[PARAMETER]
    track = storyboard_vtt(board, lambda sheet: url_for(".storyboard", sheet=sheet, **values))
    return await _kept(access, source.tag, track.encode(), _VTT)


@answers(CAPTION_TYPE, "The track.")
async def chapters(path: str) -> ResponseReturnValue:
    """Chapters of a video, as WebVTT."""
    access = await current_access()
    library = access.library
    item = await access.item(path)
    details = await media_info.details_of(library, item, patience=PATIENCE)
    if details is None:
        raise HTTPNotFound("The chapters of this video are not known.")
    if not details.chapters:
        raise HTTPNotFound("This video has no chapters.")
    track = chapters_vtt(details.chapters)
    return await _kept(access, media_info.source_of(library, item).tag, track.encode(), _VTT)


@answers(CAPTION_TYPE, "The text track.", ranges=True)
async def captions(path: str) -> ResponseReturnValue:
    """Text track, as WebVTT: a file beside a video, or a track inside it."""
    access = await current_access()
    library = access.library
    try:
        if library.media_type(path) is not None:
            source = media_info.source_of(library, await access.item(path))
            track = _number(request.args.get("track", ""))
            product = await _text_at(access, path, track)
            data = await _get_text(library, source, product)
            return await _kept(access, source.tag_of(product), data, _VTT)
        if library.derivatives is not None and extension(path) in CAPTION_EXTENSIONS:
            source = await _caption_source(access, path)
            product = media_info.caption_product(library, path)
            data = await _get(library, source, product)
            return await _kept(access, source.tag_of(product), data, _VTT)
    except (Failed, ValueError) as error:
        raise HTTPNotFound(f"There are no captions at this address: {error}.") from error
    if extension(path) != CAPTION_EXTENSION:
        raise HTTPNotFound("There is nothing at this address.")
    if library.derivatives is None:
        with http_errors():
            problem = await media_info.webvtt_problem(await access.open_captions(path, nothing))
        if problem is not None:
            raise HTTPNotFound(f"There are no captions at this address: {problem}.")
    return await serve_file(access, access.open_captions, path, _VTT)  # as it is


async def _item_at(access: LibraryAccess, path: str) -> Item | None:
    """Return the video at a path; ``None``: it may be a folder, whatever its name is like."""
    if access.library.media_type(path) is not None:
        with suppress(HTTPNotFound):
            return await access.item(path)
    return None


async def _text_at(access: LibraryAccess, path: str, index: int) -> Derivative:
    """Name the text of the track of a video with this number.

    :raises ValueError: there is no such track.
    """
    item = await access.item(path)
    details = await media_info.details_of(access.library, item, patience=PATIENCE)
    if details is None:
        return text(index)
    for track in details.text_tracks:
        if track.supported and track.index == index:
            return text_of_track(track)
    # Before the whole file is read for it.
    raise ValueError("there is no such track of text")


async def _get_text(library: Library, source: Source, product: Derivative) -> bytes:
    """Return the text of a track, as :func:`_get` does.

    :raises Failed: it cannot be shown, or there is none.
    """
    data = await _get(library, source, product)
    if not data:
        raise Failed(EMPTY)
    return data


async def _caption_source(access: LibraryAccess, path: str) -> Source:
    return media_info.source_at(access.library, await access.captions(path))


async def _get(library: Library, source: Source, derivative: Derivative) -> bytes:
    """Return what has been made, or is made now.

    :raises Failed: it cannot be made.
    :raises werkzeug.exceptions.NotFound: the file has gone, or nothing can be made here.
    :raises werkzeug.exceptions.ServiceUnavailable: not now.
    """
    if library.derivatives is None:
        raise HTTPNotFound("There is nothing at this address.")
    try:
        with http_errors():
            async with asyncio.timeout(PATIENCE):
                return await library.derivatives.get(source, derivative)
    except TimeoutError as error:
        library.derivatives.later(source, derivative)
        raise ServiceUnavailable("It is being made. Try again soon.", retry_after=5) from error
    except Changed as error:
        raise ServiceUnavailable("The video has changed. Try again.", retry_after=1) from error


async def _first_of(
    library: Library, ways: Sequence[tuple[Source, Derivative]]
) -> tuple[Source, bytes]:
    """Return what can be made first, and what of.

    The others are made only where the one before fails for good, or has gone. Raises as
    :func:`_get` does for the last one.
    """
    for source, derivative in ways[:-1]:
        with suppress(Failed, Forbidden, HTTPNotFound):
            return source, await _get(library, source, derivative)
    source, derivative = ways[-1]
    return source, await _get(library, source, derivative)


async def _kept(access: LibraryAccess, version: str, data: bytes, media_type: str) -> Response:
    """Answer with *data*: for ever, where the address names its version."""
    response = await make_conditional((data, {"Content-Type": media_type}))
    names_version = request.args.get("v") == version
    response.headers.extend(
        caching_fields(Answer.DERIVATIVE, access.audience, names_version=names_version)
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _number(value: str) -> int:
    """Read a small number.

    :raises ValueError: it is none.
    """
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise ValueError(f"{value!r} is no number")
    return int(value)
