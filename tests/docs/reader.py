"""A reader who follows a page to the letter: types its files and commands, and looks what comes.

The pages speak of ``/srv/...``, of ports such as 5000, of a host with a certificate and of a video
in a folder. For each page these are folders below a temporary one, ports the system chose, this
machine with a certificate of its own, and the clips of the example.
"""

from __future__ import annotations

import asyncio
import configparser
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import Environment
from quart import Quart

from tests.docs.blocks import REPOSITORY, Block
from tests.docs.terminal import Terminal
from tests.docs.transcripts import Memory, Mismatch, parse
from tests.e2e import fronts
from tests.e2e.harness import make_certificate, need_tool
from tests.support.ports import free_port

CLIPS = REPOSITORY / "example" / "videos"
CLIPS_DATE = 1_750_000_000  # of every clip, so that the pages can show it
FOLDERS = ("courses", "films", "talks", "videos")  # there is no other below /srv
PROJECT = "my-site/"  # what a tree calls the folder of the reader

_START_SERVICE = "sudo systemctl enable --now videos.socket videos.service"
_UNIT = "etc/systemd/system/videos.service"
_HOST = "https://media.example.org/"
_CERTIFICATE = "/etc/letsencrypt/live/media.example.org/"
_PORT_FOLLOWS = ("localhost:", "127.0.0.1:", "--port ", "listen ", '"port" => ', '"socket"] == ":')
_PORT = re.compile("|".join(rf"(?<={re.escape(words)})\d+" for words in _PORT_FOLLOWS))
_SERVER = re.compile(
    r"(\w+=\S+ )*((?P<quart>quart (--app \S+ )?run)|hypercorn|uvicorn|granian|gunicorn)\b"
)
_TREE_ROW = re.compile(r"(?P<depth>(?:│   |    )*)[├└]── (?P<name>\S+)(  +.*)?")


