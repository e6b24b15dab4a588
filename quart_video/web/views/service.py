"""The views that serve the service itself: its health, and the style and scripts of its pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quart import request
from quart.typing import ResponseReturnValue
from quart_schema import hide

from quart_video.library.state import current_library
from quart_video.media_types import extension
from quart_video.policy.cache_control import Answer, caching_fields
from quart_video.web.send_file import send_from_directory

_STATIC = Path(__file__).parents[2] / "static"
# Not left to the host's table of types: a module of another type does not run.
_STATIC_TYPES = {".js": "text/javascript"}


@hide
async def health() -> ResponseReturnValue:
    """Say whether the storage answers, for load balancers and monitors.

    Folders that cannot be read are counted; what is in them is shown as it was.

    With ``?verbose``, also how what runs in the background stands. Of what is wrong the log tells.
    """
    fields = dict(caching_fields(Answer.PASSING))
    library = await current_library()
    failure = await library.health.failure()
    answer: dict[str, Any] = {"status": "ok" if failure is None else "unavailable"}
    if library.unreadable_folders:
        answer["unreadable_folders"] = library.unreadable_folders
    if "verbose" in request.args:
        answer["background"] = [
            {
                "name": each.name,
                "state": each.state,
                "trouble": each.problem is not None,
                "restarts": each.restarts,
            }
            for each in library.activities
        ]
    if failure is None:
        return answer, 200, fields
    return answer, 503, fields | {"Retry-After": str(failure.retry_after)}


@hide
async def static(filename: str) -> ResponseReturnValue:
    """Style and scripts of the pages."""
    media_type = _STATIC_TYPES.get(extension(filename))
    return await send_from_directory(_STATIC, filename, mimetype=media_type)
