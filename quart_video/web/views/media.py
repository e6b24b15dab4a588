"""The view of the files themselves."""

from __future__ import annotations

from quart import redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video.access.guard import LibraryAccess, current_access
from quart_video.http import Fields, content_disposition
from quart_video.library.library import Library
from quart_video.web.media_file import redirect_to_store, serve_file
from quart_video.web.openapi import answers
from quart_video.web.page_response import page_response
from quart_video.web.urls import gallery_url


@answers("video/*", "The media.", ranges=True)
async def media(path: str) -> ResponseReturnValue:
    """Bytes of a video, whole or in ranges."""
    access = await current_access()
    media_type = access.library.media_type(path)
    if media_type is None:
        return await _to_folder(access, path)
    disposition = _disposition(access.library, path)
    try:
        if access.library.signer is not None and not disposition:
            return await redirect_to_store(access, access.library.signer, path, media_type)
        return await serve_file(access, access.open, path, media_type, disposition)
    except HTTPNotFound:  # it may be a folder that is named like a video
        return await _to_folder(access, path)


def _disposition(library: Library, path: str) -> Fields:
    """Have the browser save what it asks for with ``?download=1``.

    :raises werkzeug.exceptions.Forbidden: downloads are turned off.
    """
    if request.args.get("download", "0") in ("", "0"):
        return ()
    if not library.settings.downloads:
        raise Forbidden("Downloads are turned off here.")
    return (("Content-Disposition", content_disposition("attachment", path)),)


async def _to_folder(access: LibraryAccess, path: str) -> ResponseReturnValue:
    """Lead from the name of a folder to its page, which has a slash behind it."""
    entry = await access.folder(path)
    if not entry.is_folder:
        raise HTTPNotFound("There is nothing at this address.")
    return await page_response(access, redirect(gallery_url(path), 308))
