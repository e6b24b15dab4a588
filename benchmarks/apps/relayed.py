"""The shortest view that passes ranges on from an object store, by aiobotocore."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from aiobotocore.session import get_session  # type: ignore[import-untyped]  # has no types
from quart import Quart, Response, request

BUCKET = os.path.basename(os.environ["MEDIA_ROOT"])
CHUNK = 1024 * 1024

app = Quart(__name__)
stack = AsyncExitStack()


@app.before_serving
async def connect() -> None:
    """Open the client, which keeps its connections."""
    app.config["CLIENT"] = await stack.enter_async_context(
        get_session().create_client(
            "s3",
            endpoint_url=os.environ["STORE"],
            region_name="us-east-1",
            aws_access_key_id="nobody",
            aws_secret_access_key="asks",  # noqa: S106 - nobody asks for it
        )
    )


app.after_serving(stack.aclose)


@app.get("/videos/<name>")
async def video(name: str) -> Response:
    """Send a film, or a range of it."""
    asked = {"Range": request.headers["Range"]} if "Range" in request.headers else {}
    found: Any = await app.config["CLIENT"].get_object(Bucket=BUCKET, Key=name, **asked)

    async def body() -> AsyncIterator[bytes]:
        async with found["Body"] as stream:
            async for chunk in stream.iter_chunks(CHUNK):
                yield chunk

    response = Response(body(), 206 if asked else 200, content_type="video/mp4")
    response.timeout = None
    response.headers["Content-Length"] = found["ContentLength"]
    if asked:
        response.headers["Content-Range"] = found["ContentRange"]
    return response
