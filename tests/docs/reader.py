"""A reader who follows one page to the letter: types its files and commands, and looks at what comes.

The pages speak of ``/srv/...``, of ports such as 5000 and of whole clips. For each page these are
folders below a temporary one, ports the system chose, and the clips of the example.
"""

from __future__ import annotations

import asyncio
import configparser
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import Environment
from quart import Quart

from tests.docs.blocks import REPOSITORY, Block
from tests.docs.transcripts import Memory, Mismatch, parse
from tests.e2e.harness import need_tool

CLIPS = REPOSITORY / "example" / "videos"
CLIPS_DATE = 1_750_000_000  # of every clip, so that the pages can show it
FOLDERS = ("courses", "films", "talks", "videos")  # there is no other below /srv
COMMAND_SECONDS = 60
SHUTDOWN_SECONDS = 10

_PORT = re.compile(r"(?<=localhost:)\d+|(?<=127\.0\.0\.1:)\d+|(?<=--port )\d+|(?<=listen )\d+")
_SERVER = re.compile(r"(\w+=\S+ )*(quart (--app \S+ )?run|hypercorn|uvicorn|granian)\b")
_TREE_ROW = re.compile(r"(?P<depth>(?:│   |    )*)[├└]── (?P<name>\S+)(  +.*)?")


