"""The whole of it: real processes, faults that hang or break, and nothing that is secret."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from quart_video.command.doctor import examination, loopback
from quart_video.command.doctor.children import look_at_children
from quart_video.command.doctor.examination import bounded, examine
from quart_video.command.doctor.finding import Finding, failure, ok, warning
from quart_video.command.doctor.loopback import look_at_server, ranges_problem
from quart_video.command.doctor.report import as_json, as_text, secrets_of, without_secrets
from quart_video.serve import main

SECRET = "do-not-tell-7f3a"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos/a.mp4").write_bytes(b"x" * 100)
    monkeypatch.setenv("QUART_VIDEO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("QUART_VIDEO_MEDIA_PROCESSES", "1")
    return tmp_path


@pytest.mark.thorough
def test_a_machine_that_works(folder: Path) -> None:
    done = CliRunner().invoke(main, ["doctor", str(folder / "videos"), "--json"])
    report = json.loads(done.stdout)
    assert done.exit_code == 0, done.stdout
    states = {each["check"]: each["state"] for each in report["checks"]}
    assert "failure" not in states.values()
    for check in ("child processes", "server", "cache", "videos", "reading", "settings"):
        assert states[check] == "ok"
    assert all((each["remedy"] is None) is (each["state"] == "ok") for each in report["checks"])
    assert sorted(path.name for path in folder.rglob("*")) == ["a.mp4", "videos"]


@pytest.fixture
def only_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what does not depend on the settings."""

    def nothing(*_: object) -> Iterator[Finding]:
        return iter(())

    for name in ("look_at_installed", "look_at_system", "look_at_children", "look_at_server"):
        monkeypatch.setattr(examination, name, nothing)


@pytest.mark.usefixtures("only_settings")
def test_a_folder_that_is_not_there(folder: Path) -> None:
    done = CliRunner().invoke(main, ["doctor", str(folder / "nowhere")])
    assert done.exit_code == 1
    assert "failure  settings: DIR is " in done.stdout
    assert "which does not exist" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 failure"


@pytest.mark.usefixtures("only_settings")
@pytest.mark.parametrize(
    ("variable", "state", "words"),
    [
        ("QUART_VIDEO_PAGE_SIZE=many", "failure", "QUART_VIDEO_PAGE_SIZE must be a whole"),
        ("QUART_VIDEO_CACHE_SIZE=x", "failure", "QUART_VIDEO_CACHE_SIZE must be a whole"),
        ("QUART_VIDEO_PAGE_SIZ=5", "warning", "Did you mean QUART_VIDEO_PAGE_SIZE?"),
        ("QUART_VIDEO_MAX_TRANSFERS=1000000", "warning", "QUART_VIDEO_MAX_TRANSFERS is 1000000"),
        ("QUART_VIDEO_SIGNED_URL=true", "failure", "QUART_VIDEO_SIGNED_URLS"),
        ("QUART_VIDEO_MEDIA_PROCESSES=0", "warning", "QUART_VIDEO_MEDIA_PROCESSES is 0"),
    ],
)
def test_settings_that_are_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str, state: str, words: str
) -> None:
    monkeypatch.setenv(*variable.split("="))
    found = list(examine(str(folder / "videos")))
    assert any(each.state == state and words in each.told for each in found), found
    assert not any("app.config" in each.told for each in found)


