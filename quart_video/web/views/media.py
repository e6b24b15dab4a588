"""The view of the files themselves."""

from __future__ import annotations

from quart import redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, ServiceUnavailable
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video.access.guard import LibraryAccess, current_access
from quart_video.http import Fields, content_disposition
from quart_video.library.library import Library
from quart_video.library.mp4 import MEDIA_TYPE, NotReadyError, open_mp4
from quart_video.media import Failed
from quart_video.storage.base import Guess, Media, nothing
from quart_video.web.media_file import redirect_to_store, serve_file
from quart_video.web.openapi import answers
from quart_video.web.page_response import page_response
from quart_video.web.sound_tracks import sound_number
from quart_video.web.urls import gallery_url, without_dot


@answers("video/*", "The media.", ranges=True, leads_to_folders=True)
async def media(path: str) -> ResponseReturnValue:
    """Bytes of a video, whole or in ranges."""
    access = await current_access()
    if (url := without_dot(access.library, path)) is not None:
        return redirect(url, 308)
    media_type = access.library.media_type(path)
    if media_type is None:
        return await _to_folder(access, path)
    disposition = _disposition(access.library, path)
    if access.library.signer is not None and not disposition:
        return await redirect_to_store(access, access.library.signer, path, media_type)
    return await serve_file(access, access.open, path, media_type, disposition)


@answers("video/mp4", "The video as an MP4.", ranges=True)
async def mp4(path: str) -> ResponseReturnValue:
    """Bytes of a video as an MP4, whole or in ranges, with the sound track ``audio``, from 0."""
    access = await current_access()
    movies = access.library.movies
    if movies is None or access.library.media_type(path) is None:
        await access.folder(path)  # who may not have what is there is told so, as anywhere
        raise HTTPNotFound("There is nothing at this address.")
    disposition = _disposition(access.library, f"{path.rpartition('.')[0]}.mp4")
    sound = sound_number()
    original = request.args.get("sound") == "original"

    async def open_it(path: str, _: Guess) -> Media:
        film = await access.open(path, nothing)
        try:
            return await open_mp4(access.library, movies, film, path, sound, original=original)
        except Failed as error:
            raise HTTPNotFound(f"This video cannot be had as an MP4: {error}.") from error
        except NotReadyError as error:
            raise ServiceUnavailable("It is being made. Try again soon.", retry_after=5) from error

    return await serve_file(access, open_it, path, MEDIA_TYPE, disposition, is_virtual=True)


def _disposition(library: Library, path: str) -> Fields:
    """Have the browser save what it asks for with ``?download=1``.

    :raises werkzeug.exceptions.Forbidden: downloads are turned off.
    """
    # Most requests have no parameters: there is nothing to parse then.
    if not request.query_string or request.args.get("download", "0") in ("", "0"):
        return ()
    if not library.settings.downloads:
        raise Forbidden("Downloads are turned off here.")
    return (("Content-Disposition", content_disposition("attachment", path)),)


async def _to_folder(access: LibraryAccess, path: str) -> ResponseReturnValue:
    """Lead from the name of a folder to its page, which has a slash behind it."""
    entry = await access.folder(path)
    if not entry.is_folder:
        raise HTTPNotFound("There is nothing at this address.")
    return await page_response(access, redirect(gallery_url(access.library, path), 308))