class Reader:
    """Follows one page, block by block."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self._srv = folder / "srv"
        self._ports: dict[str, str] = {}
        self._memory = Memory()
        self._namespace: dict[str, Any] = {"__name__": "snippet"}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._log = folder / "log.txt"
        self._trees: list[str] = []
        self.project.mkdir()
        for name in FOLDERS:
            shutil.copytree(CLIPS, self._srv / name)
        (self.project / "videos").mkdir()
        shutil.copy(CLIPS / "Welcome.mp4", self.project / "videos")
        for clip in folder.rglob("*.*"):
            os.utime(clip, (CLIPS_DATE, CLIPS_DATE))

    def follow(self, block: Block) -> None:
        """Do what a block says.

        :raises Mismatch: what comes is not what the page shows.
        """
        if block.caption:
            self._write(block.caption, self._here(block.text))
        HANDLERS[block.language](self, block)

    def finish(self) -> None:
        """Look at what can only be judged at the end of the page."""
        self._use_app()
        for tree in self._trees:
            self._check_tree(tree)

    def close(self) -> None:
        """End what was started."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(SHUTDOWN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(SHUTDOWN_SECONDS)
        self._processes.clear()

    # What the page says, and what is here

    def _here(self, text: str) -> str:
        """Put what is here into the text of a page."""
        text = self._memory.to_real(text).replace("/srv/", f"{self._srv}/")
        return _PORT.sub(lambda match: self._ports.setdefault(match[0], _free_port()), text)

    def _there(self, text: str) -> str:
        """Put what a page says into the text of an output."""
        text = text.replace(f"{self._srv}/", "/srv/").replace(f"{self.project}/", "")
        for shown, real in self._ports.items():
            text = re.sub(rf"\b{real}\b", shown, text)
        return text

    def _write(self, name: str, text: str) -> None:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    # One method for each language

    def _python(self, block: Block) -> None:
        """Run a snippet. A file is only run where the page runs it, but has to be valid."""
        # Lines are counted from the top of the page, so that a traceback leads there.
        code = compile("\n" * (block.line - 1) + self._here(block.text), f"{block.page}.md", "exec")
        if block.caption:
            return
        before = self._namespace.get("app")
        exec(code, self._namespace)  # noqa: S102 - running what the page says is what this is for
        if before is not None and before is not self._namespace["app"]:
            self._use_app(before)

    def _use_app(self, app: Quart | None = None) -> None:
        """Start the app a snippet made, and ask for the front page of each library in it."""
        app = app or self._namespace.get("app")
        if app is not None:
            asyncio.run(_visit(app))

    def _console(self, block: Block) -> None:
        for command in parse(block.text):
            if _SERVER.match(command.text) and not command.output:
                self._serve(self._here(command.text))
                continue
            actual = self._run(self._here(command.text))
            try:
                self._memory.compare(command.output, self._there(actual))
            except Mismatch as error:
                log = self._log.read_text(errors="replace") if self._log.exists() else ""
                raise Mismatch(f"{block}: $ {command.text}\n{error}\n{log[-2000:]}") from None

    def _html(self, block: Block) -> None:
        Environment(autoescape=True).parse(block.text)
        HTMLParser().feed(block.text)

    def _nginx(self, block: Block) -> None:
        """Start nginx with a file that a distribution would include in its ``http`` section."""
        nginx = need_tool("nginx", "nginx-light")
        folder = self.project / "nginx"
        folder.mkdir()
        kinds = ("client_body", "fastcgi", "proxy", "scgi", "uwsgi")
        paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        include = f"include {self.project / block.caption};"
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log stderr;\n"
            f"events {{}}\nhttp {{ access_log off;\n{paths}{include} }}\n"
        )
        command = [nginx, "-e", "stderr", "-c", str(folder / "nginx.conf")]
        test = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
        assert test.returncode == 0, f"{block}: {test.stderr}"
        self._start(command, _PORT.findall(self._here("listen 8080"))[0])

    def _text(self, block: Block) -> None:
        if block.caption:
            return
        assert "├── " in block.text or "└── " in block.text, f"{block}: only trees are plain text"
        self._trees.append(block.text)

    def _css(self, block: Block) -> None:
        assert block.text.count("{") == block.text.count("}"), block

    def _json(self, block: Block) -> None:
        json.loads(block.text)

    def _toml(self, block: Block) -> None:
        tomllib.loads(block.text)

    def _ini(self, block: Block) -> None:
        configparser.ConfigParser(interpolation=None).read_string(block.text)

    def _vtt(self, block: Block) -> None:
        assert block.text.startswith("WEBVTT\n"), block

    # The terminal

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUART_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**kept, "HOME": str(self.project), "PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _run(self, command: str) -> str:
        for tool in re.findall(r"(?:^|\| )(curl|ffmpeg|ffprobe|wget)\b", command):
            need_tool(tool, {"ffprobe": "ffmpeg"}.get(tool))
        result = subprocess.run(
            ["bash", "-c", command],
            cwd=self.project,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return result.stdout.decode(errors="replace")

    def _serve(self, command: str) -> None:
        """Start a server in the place of the one before."""
        self.close()
        if "run" in command.split():
            port = self._ports.setdefault("5000", _free_port())
            command += f" --port {port}"
        else:
            port = _PORT.findall(command)[0]
        self._start(["bash", "-c", f"exec env {command}"], port)

    def _start(self, command: list[str], port: str) -> None:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=self.project,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._processes.append(process)
        deadline = time.monotonic() + COMMAND_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", int(port)), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"{command} does not answer:\n{self._log.read_text()}")

    def _check_tree(self, tree: str) -> None:
        path: list[str] = []
        for row in tree.splitlines()[1:]:
            match = _TREE_ROW.fullmatch(row)
            assert match, row
            path[len(match["depth"]) // 4 :] = [match["name"]]
            assert self.project.joinpath(*path).exists(), f"{'/'.join(path)} is not there"


HANDLERS: dict[str, Callable[[Reader, Block], None]] = {
    "console": Reader._console,
    "css": Reader._css,
    "html": Reader._html,
    "ini": Reader._ini,
    "json": Reader._json,
    "nginx": Reader._nginx,
    "python": Reader._python,
    "text": Reader._text,
    "toml": Reader._toml,
    "vtt": Reader._vtt,
}
"""What is done with a block, by its language."""


async def _visit(app: Quart) -> None:
    async with app.test_app() as running:
        client = running.test_client()
        for rule in app.url_map.iter_rules():
            if rule.endpoint.endswith(".gallery") and not rule.arguments:
                response = await client.get(str(rule))
                assert response.status_code in (200, 302, 401, 403), f"{rule}: {response.status}"


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