class Reader:
    """Follows one page, block by block."""

    def __init__(self, folder: Path) -> None:
        self._project = folder / "project"
        self._srv = folder / "srv"
        self._terminal = Terminal(self._project, folder / "log.txt")
        self._ports: dict[str, str] = {}
        self._memory = Memory()
        self._namespace: dict[str, Any] = {"__name__": "snippet"}
        self._trees: list[str] = []
        for name in FOLDERS:
            shutil.copytree(CLIPS, self._srv / name)
        (self._project / "videos").mkdir(parents=True)
        shutil.copy(CLIPS / "Welcome.mp4", self._project / "videos")
        for clip in folder.rglob("*.*"):
            os.utime(clip, (CLIPS_DATE, CLIPS_DATE))

    def follow(self, block: Block) -> None:
        """Do what a block says.

        :raises Mismatch: what comes is not what the page shows.
        """
        if block.caption:
            path = self._file(block)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._here(block.text), encoding="utf-8")
        HANDLERS[block.language](self, block)

    def finish(self) -> None:
        """Look at what can only be judged at the end of the page."""
        if "app" in self._namespace:
            asyncio.run(_visit(self._namespace["app"]))
        for tree in self._trees:
            _check_tree(tree, self._project)

    def close(self) -> None:
        """End what was started."""
        self._terminal.stop()

    def python(self, block: Block) -> None:
        """Run a snippet. A file is only run where the page runs it, but has to be valid."""
        # Lines are counted from the top of the page, so that a traceback leads there.
        code = compile("\n" * (block.line - 1) + self._here(block.text), f"{block.page}.md", "exec")
        if block.caption:
            return
        before = self._namespace.get("app")
        exec(code, self._namespace)  # noqa: S102 - running what the page says is what this is for
        if before is not None and before is not self._namespace["app"]:
            asyncio.run(_visit(before))

    def console(self, block: Block) -> None:
        """Run commands. A server without output runs on, until the next one."""
        for command in parse(block.text):
            if command.text == _START_SERVICE:
                self._start_service()
                continue
            server = _SERVER.match(command.text)
            if server and not command.output:
                self._serve(self._here(command.text), is_quart=bool(server["quart"]))
                continue
            actual = self._terminal.run(self._here(command.text))
            try:
                self._memory.compare(command.output, self._there(actual))
            except Mismatch as error:
                log = self._terminal.log[-2000:]
                raise Mismatch(f"{block}: $ {command.text}\n{error}\n{log}") from None

    def nginx(self, block: Block) -> None:
        """Start nginx with a file that a distribution would include in its ``http`` section."""
        folder = self._project / "nginx"
        folder.mkdir()
        if _CERTIFICATE in block.text:
            live = self._project / _CERTIFICATE.strip("/")
            live.mkdir(parents=True)
            make_certificate(live / "fullchain.pem", live / "privkey.pem")
            self._terminal.trust(live / "fullchain.pem")
        command = fronts.nginx(folder, f"include {self._file(block)};")
        listen, *_ = re.findall(r"listen (\d+)", block.text)
        self._terminal.start(command, self._ports[listen])

    def lighttpd(self, block: Block) -> None:
        """Start lighttpd with a file that a distribution would include in its own."""
        folder = self._project / "lighttpd"
        folder.mkdir()
        command = fronts.lighttpd(folder, f'include "{self._file(block)}"')
        (listen,) = re.findall(r'"socket"\] == ":(\d+)"', block.text)
        self._terminal.start(command, self._ports[listen])

    def html(self, block: Block) -> None:
        """Parse a page, or a template of one."""
        Environment(autoescape=True).parse(block.text)
        HTMLParser().feed(block.text)

    def css(self, block: Block) -> None:
        """See that what is opened is closed."""
        assert block.text.count("{") == block.text.count("}"), block

    def javascript(self, block: Block) -> None:
        """Have Node parse a module."""
        module = self._project / "checked.mjs"
        module.write_text(block.text)
        command = [need_tool("node"), "--check", str(module)]
        result = subprocess.run(command, capture_output=True, check=False, text=True)
        module.unlink()
        assert result.returncode == 0, result.stderr

    def ini(self, block: Block) -> None:
        """Parse a file of sections."""
        configparser.ConfigParser(interpolation=None).read_string(block.text)

    def text(self, block: Block) -> None:
        """Write a file, or remember a tree: what is in it may be made further down the page."""
        if not block.caption:
            self._trees.append(block.text)

    def _file(self, block: Block) -> Path:
        """Return where a file is here. Pages tell where it belongs: beside others, or in /etc."""
        return self._project / block.caption.lstrip("/")

    def _start_service(self) -> None:
        """Run what the unit says. Its socket is systemd's; here it is the server's own."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read(self._project / _UNIT)
        service = parser["Service"]
        program, *options = shlex.split(service["ExecStart"])
        environment = service["Environment"].replace("%C/", f"{self._project}/")
        command = shlex.join([Path(program).name, *options]).replace("--fd 3", "--port 8000")
        folder = self._project / service["WorkingDirectory"].strip("/")
        where = f"cd {folder} && exec env {environment} {self._here(command)}"
        self._terminal.start(["bash", "-c", where], self._port("8000"))

    def _here(self, text: str) -> str:
        """Put what is here into the text of a page."""
        text = re.sub(r" +listen \[::\]:.*\n", "", text)  # there may be no IPv6 here
        text = text.replace(_CERTIFICATE, f"{self._project}{_CERTIFICATE}")
        text = self._memory.to_real(text).replace("/srv/", f"{self._srv}/")
        # Pages speak of buckets that nobody has; tests/e2e/test_store.py has a real one.
        text = text.replace("s3://my-bucket/", f"{self._srv}/")
        text = _PORT.sub(lambda match: self._port(match[0]), text)
        return text.replace(_HOST, f"https://localhost:{self._port('443')}/")

    def _there(self, text: str) -> str:
        """Put what the page says into the text of an output."""
        text = text.replace(f"{self._srv}/", "/srv/").replace(f"{self._project}/", "")
        for shown, real in self._ports.items():
            text = re.sub(rf"\b{real}\b", shown, text)
        return text.replace("https://localhost:443/", _HOST)

    def _port(self, shown: str) -> str:
        if shown not in self._ports:
            self._ports[shown] = str(free_port())
        return self._ports[shown]

    def _serve(self, command: str, *, is_quart: bool) -> None:
        self._terminal.stop()
        if is_quart:
            command += f" --port {self._port('5000')}"
        self._terminal.start(["bash", "-c", f"exec env {command}"], _PORT.findall(command)[0])


HANDLERS: dict[str, Callable[[Reader, Block], None]] = {
    "console": Reader.console,
    "css": Reader.css,
    "html": Reader.html,
    "ini": Reader.ini,
    "javascript": Reader.javascript,
    "lighttpd": Reader.lighttpd,
    "nginx": Reader.nginx,
    "python": Reader.python,
    "text": Reader.text,
}
"""What is done with a block, by its language."""


async def _visit(app: Quart) -> None:
    async with app.test_app() as running:
        client = running.test_client()
        for rule in app.url_map.iter_rules():
            if rule.endpoint.endswith(".gallery") and not rule.arguments:
                response = await client.get(str(rule))
                assert response.status_code in (200, 302, 401, 403), f"{rule}: {response.status}"


def _check_tree(tree: str, project: Path) -> None:
    first, *rows = tree.splitlines()
    root = project if first == PROJECT else REPOSITORY / first
    path: list[str] = []
    for row in rows:
        match = _TREE_ROW.fullmatch(row)
        assert match, f"{row!r} is no row of a tree"
        path[len(match["depth"]) // 4 :] = [match["name"]]
        assert root.joinpath(*path).exists(), f"{'/'.join(path)} is not there"
