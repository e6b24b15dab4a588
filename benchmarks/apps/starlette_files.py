"""Starlette: a view that returns a ``FileResponse``, and the app for static files."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

ROOT = Path(os.environ["MEDIA_ROOT"])


async def video(request: Request) -> FileResponse:
    """Send a film."""
    return FileResponse(ROOT / request.path_params["name"])


app = Starlette(
    routes=[
        Route("/videos/{name}", video),
        Mount("/static", StaticFiles(directory=ROOT)),
    ]
)
