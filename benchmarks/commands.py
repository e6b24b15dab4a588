"""How the peers are started: the command lines of servers, and what is written into their files."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

Command = Callable[[int, Path, Path], list[str]]
"""Makes a command out of a port, the folder that is served, and one for the server's own files."""

PACKAGES = {"nginx": "nginx-light", "caddy": "caddy"}
"""What has to be installed to have a program, by its name."""


def found(program: str) -> str | None:
    """Return the path of a program, which an ordinary user's PATH may not lead to."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")


def python(module: str, *arguments: str) -> list[str]:
    """Return the command for a module."""
    return [sys.executable, "-m", module, *arguments]


def module(name: str) -> Command:
    """Start a module of :mod:`benchmarks.apps` that is its own server, with the port."""
    return lambda port, *_: python(f"benchmarks.apps.{name}", str(port))


def hypercorn(app: str, worker: str = "asyncio") -> Command:
    """Start an app of :mod:`benchmarks.apps` on Hypercorn."""

    def command(port: int, _: Path, folder: Path) -> list[str]:
        config = folder / "hypercorn.toml"
        # By default a connection ends after 1000 requests.
        config.write_text("keep_alive_max_requests = 1000000\ngraceful_timeout = 1\n")
        options = ["-c", str(config), "-k", worker, "-b", f"127.0.0.1:{port}"]
        return python("hypercorn", *options, f"benchmarks.apps.{app}:app")

    return command


def uvicorn(app: str, *more: str) -> Command:
    """Start an app of :mod:`benchmarks.apps` on Uvicorn, with *more* options."""

    def command(port: int, *_: Path) -> list[str]:
        options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
        options += ["--timeout-graceful-shutdown", "1", *more]
        return python("uvicorn", *options, f"benchmarks.apps.{app}:app")

    return command


def granian(app: str) -> Command:
    """Start an app of :mod:`benchmarks.apps` on Granian."""

    def command(port: int, *_: Path) -> list[str]:
        options = ["--interface", "asgi", "--port", str(port), "--log-level", "warning"]
        options += ["--workers-kill-timeout", "1"]
        return python("granian", *options, f"benchmarks.apps.{app}:app")

    return command


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


def nginx(locations: str) -> Command:
    """Start nginx.

    :param locations: of its server, in which ``{root}`` stands for the folder that is served.
    """

    def command(port: int, root: Path, folder: Path) -> list[str]:
        # Started by root it would become someone who may not look into a temporary folder.
        user = "" if os.getuid() else f"user {pwd.getpwuid(0).pw_name};"
        config = folder / "nginx.conf"
        places = locations.format(root=root)
        config.write_text(_NGINX.format(port=port, folder=folder, user=user, locations=places))
        return [str(found("nginx")), "-e", "stderr", "-p", str(folder), "-c", str(config)]

    return command


_CADDY = """\
{{
    admin off
    auto_https off
    storage file_system {folder}
    log {{
        level ERROR
    }}
}}
http://:{port} {{
    bind 127.0.0.1
    handle_path /videos/* {{
        file_server browse {{
            root {root}
        }}
    }}
}}
"""


def caddy(port: int, root: Path, folder: Path) -> list[str]:
    """Start Caddy as a file server that lists folders."""
    config = folder / "Caddyfile"
    config.write_text(_CADDY.format(port=port, root=root, folder=folder))
    options = ["--config", str(config), "--adapter", "caddyfile"]
    return ["env", f"HOME={folder}", str(found("caddy")), "run", *options]
