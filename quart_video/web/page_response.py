"""What is made anew for each request, a page or JSON, becomes an answer."""

from __future__ import annotations

from quart import Response
from quart.typing import ResponseReturnValue

from quart_video.access.guard import LibraryAccess
from quart_video.policy.cache_control import Answer, caching_fields
from quart_video.web.send_file import make_conditional


async def page_response(access: LibraryAccess, content: ResponseReturnValue) -> Response:
    """Answer with *content*, which is sent only where it differs from what the client has.

    :param content: anything a view may return.
    """
    response = await make_conditional(content)
    for name, value in caching_fields(Answer.PAGE, access.audience):
        response.headers[name] = value
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def in_language(response: Response) -> Response:
    """Note that what was chosen depends on the languages that the client speaks."""
    response.vary.add("Accept-Language")
    return response
