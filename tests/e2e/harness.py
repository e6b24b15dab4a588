"""Real servers as subprocesses: started on a free port, watched, and stopped by their PID."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from tests.e2e.http1 import Http1
from tests.e2e.http2 import Http2
from tests.e2e.reply import Reply, WireError
from tests.support.ports import free_ports

Client = Http1 | Http2
REPOSITORY = Path(__file__).parents[2]
SERVERS = ("hypercorn", "uvicorn", "granian")

HYPERCORN_NEVER_ENDS = pytest.mark.xfail(
    sys.version_info >= (3, 12),
    reason="Hypercorn waits for all connections, with any app: see the guide to deployment",
    raises=(AssertionError, subprocess.TimeoutExpired),
    strict=True,
)
"""On newer Pythons, however long it has been told to wait. Tells of the day that it does end."""

SERVERS_THAT_END = (pytest.param("hypercorn", marks=HYPERCORN_NEVER_ENDS), "uvicorn", "granian")
PEERS = ("hypercorn", "hypercorn-h2", "uvicorn", "granian", "granian-h2")

KERNEL = "uvicorn-kernel"
"""Uvicorn with our protocol, and uvloop."""
KERNELS = (KERNEL, "uvicorn-kernel-asyncio", "uvicorn-kernel+h11")
"""The same with each event loop and parser, for whoever has the time to try them all."""
SLOW_KERNELS = tuple(pytest.param(name, marks=pytest.mark.slow) for name in KERNELS)

_WITHOUT_HTTPTOOLS = (
    "import sys; sys.modules['httptools'] = None; import uvicorn.main; uvicorn.main.main()"
)


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the test, or the module, for want of a tool; where ``CI`` is set that is a failure."""
    reason = f"{what} is missing. {remedy}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)


_NEEDED = {"uvicorn-zttp": "zttp", "daphne": "priority"}
"""A module that a kind of server needs besides, for HTTP/2."""

_PACKAGES = {
    "WebKitWebDriver": "webkit2gtk-driver gstreamer1.0-libav",
    "Xvfb": "xvfb",
    "apache2": "apache2-bin",
    "aria2c": "aria2",
    "cc": "gcc libc6-dev",
    "ffprobe": "ffmpeg",
    "gst-launch-1.0": "gstreamer1.0-tools gstreamer1.0-libav gstreamer1.0-plugins-ugly",
    "mkvmerge": "mkvtoolnix",
    "node": "nodejs",
    "systemd-analyze": "systemd",
    "traffic_server": "trafficserver",
    "varnishd": "varnish",
}


def need_tool(command: str) -> str:
    """Return the path of a program, or skip and say how to install it."""
    # Debian puts servers where root alone looks for programs, though anyone may run them.
    path = shutil.which(command, path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")
    if path is None:
        missing(command, f"Install it with: apt-get install {_PACKAGES.get(command, command)}")
    return path


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Ask again and again until *condition* holds.

    :param seconds: plenty where nothing else runs; a busy machine gets three times as long.
    """
    seconds *= 3
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def make_certificate(certificate: Path, key: Path) -> None:
    """Make a key, and a certificate that nobody has signed."""
    command = [need_tool("openssl"), "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)


def _certificate(folder: Path) -> list[str]:
    """Make a certificate and its key; return the options that name them."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    make_certificate(certificate, key)
    return ["--certfile", str(certificate), "--keyfile", str(key)]


def _uvicorn(kind: str, port: int, python: list[str], app: str) -> list[str]:
    options = ["--port", str(port), "--no-access-log", "--timeout-graceful-shutdown", "1"]
    if kind.startswith(KERNEL):
        options += ["--http", "quart_video.servers.uvicorn:HTTPProtocol"]
        options += ["--loop", "asyncio" if kind.endswith("asyncio") else "uvloop"]
    if kind == "uvicorn-zttp":
        options += ["--http", "zttp", "--http2"]
    if kind.endswith("h11"):
        return [*python[:-1], "-c", _WITHOUT_HTTPTOOLS, *options, app]
    return [*python, "uvicorn", *options, app]


def _command(kind: str, port: int, tls_port: int, folder: Path) -> list[str]:
    app = "tests.e2e.app:app"
    python = [sys.executable, "-W", "default", "-m"]
    if kind.startswith("hypercorn"):
        config = folder / "hypercorn.toml"
        # One connection carries hundreds of these requests; the default is to end it at 1000.
        config.write_text("keep_alive_max_requests = 1000000\ngraceful_timeout = 1\n")
        command = [*python, "hypercorn", "-c", str(config)]
        if kind == "hypercorn":
            return [*command, "-b", f"127.0.0.1:{port}", app]
        binds = ["--bind", f"127.0.0.1:{tls_port}", "--insecure-bind", f"127.0.0.1:{port}"]
        if kind == "hypercorn-quic":
            binds += ["--quic-bind", f"127.0.0.1:{tls_port}"]
        return [*command, *binds, *_certificate(folder), app]
    if kind.startswith("uvicorn"):
        return _uvicorn(kind, port, python, app)
    if kind == "daphne":
        _, certificate, _, key = _certificate(folder)
        tls = f"ssl:{tls_port}:interface=127.0.0.1:privateKey={key}:certKey={certificate}"
        return [*python, "daphne", "-b", "127.0.0.1", "-p", str(port), "-e", tls, app]
    if kind == "gunicorn":
        options = ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "1"]
        options += ["--http-protocols", "h2,h1", "--http2-cleartext", "both"]
        return [*python, "gunicorn", "-k", "asgi", "--no-control-socket", *options, app]
    if kind == "a2wsgi":
        options = ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "1", "--threads", "9"]
        return [*python, "gunicorn", "--no-control-socket", *options, "tests.e2e.wsgi:app"]
    assert kind == "granian"
    options = ["--interface", "asgi", "--port", str(port), "--workers-kill-timeout", "1"]
    return [*python, "granian", *options, app]


