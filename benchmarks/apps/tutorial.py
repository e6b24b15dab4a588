"""Stock Quart, as its tutorial on serving videos has it."""

import os
from pathlib import Path

from quart import Quart, Response, send_file

app = Quart(__name__)
ROOT = Path(os.environ["MEDIA_ROOT"])


@app.get("/videos/<name>")
async def video(name: str) -> Response:
    """Send a film."""
    return await send_file(ROOT / name, conditional=True)
