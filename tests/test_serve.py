"""``quart-video serve``: a real process, asked as a browser and a player would."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner
from quart import Quart

from quart_video.command.folder_app import Given, make_app
from quart_video.serve import main
from tests.e2e.harness import REPOSITORY, wait_until
from tests.support.ports import free_port

pytestmark = pytest.mark.thorough

COMMAND = [sys.executable, "-m", "quart_video.serve", "serve"]
WITHOUT_EXTRA = (
    "import sys; sys.modules['uvicorn'] = None; import quart_video.serve; quart_video.serve.main()"
)
COMMANDS = {"uvicorn": COMMAND, "hypercorn": [sys.executable, "-c", WITHOUT_EXTRA, "serve"]}


def interrupt(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)


def hang_up(process: subprocess.Popen[bytes]) -> None:
    """Tell all of them, as a terminal does that closes."""
    os.killpg(process.pid, signal.SIGHUP)


@contextmanager
def serving(
    folder: Path | str,
    cache: Path,
    *options: str,
    command: list[str] = COMMAND,
    cwd: Path | None = None,
    end: Callable[[subprocess.Popen[bytes]], None] = interrupt,
) -> Iterator[tuple[int, Path]]:
    """Serve a folder; yield the port, and what is printed."""
    port, log, browser = free_port(), cache / "log.txt", cache / "browser"
    browser.write_text('#!/bin/sh\necho "opened $1"\n')
    browser.chmod(0o755)
    environment = {
        "XDG_CACHE_HOME": str(cache),
        "QUART_VIDEO_PAGE_SIZE": "2",
        "BROWSER": f"{browser} %s",
        "PYTHONPATH": str(REPOSITORY),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, str(folder), "--port", str(port), *options],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield port, log
    finally:
        end(process)
        try:
            process.wait(timeout=20)
        finally:
            process.kill()


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port)).close()


def raw(port: int, request: bytes) -> bytes:
    """Send bytes, and return the answer, which ends with the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def once(port: int, target: str, *, host: str = "127.0.0.1", **headers: str) -> tuple[int, bytes]:
    connection = HTTPConnection(host, port, timeout=20)
    try:
        connection.request("GET", target, headers={"Connection": "close", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def get(port: int, target: str, **headers: str) -> tuple[int, bytes]:
    """Ask until somebody answers."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return once(port, target, **headers)
        except ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "2024"  # a name that is a number is a name
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.mp4").write_bytes(name.encode() * 100)
    return folder


@pytest.fixture(params=COMMANDS)
def server(request: pytest.FixtureRequest) -> str:
    """Return the name of each server that it may run on."""
    name: str = request.param
    return name


def workers_of(log: Path) -> set[int]:
    """Return the processes that serve: those that listen, but for the one that began them."""
    (parent,) = (
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if _writes_to(process, log) and _parent_of(process) == os.getpid()
    )
    return {
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if _parent_of(process) == parent and _command_of(process).find(b"spawn_main") >= 0
    }


def _writes_to(process: Path, log: Path) -> bool:
    try:
        return (process / "fd/1").readlink() == log
    except OSError:
        return False


def _parent_of(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command_of(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.sample(2)
def test_a_folder_is_served(folder: Path, tmp_path: Path, workers: str, server: str) -> None:
    options = ["--workers", workers, "--open"]
    with serving(folder, tmp_path, *options, command=COMMANDS[server]) as (port, log):
        wait_until(lambda: b"is served at" in log.read_bytes(), 60, "it says so")
        status, page = once(port, "/", Accept="text/html")  # who is told may come at once
        assert len(workers_of(log)) == int(workers)
        assert status == 200
        assert b"<h1><bdi>2024</bdi></h1>" in page
        listing = json.loads(get(port, "/-/api/videos")[1])
        assert [video["url"] for video in listing["videos"]] == ["/a.mp4", "/b.mp4"]
        assert listing["total"] == 3
        assert get(port, "/b.mp4", Range="bytes=-5") == (206, b"bbbbb")
        assert get(port, "/-/watch/c.mp4")[0] == 200
        assert get(port, "/nothing.mp4")[0] == 404
        assert get(port, "/favicon.ico")[0] == 308
        assert get(port, "/robots.txt")[1].startswith(b"User-agent: *\nDisallow: /-/api/\n")
        opened = f"opened http://127.0.0.1:{port}/"
        wait_until(lambda: opened in log.read_text(), 30, "the browser is opened")
    printed = log.read_text()
    assert f"{folder} is served at http://127.0.0.1:{port}/" in printed
    assert "Traceback" not in printed
    assert not list(folder.glob("*[!4]"))  # nothing is left among the videos
    assert (tmp_path / "quart-video" / "catalogue").is_dir()


@pytest.mark.sample(1)
def test_by_which_server(folder: Path, tmp_path: Path, server: str) -> None:
    with serving(folder, tmp_path, command=COMMANDS[server]) as (port, _):
        get(port, "/")
        answer = raw(port, b"GET /a.mp4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert f"\r\nserver: {server}".encode() in answer


@pytest.mark.slow
def test_a_page_elsewhere_is_not_let_in_by_its_own_name(
    folder: Path, tmp_path: Path, server: str
) -> None:
    command = COMMANDS[server]
    with serving(folder, tmp_path, command=command) as (port, _):
        assert get(port, "/")[0] == 200
        for host in ("localhost", "127.0.0.1", "[::1]", "videos.localhost", "LOCALHOST"):
            assert get(port, "/a.mp4", Host=f"{host}:{port}")[0] == 200
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "1.2.3.4"):
            for target in ("/", "/a.mp4", "/-/api/videos", "/-/static/gallery.css"):
                status, body = get(port, target, Host=f"{host}:{port}")
                assert (status, b"--host" in body) == (421, True)
        # What Werkzeug takes for no name is no name of this machine, either.
        for field in (
            f"evil_site.example:{port}",
            f"evil~site.example:{port}",
            f"evil.example:{port}:{port}",
            "evil.example:0",
            "evil.example:",
            "evil.example:99999",
            "localhost:99999",
            "localhost:",
            "a_b.example.localhost.example",
            "_",
            "[::1",
            " ",
            "",
        ):
            status, body = get(port, "/-/api/videos", Host=field)
            assert (status, b"--host" in body) == (421, True), field
        # A client that old tells no name, and a browser always does.
        assert raw(port, b"GET /a.mp4 HTTP/1.0\r\n\r\n").endswith(b"a" * 100)
        assert raw(port, b"GET /a.mp4 HTTP/1.0\r\nHost: x_\r\n\r\n").startswith(b"HTTP/1.1 421")
        # Uvicorn leaves it to the app to mind that there is no name.
        refused = b"HTTP/1.1 421" if server == "uvicorn" else b"HTTP/1.1 400"
        assert raw(port, b"GET /a.mp4 HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(refused)
    with serving(folder, tmp_path, "--host", "0.0.0.0", command=command) as (port, _):  # noqa: S104
        assert get(port, "/a.mp4", Host="cinema.example")[0] == 200


@pytest.mark.slow
def test_nothing_in_the_folder_is_run(folder: Path, tmp_path: Path) -> None:
    for name in ("quart_video", "multiprocessing", "watchfiles", "av"):
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w').close()")
    script = tmp_path / "quart-video"  # as pip makes one
    script.write_text(
        "from quart_video.serve import main\nif __name__ == '__main__':\n    main()\n"
    )
    command = [sys.executable, str(script), "serve"]
    with serving(".", tmp_path, command=command, cwd=folder) as (port, _):
        assert json.loads(get(port, "/-/api/videos?recursive=1")[1])["total"] == 3
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_it_ends_when_the_terminal_closes(folder: Path, tmp_path: Path, server: str) -> None:
    options = ["--workers", "2"]
    with serving(folder, tmp_path, *options, command=COMMANDS[server], end=hang_up) as (port, log):
        get(port, "/")
    assert len(log.read_text().splitlines()) == 1
    with pytest.raises(ConnectionRefusedError):
        connect(port)


@pytest.mark.slow
def test_it_goes_on_without_a_terminal_if_that_is_asked_for(folder: Path, tmp_path: Path) -> None:
    def end(process: subprocess.Popen[bytes]) -> None:
        hang_up(process)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        process.terminate()

    with serving(folder, tmp_path, command=["nohup", *COMMAND], end=end) as (port, _):
        get(port, "/")


@pytest.mark.parametrize(
    ("sign", "after"), [(signal.SIGTERM, 0), (signal.SIGTERM, 0.3), (signal.SIGINT, 1)]
)
@pytest.mark.sample(2)
def test_it_can_be_ended_at_once(
    folder: Path, tmp_path: Path, server: str, after: float, sign: signal.Signals
) -> None:
    """However many of its processes there are by then, and whatever they do."""

    def end(process: subprocess.Popen[bytes]) -> None:
        wait_until(lambda: bool(workers_of(log)), 30, "it begins")
        time.sleep(after)
        process.send_signal(sign)
        assert process.wait(timeout=20) == 0
        with pytest.raises(ConnectionRefusedError):
            connect(port)

    options = ["--workers", "2"]
    with serving(folder, tmp_path, *options, command=COMMANDS[server], end=end) as (port, log):
        pass
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(
    folder: Path, tmp_path: Path, server: str, workers: str
) -> None:
    options = ["--workers", workers]
    with serving(folder, tmp_path, *options, command=COMMANDS[server]) as (port, log):
        get(port, "/")
        before = workers_of(log)
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        told = f"The process {killed}, which served, has ended by SIGKILL. Another takes its place."
        wait_until(lambda: told in log.read_text(), 20, "it is told of")
        wait_until(lambda: len(workers_of(log) - before) == 1, 20, "another takes its place")
        for _ in range(10):
            assert get(port, "/a.mp4")[0] == 200


@pytest.mark.sample(1)
def test_workers_that_cannot_live(folder: Path, tmp_path: Path, server: str) -> None:
    """It ends with a status that systemd's Restart=on-failure takes for one."""

    def end(process: subprocess.Popen[bytes]) -> None:
        for _ in range(3):
            wait_until(lambda: bool(workers_of(log) - seen), 20, "one begins")
            killed = max(workers_of(log) - seen)
            seen.add(killed)
            os.kill(killed, signal.SIGKILL)
        assert process.wait(timeout=20) == 1

    seen: set[int] = set()
    with serving(folder, tmp_path, command=COMMANDS[server], end=end) as (_, log):
        pass
    assert "It is the third to end soon, so all end." in log.read_text()


@pytest.mark.slow
def test_no_worker_is_left_behind(folder: Path, tmp_path: Path, server: str) -> None:
    """Not even where the command was killed, and could end none of them."""

    def end(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        wait_until(lambda: not any(map(_lives, before)), 20, "they end")

    with serving(folder, tmp_path, command=COMMANDS[server], end=end) as (port, log):
        get(port, "/")
        before = workers_of(log)
        assert before


def _lives(pid: int) -> bool:
    return _command_of(Path(f"/proc/{pid}")) != b""


@pytest.mark.slow
def test_a_folder_of_any_name(folder: Path, tmp_path: Path) -> None:
    odd = folder.rename(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \x1b[31m"))
    with serving(odd, tmp_path) as (port, log):
        status, page = get(port, "/")
        assert status == 200
        assert "caf\N{REPLACEMENT CHARACTER} ".encode() in page
    assert b"\x1b" not in log.read_bytes()


def test_settings_that_cannot_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUART_VIDEO_PAGE_SIZE", "zero")
    result = CliRunner().invoke(main, ["serve", str(folder), "--port", str(free_port())])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "QUART_VIDEO_PAGE_SIZE must be a whole number" in result.output
    assert "config" not in result.output


def test_what_cannot_be_served(folder: Path, tmp_path: Path) -> None:
    def told(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["serve", *arguments])
        assert result.exit_code != 0
        return result.output

    assert "does not exist" in told(str(tmp_path / "nowhere"))
    assert "is a file" in told(str(folder / "a.mp4"))
    with serving(folder, tmp_path) as (port, _):
        get(port, "/")
        told_of = told(str(folder), "--port", str(port))
        assert f"The port {port} of 127.0.0.1 is taken by another program. Try --port " in told_of
        assert "is served" not in told_of


def test_a_link_that_is_turned_to_another_folder(folder: Path, tmp_path: Path) -> None:
    """As programs do that publish a new state of a folder at once."""
    link, other = tmp_path / "current", tmp_path / "other"
    link.symlink_to(folder)
    other.mkdir()
    (other / "new.mp4").write_bytes(b"new")
    with serving(link, tmp_path) as (port, _):
        assert get(port, "/new.mp4")[0] == 404
        (tmp_path / "next").symlink_to(other)
        (tmp_path / "next").rename(link)
        assert get(port, "/new.mp4")[0] == 200
        wait_until(
            lambda: b"new.mp4" in get(port, "/-/api/videos?recursive=1")[1],
            30,
            "the other folder is listed",
        )


@pytest.mark.slow
def test_without_semaphores(folder: Path, tmp_path: Path, server: str) -> None:
    """As where /dev/shm is missing, or cannot be written to."""
    program = (
        "import sys, _multiprocessing\n"
        "class SemLock:\n"
        "    SEM_VALUE_MAX = _multiprocessing.SemLock.SEM_VALUE_MAX\n"
        "    def __new__(cls, *_): raise OSError(30, 'Read-only file system')\n"
        "_multiprocessing.SemLock = SemLock\n"
    ) + (
        WITHOUT_EXTRA
        if server == "hypercorn"
        else "import quart_video.serve as serve; serve.main()"
    )
    command = [sys.executable, "-c", program, "serve"]
    with serving(folder, tmp_path, "--workers", "2", command=command) as (port, log):
        assert get(port, "/-/health")[0] == 200
        assert len(workers_of(log)) == 2
    assert "Traceback" not in log.read_text()


def test_a_user_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_CACHE_HOME", "QUART_VIDEO_CACHE"):
        monkeypatch.delenv(name, raising=False)
    given = Given(tmp_path)
    defaults = {k: v for k, v in Quart.default_config.items() if k != "VIDEO_CACHE"}
    monkeypatch.setattr(Quart, "default_config", defaults)
    assert make_app(given).config["VIDEO_CACHE"].endswith("/.cache/quart-video")
    monkeypatch.setattr(Path, "home", no_home)
    assert "VIDEO_CACHE" not in make_app(given).config
    monkeypatch.setenv("QUART_VIDEO_CACHE", "given")
    assert make_app(given).config["VIDEO_CACHE"] == "given"
