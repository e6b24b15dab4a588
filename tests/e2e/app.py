"""The app that the servers in these tests run. Configured by environment variables only."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

from markupsafe import Markup
from quart import Quart, Response, abort, render_template_string, request, url_for
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests
from werkzeug.routing import RequestRedirect

from quart_video import (
    VideoBlueprint,
    make_conditional,
    send_file,
    send_from_directory,
    sign_url,
    video_bp,
)
from quart_video.catalogue.sync import synchronizer
from quart_video.delivery import kernel
from quart_video.library.state import app_state

# Not the root logger: what servers log to handlers of their own would be there twice.
handler = logging.StreamHandler()
handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
logging.getLogger("quart_video").addHandler(handler)

app = Quart(__name__)
app.config.from_prefixed_env()
kernel.LEAST = app.config.get("E2E_KERNEL_LEAST", kernel.LEAST)
synchronizer.FRESH = app.config.get("E2E_FRESH", synchronizer.FRESH)
app.register_blueprint(video_bp)
app.register_blueprint(
    video_bp,
    name="public",
    url_prefix="/public",
    max_age=3600,
    cors_origins="*",
    cors_credentials=False,
    cross_origin_resource_policy="cross-origin",
    embed_origins="*",
)
app.register_blueprint(
    VideoBlueprint(
        "members",
        url_prefix="/members",
        authorize=lambda request, _: (
            request.cookies.get("member") == "yes"
            or request.headers.get("Authorization") == "Bearer member"
        ),
        signing_keys=["a key for the tests alone"],
    )
)


def _answer_as_told(_: object, __: object) -> bool:
    """Refuse everything, with the status that ``/answer/...`` has told."""
    status = app.config.get("E2E_STATUS", 200)
    if status == 302:
        raise RequestRedirect("/alive")
    if status in (429, 503):
        raise {429: TooManyRequests, 503: ServiceUnavailable}[status](retry_after=1)
    if status != 200:
        abort(status)
    return True


app.register_blueprint(
    VideoBlueprint("told", url_prefix="/told", authorize=_answer_as_told),
    signed_urls=False,
)


@app.get("/answer/<int:status>")
async def answer(status: int) -> str:
    """Have the mount ``told`` answer everything with a status, until it is told otherwise."""
    app.config["E2E_STATUS"] = status
    return "so be it"


def _root() -> Path:
    return Path(app.config["E2E_FILES"])


@app.get("/alive")
async def alive() -> str:
    """Tell the harness that the app is up, and that it talks to the server it started."""
    return hashlib.sha256(app.config["MEDIA_ROOT"].encode()).hexdigest()


@app.get("/article")
async def article() -> str:
    """Show an address in a frame."""
    return str(
        Markup('<!doctype html><iframe width=640 height=360 src="{}"></iframe>').format(
            request.args["url"]
        )
    )


@app.get("/players")
async def players() -> str:
    """Show two players."""
    return await render_template_string(
        "<!doctype html><title>Two</title>"
        '{% from "quart_video/player.html" import video_player, video_scripts, video_styles %}'
        '{{ video_styles("video") }}{{ video_scripts("video") }}'
        "{% for name in names %}{{ video_player(name, 'video') }}{% endfor %}",
        names=request.args.getlist("name"),
    )


@app.get("/busy")
async def busy() -> str:
    """Keep the event loop from all else."""
    time.sleep(0.3)
    return "busy"


@app.get("/sync")
def sync() -> str:
    """Answer out of a thread of the event loop's own executor."""
    return "sync"


@app.get("/alive/with")
async def alive_with() -> dict[str, int]:
    """Count what a leak would be seen in."""
    gc.collect()
    return {
        "tasks": len(asyncio.all_tasks()),
        "objects": len(gc.get_objects()),
        "threads": threading.active_count(),
    }


_sendfile = os.sendfile
_by_kernel = 0


def _count(out: int, file: int, offset: int, count: int) -> int:
    global _by_kernel  # noqa: PLW0603 - there is one os.sendfile
    taken = _sendfile(out, file, offset, count)
    _by_kernel += taken
    return taken


os.sendfile = _count  # type: ignore[assignment]


@app.get("/by-kernel")
async def by_kernel() -> str:
    """Tell how many bytes the kernel has sent by itself."""
    return str(_by_kernel)


@app.get("/file")
async def file() -> Response:
    """Send a file of no video type."""
    return await send_file(_root() / "notes.txt")


@app.get("/folder/<path:name>")
async def folder(name: str) -> Response:
    """Send any file in the folder."""
    return await send_from_directory(_root(), name)


@app.get("/attachment")
async def attachment() -> Response:
    """Send a file to be saved under the name asked for."""
    return await send_file(
        _root() / "clip.mp4", as_attachment=True, attachment_filename=request.args["name"]
    )


@app.get("/sign/<path:path>")
async def sign(path: str) -> str:
    """Sign an address of the mount that is for members, also one that has expired already."""
    if "expired" in request.args:  # which sign_url refuses to sign
        signer = (await app_state(app).mounts["members"].library(app)).url_signer
        assert signer is not None
        token = signer.sign("media", path, expires=int(time.time()) - 1)
        return f"{url_for('members.media', path=path)}?signature={token}"
    return await sign_url(path, expires=60, mount="members", external=True)


@app.get("/made")
async def made() -> Response:
    """Send bytes that a view made."""
    return await make_conditional(Response(bytes(range(256)), mimetype="video/mp4"))


if "E2E_CSP" in app.config:

    @app.after_request
    async def _strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = app.config["E2E_CSP"]
        return response


if "E2E_WRAPPED" in app.config:
    _unwrapped = app.asgi_app

    async def _wrapped(scope: Any, receive: Any, send: Any) -> None:
        """Count what is sent, as middlewares do."""

        async def counting(message: Any) -> None:
            app.config["E2E_WRAPPED"] += len(message.get("body", b""))
            await send(message)

        await _unwrapped(scope, receive, counting)

    app.asgi_app = _wrapped  # type: ignore[method-assign]

    @app.get("/counted")
    async def counted() -> str:
        """Tell how many bytes of bodies have been sent so far."""
        return str(app.config["E2E_WRAPPED"])
