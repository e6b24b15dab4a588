"""``quart-video serve DIR``: the library of one folder, for who has no app to put it in."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
import time
import webbrowser
from functools import partial
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path

import click
from quart import Quart, request

from quart_video import ConfigurationError, Settings, video_bp
from quart_video.cli import check_options, report_check
from quart_video.http import parse_host
from quart_video.library.state import app_state
from quart_video.servers.supervisor import Supervisor
from quart_video.web.formatting import for_terminal

_VARIABLE = "QV_SERVE"
"""Carries the configuration to the processes that serve, as JSON."""

_LOCAL = "LOCAL_NAMES_ONLY"
"""Key of the configuration: whether no name but those of this machine alone is answered."""

_EXTRA = ("uvicorn", "httptools", "uvloop")
"""What the extra ``serve`` brings."""

_BACKLOG = 2048
"""Connections that may wait to be taken."""

_GRACE = 3
"""Seconds that transfers get to finish when all ends."""

_PATIENCE = 30.0
"""Seconds to wait for the server before the browser is opened."""


def create_app() -> Quart:
    """Make the app that each process serves; ``QUART_*`` variables configure the rest of it."""
    app = Quart(__name__, static_folder=None)
    app.config.from_prefixed_env()
    app.config.update(json.loads(os.environ[_VARIABLE]))
    if "VIDEO_CACHE" not in app.config and (cache := _cache()) is not None:
        app.config["VIDEO_CACHE"] = str(cache)
    app.register_blueprint(video_bp, url_prefix="/")
    app.add_url_rule("/robots.txt", view_func=_robots)
    if app.config[_LOCAL]:
        app.before_request(_answer_local_names)
    return app


def _robots() -> tuple[str, dict[str, str]]:
    """Keep crawlers (RFC 9309) to one address for each folder, page and video."""
    rules = ("Disallow: /-/api/", "Disallow: /-/playlist.m3u", "Disallow: /*?", "Allow: /-/poster/")
    return "\n".join(("User-agent: *", *rules, "")), {"Content-Type": "text/plain; charset=utf-8"}


def _answer_local_names() -> tuple[str, int] | None:
    """Refuse what was asked of another name: a page elsewhere has given its own our address.

    To the browser that is one site, and it would let the page read all of it.
    """
    # As it was sent: request.host is empty for what Werkzeug does not take for a name.
    fields = request.headers.getlist("Host")
    # HTTP/1.0 has no such field, so Quart adds an empty one; no browser speaks it.
    if request.http_version == "1.0" and not any(fields):
        return None
    host = parse_host(fields[0]) if len(fields) == 1 else None
    if host is not None and host.is_local:
        return None
    # RFC 9110, section 15.5.20
    return "These videos are for this machine alone. To change that, serve them with --host.\n", 421


def _cache() -> Path | None:
    """Return where what is found out is kept; ``None``: this user has no place of their own."""
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "quart-video"
    try:
        return Path.home() / ".cache" / "quart-video"
    except RuntimeError:  # as in a container, by a user whom it does not know
        return None


@click.group()
@click.version_option(package_name="quart-video")
def main() -> None:
    """List and stream videos."""


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@check_options
def check(folder: Path, processes: int | None, html: Path | None) -> None:
    """Make all there is of the videos in FOLDER, and say what cannot be made.

    What is made is thrown away. Where ffprobe is installed, it is told in what it disagrees. The
    exit status is 1 where something cannot be made.
    """
    app = Quart(__name__, static_folder=None)
    app.config.from_prefixed_env()
    app.register_blueprint(video_bp)
    (mount,) = app_state(app).mounts.values()
    report_check([(app, mount)], folder, processes, html)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--title", help="Name of the library; else that of the folder.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
def serve(
    folder: Path, host: str, port: int, title: str | None, workers: int, *, opens: bool
) -> None:
    """Serve the videos in FOLDER, to this machine alone unless --host says otherwise."""
    # A link may be turned to another folder while it is served; its own name says little.
    name = os.fsencode(folder.resolve().name).decode(errors="replace")  # it need not be text
    folder = folder.resolve() if ".." in folder.parts else folder.absolute()
    given: dict[str, str | bool] = {
        "MEDIA_ROOT": str(folder),
        "VIDEO_TITLE": title or name or "Videos",
        _LOCAL: _is_loopback(host),
    }
    os.environ[_VARIABLE] = json.dumps(given)
    try:
        settings = asyncio.run(_settings(create_app()))
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    if settings.cache is not None:
        given["VIDEO_CACHE"] = os.path.abspath(os.path.expanduser(settings.cache))
        os.environ[_VARIABLE] = json.dumps(given)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {address}: {error}") from error
    url = f"http://{address}/"
    click.echo(f"{for_terminal(str(folder))} is served at {url} (Ctrl-C ends it)")
    if not _is_loopback(host):
        click.echo("Everyone who can reach this machine can see it.", err=True)
    if opens:
        threading.Thread(target=_open, args=(host, port, url), daemon=True).start()
    # Processes that are started look for modules in the working directory first: it may be the
    # folder, which may be of anyone's making.
    os.chdir(Path(__file__).parents[1])
    server = _by_uvicorn if all(map(find_spec, _EXTRA)) else _by_hypercorn
    say = partial(click.echo, err=True)
    raise SystemExit(Supervisor(workers, server, listening, say=say).run())


def _by_uvicorn(listening: socket.socket) -> None:
    """Serve in this process by Uvicorn, which has the kernel send."""
    import uvicorn  # noqa: PLC0415 - of an extra

    config = uvicorn.Config(
        "quart_video.serve:create_app",
        factory=True,
        http="quart_video.servers.uvicorn:HTTPProtocol",
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # there is no proxy, and what a client says of itself is no matter
        timeout_graceful_shutdown=_GRACE,
    )
    uvicorn.Server(config).run([listening])


def _by_hypercorn(listening: socket.socket) -> None:
    """Serve in this process by Hypercorn, which Quart needs anyway."""
    from hypercorn.asyncio import serve as run  # noqa: PLC0415 - where the other is not installed
    from hypercorn.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    config.loglevel = "WARNING"
    config.graceful_timeout = _GRACE
    asyncio.run(run(create_app(), config))


async def _settings(app: Quart) -> Settings:
    """Return the settings of the library, which can be opened.

    :raises ConfigurationError: it cannot.
    """
    (mount,) = app_state(app).mounts.values()
    settings = (await mount.library(app)).settings
    await mount.close()
    return settings


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _open(host: str, port: int, url: str) -> None:
    """Open the browser when somebody answers."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            webbrowser.open(url)
            return


if __name__ == "__main__":
    main()
