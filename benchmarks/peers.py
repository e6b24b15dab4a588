"""The peers: what is started, and how much work each is given."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.commands import (
    PACKAGES,
    Command,
    found,
    granian,
    hypercorn,
    module,
    nginx,
    python,
    uvicorn,
)

_ALONE = nginx("location /videos/ {{ alias {root}/; }}")
_IN_FRONT = nginx("""\
location / {{
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
        location /internal/ {{ internal; alias {root}/; }}""")


def _handed_off(port: int, films: Path, folder: Path) -> list[str]:
    front = _IN_FRONT(port, films, folder)
    return python("benchmarks.apps.handed_off", str(folder / "app.socket"), *front)


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
    program: str | None = None
    """What has to be there beside Python: a key of :data:`PACKAGES`."""
    root: str = ""
    """Folder in that of the run which is served, where it is not all of it."""
    sends_films: bool = True
    sends_304: bool = True

    @property
    def is_ours(self) -> bool:
        """Whether this is what the others are compared with."""
        return self.name == self.beside

    def missing(self) -> str | None:
        """Return what to install before this can run; ``None``: nothing."""
        if self.program and not found(self.program):
            return f"apt-get install {PACKAGES[self.program]}"
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
        uvicorn("starlette_files"),
        ("starlette", "uvicorn"),
        prefix=prefix,
        share=1 / 4,
        sends_304=sends_304,
    )


PEERS = (
    _ours("hypercorn", hypercorn("library"), "hypercorn"),
    _ours("hypercorn uvloop", hypercorn("library", "uvloop"), "hypercorn", "uvloop"),
    _ours("uvicorn", uvicorn("library"), "uvicorn"),
    Peer(
        "ours-kernel",
        "quart-video, uvicorn with our protocol",
        uvicorn("library", "--http", "quart_video.servers.uvicorn:HTTPProtocol"),
        ("uvicorn", "httptools", "uvloop"),
        beside="ours-kernel",
    ),
    _ours("granian", granian("library"), "granian"),
    _stock("hypercorn", hypercorn("tutorial"), "hypercorn"),
    _stock("uvicorn", uvicorn("tutorial"), "uvicorn"),
    _starlette("file", "FileResponse", "/videos/", sends_304=False),
    _starlette("static", "StaticFiles", "/static/", sends_304=True),
    Peer("aiohttp", "aiohttp FileResponse", module("aiohttp_files"), ("aiohttp",)),
    Peer(
        "ours-handed-off",
        "quart-video, uvicorn, nginx sends",
        _handed_off,
        ("uvicorn",),
        program="nginx",
    ),
    Peer("nginx", "nginx", _ALONE, program="nginx"),
    _bare("hypercorn", hypercorn("bare"), "hypercorn"),
    _bare("hypercorn uvloop", hypercorn("bare", "uvloop"), "hypercorn", "uvloop"),
    _bare("uvicorn", uvicorn("bare"), "uvicorn"),
    _bare("granian", granian("bare"), "granian"),
)

QUICK = (
    "ours-hypercorn",
    "ours-uvicorn",
    "ours-kernel",
    "ours-granian",
    "stock-hypercorn",
    "starlette-file",
    "aiohttp",
    "nginx",
    "bare-hypercorn",
    "bare-uvicorn",
)
"""Those that the targets are about, as far as a minute goes."""
