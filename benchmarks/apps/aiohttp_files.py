"""aiohttp, on its own server and with ``sendfile``: ``python -m ... PORT``."""

import os
import sys
from pathlib import Path

from aiohttp import web

ROOT = Path(os.environ["MEDIA_ROOT"])


async def video(request: web.Request) -> web.FileResponse:
    """Send a film."""
    return web.FileResponse(ROOT / request.match_info["name"])


if __name__ == "__main__":
    app = web.Application()
    app.router.add_get("/videos/{name}", video)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
