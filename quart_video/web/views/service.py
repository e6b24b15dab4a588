"""The views that serve the service itself: its health, and what its pages are made of."""

from __future__ import annotations

from dataclasses import asdict

from quart import request
from quart.typing import ResponseReturnValue
from quart_schema import document_querystring, document_response, hide

from quart_video.access.guard import current_access
from quart_video.library.state import current_library
from quart_video.media_types import extension
from quart_video.models import BackgroundReport, HealthQuery, HealthReport
from quart_video.policy.cache_control import Answer, caching_fields
from quart_video.web import pages
from quart_video.web.openapi import answers
from quart_video.web.page_response import in_language, page_response
from quart_video.web.send_file import send_from_directory
from quart_video.web.static_files import FOLDER, split_version, version

# Not left to the host's table of types: a module of another type does not run.
_STATIC_TYPES = {".js": "text/javascript"}


@document_querystring(HealthQuery)
@document_response(HealthReport)
@document_response(HealthReport, 503)
@answers("application/json", "The storage answers.", conditional=False)
async def health() -> ResponseReturnValue:
    """Say whether the storage answers, for load balancers and monitors.

    Folders that cannot be read are counted; what is in them is shown as it was.

    With ``?verbose``, also how what runs in the background stands. Of what is wrong the log tells.
    """
    fields = dict(caching_fields(Answer.PASSING))
    library = await current_library()
    failure = await library.health.failure()
    report = HealthReport(
        "ok" if failure is None else "unavailable",
        library.unreadable_folders or None,
        [
            BackgroundReport(each.name, each.state, each.problem is not None, each.restarts)
            for each in library.activities
        ]
        if "verbose" in request.args
        else None,
    )
    answer = {name: value for name, value in asdict(report).items() if value is not None}
    if failure is None:
        return answer, 200, fields
    return answer, 503, fields | {"Retry-After": str(failure.retry_after)}


@hide
async def health_by_any_name(**_: str) -> ResponseReturnValue:
    """Answer a probe that asks by an address, where ``SERVER_NAME`` has the app answer for one."""
    return await health()


@hide
async def piece(name: str) -> ResponseReturnValue:
    """Piece of a page that few visitors ever open."""
    access = await current_access()
    return in_language(await page_response(access, await pages.piece(name, access.library)))


@hide
async def static(filename: str) -> ResponseReturnValue:
    """Style and scripts of the pages."""
    name, named = split_version(filename)
    response = await send_from_directory(FOLDER, name, mimetype=_STATIC_TYPES.get(extension(name)))
    fields = caching_fields(Answer.STATIC, names_version=named == version())
    response.headers["Cache-Control"] = dict(fields)["Cache-Control"]
    return response
