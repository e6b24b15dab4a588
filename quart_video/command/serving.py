"""``quart-video serve``: the processes that serve, and what is said of them."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import webbrowser
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import get_terminal_size

import click
from quart import Quart

import quart_video
from quart_video.cli.output import is_seen
from quart_video.command.folder_app import Given, app_in_worker, hand_on
from quart_video.media import available
from quart_video.servers.descriptors import raise_limit
from quart_video.servers.listening import Listening, url_of
from quart_video.servers.qr_code import QUIET, drawn, qr_code
from quart_video.servers.supervisor import Supervisor, tell_ready
from quart_video.settings import Settings
from quart_video.web.formatting import for_terminal

_EXTRA = ("uvicorn", "httptools", "uvloop")
"""What the extra ``serve`` runs on."""

_GRACE = 3
"""Seconds that transfers get to finish when all ends."""


def run(
    given: Given,
    settings: Settings,
    listening: Listening,
    *,
    workers: int,
    opens: bool,
    qr: bool | None,
) -> int:
    """Serve until told to end; return the status to exit with.

    :param settings: of the library, which can be opened.
    :param opens: whether to open it in the browser.
    :param qr: whether to draw a QR code; ``None``: where somebody can hold a phone before it.
    """
    hand_on(given)
    raise_limit()  # processes that are started take it over
    if not available() and settings.media_processes != 0:
        click.echo(
            "There are no posters, durations and captions from inside the videos. To have them: "
            'pip install "quart-video[media]"',
            err=True,
        )

    def ready() -> None:
        _announce(given, listening, qr=qr)
        if opens:
            url = url_of("localhost", listening.port) if listening.is_everywhere else None
            shown = url or listening.urls()[0]
            threading.Thread(target=webbrowser.open, args=(shown,), daemon=True).start()

    # Processes that are started look for modules in the working directory first: it may be the
    # folder, which may be of anyone's making.
    os.chdir(Path(quart_video.__file__).parents[1])
    server = _by_uvicorn if all(map(find_spec, _EXTRA)) else _by_hypercorn
    say = partial(click.echo, err=True)
    return Supervisor(workers, server, listening.socket, ready=ready, say=say).run()


def _announce(given: Given, listening: Listening, *, qr: bool | None) -> None:
    """Say where it is served; whether anybody listens is no matter."""
    urls = listening.urls()
    here = url_of("localhost", listening.port)
    shown = for_terminal(str(given.folder))
    if len(urls) == 1:
        lines = [f"{shown} is served at {urls[0]} (Ctrl-C ends it)"]
    elif urls:
        lines = [f"{shown} is served (Ctrl-C ends it) at", *(f"  {url}" for url in urls)]
    else:
        lines = [f"{shown} is served at {here} (Ctrl-C ends it). This machine is on no network."]
    if urls and listening.is_everywhere:
        lines.append(f"On this machine, it is {here}")
    try:
        click.echo("\n".join(lines))
        if urls and not listening.is_local:
            _draw(urls[0], qr=qr)
    except OSError:
        # Nobody reads this, and what is left would be written, in vain, at the end.
        with suppress(OSError, ValueError):
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, sys.stdout.fileno())
            os.close(nothing)
    if not listening.is_local:
        click.echo("Everyone who can reach this machine can see it.", err=True)


def _draw(url: str, *, qr: bool | None) -> None:
    """Draw the address, for the camera of a phone."""
    is_asked = is_seen(sys.stdout) and "NO_COLOR" not in os.environ if qr is None else qr
    if not is_asked:
        return
    modules = qr_code(url)
    if modules is None:
        if qr:
            click.echo('--qr takes the extra: pip install "quart-video[serve]"', err=True)
        return
    if qr is None and len(modules) + 2 * QUIET > get_terminal_size().columns:
        return
    lines = drawn(modules, color=is_seen(sys.stdout) and "NO_COLOR" not in os.environ)
    with suppress(UnicodeEncodeError):  # a terminal without blocks
        click.echo("\n".join(lines))


def _by_uvicorn(listening: socket.socket, ready: Connection) -> None:
    """Serve in this process by Uvicorn, which has the kernel send."""
    import uvicorn  # noqa: PLC0415 - of an extra

    config = uvicorn.Config(
        partial(_app, ready),
        factory=True,
        http="quart_video.servers.uvicorn:HTTPProtocol",
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # there is no proxy, and what a client says of itself is no matter
        timeout_graceful_shutdown=_GRACE,
    )
    uvicorn.Server(config).run([listening])


def _by_hypercorn(listening: socket.socket, ready: Connection) -> None:
    """Serve in this process by Hypercorn, which Quart needs anyway."""
    from hypercorn.asyncio import serve  # noqa: PLC0415 - where the other is not installed
    from hypercorn.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    config.loglevel = "WARNING"
    config.graceful_timeout = _GRACE
    asyncio.run(serve(_app(ready), config))


def _app(ready: Connection) -> Quart:
    app = app_in_worker()
    # What comes from now on waits in the socket for the moment that the server still needs.
    app.before_serving(partial(tell_ready, ready))
    return app