@pytest.mark.usefixtures("only_settings")
@pytest.mark.parametrize(
    "root", [f"s3://key:{SECRET}@bucket/films", f"s3://bucket/films?token={SECRET}", "s3://bucket"]
)
def test_no_secret_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch, root: str) -> None:
    options = {"endpoint": f"http://user:{SECRET}@127.0.0.1:9", "secret_access_key": SECRET}
    monkeypatch.setenv("QUART_VIDEO_STORE_OPTIONS", json.dumps(options))
    monkeypatch.setenv("QUART_VIDEO_STORE_TIMEOUT", "0.1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    found = list(examine(root))
    assert any(each.state == "failure" for each in found)
    for written in (as_json(found, "1"), "\n".join(as_text(found))):
        assert SECRET not in written


def test_what_is_secret() -> None:
    environment = {
        "QUART_VIDEO_SIGNING_KEYS": '["0123456789abcdef", "second-long-key-1"]',
        "QUART_VIDEO_STORE_OPTIONS": '{"deep": {"secret": ["in-a-list"]}, "ok": true}',
        "QUART_VIDEO_STORE_OPTIONS__token": "nested-by-name",
        "QUART_SECRET_KEY": "plain, and no JSON",
        "QUART_VIDEO_TITLE": "Cinema",
        "HOME": "/home/me",
    }
    secrets = secrets_of(environment)
    assert secrets == {
        "0123456789abcdef",
        "second-long-key-1",
        "in-a-list",
        "nested-by-name",
        "plain, and no JSON",
    }
    found = [failure("x", "has 0123456789abcdef in it", "s3://a:b@host/x?sig=1 in-a-list")]
    assert without_secrets(found, secrets) == [
        failure("x", "has ... in it", "s3://...host/x... ...")
    ]


def test_what_hangs_holds_up_nothing() -> None:
    stop = threading.Event()

    def hang() -> Iterator[Finding]:
        yield ok("first", "is told")
        stop.wait(60)

    began = time.monotonic()
    try:
        found = bounded("disk", hang, seconds=0.2)
    finally:
        stop.set()
    assert time.monotonic() - began < 30
    assert [(each.check, each.state) for each in found] == [("first", "ok"), ("disk", "failure")]


def test_what_breaks_is_a_finding() -> None:
    def broken() -> Iterator[Finding]:
        yield ok("first", "is told")
        raise KeyError("x")

    found = bounded("disk", broken)
    assert [(each.check, each.state) for each in found] == [("first", "ok"), ("disk", "failure")]
    assert "KeyError" in found[1].told


def test_the_report() -> None:
    found = [ok("a", "fine"), warning("b", "odd \x1b", "do this"), failure("c", "bad", "do that")]
    plain = list(as_text(found, lambda text, **_: text))
    assert plain == [
        "ok       a: fine",
        "warning  b: odd \\x1b",
        "         do this",
        "failure  c: bad",
        "         do that",
        "1 failure, 1 warning",
    ]
    assert json.loads(as_json(found, "1.0"))["state"] == "failure"
    assert json.loads(as_json(found[:2], "1.0"))["state"] == "warning"
    assert list(as_text([ok("a", "fine")]))[-1] == "All is well"


@pytest.mark.thorough
def test_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    (children,) = look_at_children()
    assert children.state == "failure"
    (server,) = look_at_server()
    assert server.state == "failure"
    assert "it does not start" in server.told


def test_a_server_that_says_why_it_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'Error: no loopback' >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    (server,) = look_at_server()
    assert server.told == "it does not start: Error: no loopback"


DATA = bytes(range(256)) * 16


class Wrong(BaseHTTPRequestHandler):
    """A server that gets one thing wrong."""

    fault = ""

    def do_GET(self) -> None:
        field = self.headers.get("Range", "")
        body, status, where = DATA, 200, ""
        if self.headers.get("If-None-Match") and self.fault != "304":
            body, status = b"", 304
        elif field and self.fault != "ranges":
            is_last = field.startswith("bytes=-")
            start = len(DATA) - 500 if is_last and self.fault != "suffix" else 1000
            stop = len(DATA) if is_last else 2000
            body, status = DATA[start:stop], 206
            where = f"bytes {start}-{stop - 1}/{len(DATA)}"
        if self.fault == "bytes":
            body = body[::-1]
        if self.fault == "whole" and status == 200:
            body = body[:-1]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"x"')
        if where:
            self.send_header("Content-Range", "bytes 0-0/1" if self.fault == "field" else where)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("", None),
        ("ranges", "answers a range with 200"),
        ("bytes", "1000 bytes that are not in it"),
        ("field", "says of a range that it is bytes 0-0/1"),
        ("suffix", "answers the last bytes with 206"),
        ("304", "answers who has the video already with 200"),
        ("whole", "bytes that are not the video"),
    ],
)
def test_servers_that_are_wrong(fault: str, words: str | None) -> None:
    handler = type("Handler", (Wrong,), {"fault": fault})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            problem = ranges_problem(server.server_port, DATA)
        finally:
            server.shutdown()
            thread.join()
    assert problem is None if words is None else words in (problem or "")


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "_ANSWER", 1)
    assert "it does not answer" in (ranges_problem(1, DATA) or "")