class Server:
    """A server of one kind with the app of :mod:`tests.e2e.app`."""

    def __init__(self, kind: str, root: Path, folder: Path, environment: Mapping[str, str]) -> None:
        for package in filter(None, (kind.partition("-")[0], _NEEDED.get(kind))):
            if find_spec(package) is None:
                missing(package, f"Install it with: pip install {package}")
        self.kind, self.root = kind, root
        self.log_file = folder / "stderr.txt"
        self._read = 0
        self._variables = {
            **{key: value for key, value in os.environ.items() if not key.startswith("QUART_")},
            "QUART_MEDIA_ROOT": str(root),
            "QUART_E2E_FILES": str(root),
            "QUART_RESPONSE_TIMEOUT": "1",
            "QUART_VIDEO_CACHE": str(folder / "cache"),
            # It costs time, and gets into what is measured: what is about it turns it on.
            "QUART_VIDEO_SURVEY": "false",
            "PYTHONUNBUFFERED": "1",
            "QUART_E2E_KERNEL_LEAST": "1",  # so that the shortest range is tried, too
            **environment,
        }
        for _ in range(3):
            port, self.tls_port = free_ports(2)
            self.address = ("127.0.0.1", port)
            self._launch(folder)
            try:
                if self._answers():
                    return
            except BaseException:  # as Ctrl-C
                self.stop()
                raise
            self.stop()
            if "in use" not in self.log_file.read_text():
                break  # else someone took the port after it was found free
        raise RuntimeError(f"{kind} does not start:\n{self.log_file.read_text()}")

    def _launch(self, folder: Path) -> None:
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                _command(self.kind, self.address[1], self.tls_port, folder),
                cwd=REPOSITORY,
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _answers(self) -> bool:
        """Wait until the app answers; ``False`` if the process ends instead."""
        media_root = self._variables["QUART_MEDIA_ROOT"]
        mark = hashlib.sha256(media_root.encode()).hexdigest().encode()
        deadline = time.monotonic() + 120
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                client = Http1(self.address, timeout=10)
            except OSError:
                time.sleep(0.03)
                continue
            try:
                return client.request("GET", "/alive").body == mark
            except WireError:
                time.sleep(0.03)
            finally:
                client.close()
        return False

    @property
    def url(self) -> str:
        """The address as a URL, without a slash at its end."""
        return f"http://{self.address[0]}:{self.address[1]}"

    @property
    def tls_url(self) -> str:
        """The address to speak TLS with, which ``hypercorn-tls`` and ``-quic`` have, as a URL."""
        return f"https://localhost:{self.tls_port}"

    @property
    def is_stored(self) -> bool:
        """Whether the media are in an object store, and not on disk."""
        return "://" in self._variables["QUART_MEDIA_ROOT"]

    def pids(self) -> list[int]:
        """Return the processes of the server: itself and its workers."""
        found = [self.process.pid]
        for pid in found:
            # A thread, or a process, that ended just now is passed over.
            with suppress(OSError):
                for children in Path(f"/proc/{pid}/task").glob("*/children"):
                    with suppress(OSError):
                        found += [int(child) for child in children.read_text().split()]
        return found

    def open_media(self) -> list[str]:
        """Return the files below the media root that the server holds open."""
        inside = self.root.resolve()
        found = []
        for pid in self.pids():
            for link in Path(f"/proc/{pid}/fd").glob("*"):
                try:
                    target = link.readlink()
                except OSError:  # closed just now
                    continue
                if target.is_relative_to(inside) and not target.is_dir():
                    found.append(str(target))
        return found

    def memory(self) -> int:
        """Return how many bytes of memory the server uses."""
        total = 0
        for pid in self.pids():
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            total += int(dict(line.split(":", 1) for line in lines)["VmRSS"].split()[0]) * 1024
        return total

    def cpu(self) -> float:
        """Return how many seconds of processor time the server has taken so far."""
        ticks = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def bytes_read(self) -> int:
        """Return how many bytes the server has read so far, of files and of all else."""
        total = 0
        for pid in self.pids():
            lines = Path(f"/proc/{pid}/io").read_text().splitlines()
            total += int(dict(line.split(": ") for line in lines)["rchar"])
        return total

    def wait_idle(self, seconds: float = 20) -> None:
        """Wait until no media is open."""
        wait_until(lambda: not self.open_media(), seconds, f"{self.kind} closes every media")

    def new_log(self) -> str:
        """Return what was logged since this was asked last, which counts as seen."""
        with self.log_file.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        self._read += len(text)
        return text.decode(errors="replace")

    def log_with(self, words: str, seconds: float = 30) -> str:
        """Wait until these words are logged; return what was logged, which counts as seen."""
        text = ""

        def logged() -> bool:
            nonlocal text
            text += self.new_log()
            return words in text

        wait_until(logged, seconds, f"{self.kind} logs {words!r}")
        time.sleep(0.1)  # should it say so twice
        return text + self.new_log()

    def expect_quiet(self) -> None:
        """Fail if the server logged an error that no test has taken note of."""
        text = self.new_log()
        for sign in ("Traceback", "ERROR", "RuntimeWarning", "ResourceWarning", "panicked"):
            assert sign not in text, f"{self.kind} logged:\n{text}"

    def connect_h1(self) -> Http1:
        """Open a connection that speaks HTTP/1.1."""
        return Http1(self.address)

    def stop(self) -> None:
        """End the server: SIGTERM, and SIGKILL to whatever of it still lives after a while.

        Of what has lost its parent, as of a killed one, Python's resource tracker is the last to
        go: it removes what the others shared.
        """
        pids = self.pids()
        self.process.terminate()
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(8)
        with suppress(AssertionError):
            wait_until(lambda: not any(map(self._is_ours, pids[1:])), 2, "its workers end")
        for pid in filter(self._is_ours, pids[1:]):
            os.kill(pid, signal.SIGKILL)

    def _is_ours(self, pid: int) -> bool:
        """Tell whether a PID seen earlier still is a worker of this server."""
        try:
            return f"={self.root}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False


