"""The peers: what is started, and how much work each is given."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

Command = Callable[[int, Path, Path], list[str]]
"""Makes a command out of a port, the folder with the films, and one for the server's own files."""


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _hypercorn(app: str, worker: str = "asyncio") -> Command:
    def command(port: int, _: Path, folder: Path) -> list[str]:
        config = folder / "hypercorn.toml"
        # By default a connection ends after 1000 requests.
        config.write_text("keep_alive_max_requests = 1000000\ngraceful_timeout = 1\n")
        options = ["-c", str(config), "-k", worker, "-b", f"127.0.0.1:{port}"]
        return _python("hypercorn", *options, f"benchmarks.apps.{app}:app")

    return command


def _uvicorn(app: str) -> Command:
    def command(port: int, *_: Path) -> list[str]:
        options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
        options += ["--timeout-graceful-shutdown", "1"]
        return _python("uvicorn", *options, f"benchmarks.apps.{app}:app")

    return command


def _granian(app: str) -> Command:
    def command(port: int, *_: Path) -> list[str]:
        options = ["--interface", "asgi", "--port", str(port), "--log-level", "warning"]
        options += ["--workers-kill-timeout", "1"]
        return _python("granian", *options, f"benchmarks.apps.{app}:app")

    return command


def _aiohttp(port: int, *_: Path) -> list[str]:
    return _python("benchmarks.apps.aiohttp_files", str(port))


def nginx() -> str | None:
    """Return the path of nginx, which an ordinary user's PATH may not lead to."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


_NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{ worker_connections 2048; }}
http {{
    sendfile on;
    access_log off;
    keepalive_requests 1000000;
    types {{ video/mp4 mp4; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream app {{ server unix:{folder}/app.socket; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        {locations}
    }}
}}
"""
_ALONE = "location /videos/ {{ alias {films}/; }}"
_HANDED_OFF = """\
location / {{
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
        location /internal/ {{ internal; alias {films}/; }}"""


def _nginx(port: int, films: Path, folder: Path, locations: str = _ALONE) -> list[str]:
    # Started by root it would become someone who may not look into a temporary folder.
    user = "" if os.getuid() else f"user {pwd.getpwuid(0).pw_name};"
    config = folder / "nginx.conf"
    places = locations.format(films=films)
    config.write_text(_NGINX.format(port=port, folder=folder, user=user, locations=places))
    return [str(nginx()), "-e", "stderr", "-p", str(folder), "-c", str(config)]


def _handed_off(port: int, films: Path, folder: Path) -> list[str]:
    front = _nginx(port, films, folder, _HANDED_OFF)
    return _python("benchmarks.apps.handed_off", str(folder / "app.socket"), *front)


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to serve videos."""

    name: str
    title: str
    command: Command
    modules: tuple[str, ...] = ()
    """What has to be installed from PyPI."""
    beside: str = "ours-uvicorn"
    """Which of ours it is compared with."""
    prefix: str = "/videos/"
    share: float = 1.0
    """Of the work that it is given where bytes are sent, so that slow ones end in time. What is
    measured is per GiB, per request or per viewer."""
    needs_nginx: bool = False
    sends_films: bool = True
    sends_304: bool = True

    @property
    def is_ours(self) -> bool:
        """Whether this is what the others are compared with."""
        return self.name == self.beside

    def missing(self) -> str | None:
        """Return what to install before this can run; ``None``: nothing."""
        if self.needs_nginx and not nginx():
            return "apt-get install nginx-light"
        absent = [module for module in self.modules if find_spec(module) is None]
        return f"pip install {' '.join(absent)}" if absent else None


def _ours(server: str, command: Command, *modules: str) -> Peer:
    name = "ours-" + server.replace(" ", "-")
    return Peer(name, f"quart-video, {server}", command, modules, beside=name)


def _stock(server: str, command: Command, *modules: str) -> Peer:
    title = f"stock Quart, {server}"
    return Peer(f"stock-{server}", title, command, modules, beside=f"ours-{server}", share=1 / 16)


def _bare(server: str, command: Command, *modules: str) -> Peer:
    name = server.replace(" ", "-")
    return Peer(
        f"bare-{name}",
        f"empty Quart view, {server}",
        command,
        modules,
        beside=f"ours-{name}",
        sends_films=False,
        sends_304=False,
    )


def _starlette(name: str, title: str, prefix: str, *, sends_304: bool) -> Peer:
    return Peer(
        f"starlette-{name}",
        f"Starlette {title}, uvicorn",
        _uvicorn("starlette_files"),
        ("starlette", "uvicorn"),
        prefix=prefix,
        share=1 / 4,
        sends_304=sends_304,
    )


PEERS = (
    _ours("hypercorn", _hypercorn("library"), "hypercorn"),
    _ours("hypercorn uvloop", _hypercorn("library", "uvloop"), "hypercorn", "uvloop"),
    _ours("uvicorn", _uvicorn("library"), "uvicorn"),
    _ours("granian", _granian("library"), "granian"),
    _stock("hypercorn", _hypercorn("tutorial"), "hypercorn"),
    _stock("uvicorn", _uvicorn("tutorial"), "uvicorn"),
    _starlette("file", "FileResponse", "/videos/", sends_304=False),
    _starlette("static", "StaticFiles", "/static/", sends_304=True),
    Peer("aiohttp", "aiohttp FileResponse", _aiohttp, ("aiohttp",)),
    Peer(
        "ours-handed-off",
        "quart-video, uvicorn, nginx sends",
        _handed_off,
        ("uvicorn",),
        needs_nginx=True,
    ),
    Peer("nginx", "nginx", _nginx, needs_nginx=True),
    _bare("hypercorn", _hypercorn("bare"), "hypercorn"),
    _bare("hypercorn uvloop", _hypercorn("bare", "uvloop"), "hypercorn", "uvloop"),
    _bare("uvicorn", _uvicorn("bare"), "uvicorn"),
    _bare("granian", _granian("bare"), "granian"),
)

QUICK = (
    "ours-hypercorn",
    "ours-uvicorn",
    "ours-granian",
    "stock-hypercorn",
    "starlette-file",
    "aiohttp",
    "nginx",
    "bare-hypercorn",
    "bare-uvicorn",
)
"""Those that the targets are about, as far as a minute goes."""