class Peer:
    """A server and the HTTP version to speak with it. Connections are used again."""

    def __init__(self, server: Server, version: int) -> None:
        self.server, self.version = server, version
        self._client: Client | None = None
        self._tags: dict[str, str] = {}

    def request(self, method: str, target: str | bytes, *fields: tuple[str, str]) -> Reply:
        """Send a request on the connection at hand and return the response."""
        try:
            if self._client is not None and not self._client.reusable():
                self.close()
            if self._client is None:
                self._client = self.connect()
            return self._client.request(method, target, fields)
        except BaseException:
            self.close()
            raise

    def get(self, target: str | bytes, *fields: tuple[str, str]) -> Reply:
        """Send a GET and return the response."""
        return self.request("GET", target, *fields)

    def tag(self, target: str) -> str:
        """Return the entity tag of a media that no test changes."""
        if target not in self._tags:
            self._tags[target] = self.request("HEAD", target)["ETag"]
        return self._tags[target]

    def connect(self, *, receive_buffer: int | None = None) -> Client:
        """Open a connection of its own."""
        client = Http2 if self.version == 2 else Http1
        return client(self.server.address, receive_buffer=receive_buffer)

    def close(self) -> None:
        """Close the connection at hand."""
        if self._client is not None:
            self._client.close()
            self._client = None


class Servers:
    """Starts each server once, when first asked for it, and stops them all in the end."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root, self._folder = root, folder
        self._running: dict[tuple[str, ...], Server] = {}
        self._peers: dict[tuple[str, ...], Peer] = {}

    def server(self, kind: str, **environment: str) -> Server:
        """Return the server of this kind and with this environment."""
        key = (kind, *(f"{name}={value}" for name, value in sorted(environment.items())))
        if key not in self._running:
            folder = self._folder / str(len(self._running))
            folder.mkdir(parents=True)
            self._running[key] = Server(kind, self._root, folder, environment)
        return self._running[key]

    def peer(self, name: str, **environment: str) -> Peer:
        """Return the peer of a name in :data:`PEERS`."""
        kind, _, version = name.partition("-h")
        server = self.server(kind, **environment)
        key = (name, server.url)
        return self._peers.setdefault(key, Peer(server, int(version or 1)))

    def expect_quiet(self) -> None:
        """Fail if any server logged an error that no test has taken note of."""
        for server in self._running.values():
            server.expect_quiet()

    def stop(self) -> None:
        """Stop all."""
        for peer in self._peers.values():
            peer.close()
        with ThreadPoolExecutor(len(self._running) or 1) as pool:
            list(pool.map(Server.stop, self._running.values()))
