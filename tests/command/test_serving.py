"""What ``quart-video serve`` says of where it serves."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import TextIO

import pytest

from quart_video.command import serving
from quart_video.command.folder_app import Given, make_app, mount_of
from quart_video.servers import listening as listening_module
from quart_video.servers.addresses import Address
from quart_video.servers.listening import Listening, listen
from quart_video.servers.supervisor import Supervisor

NETWORK = [Address("lo", ip_address("127.0.0.1")), Address("wlan0", ip_address("10.0.0.7"))]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> list[Address]:
    """Return the addresses of the machine, which may be changed."""
    found = list(NETWORK)
    monkeypatch.setattr(listening_module, "all_addresses", lambda: found)
    monkeypatch.setattr(listening_module, "main_addresses", list)
    return found


@pytest.fixture
def everywhere(network: list[Address]) -> Iterator[Listening]:
    found = listen("0.0.0.0", None)  # noqa: S104 - nobody is answered
    with found.socket:
        yield found


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


def announce(
    place: Listening,
    screen: TextIO | None = None,
    *,
    qr: bool | None = None,
    folder: str = "/srv/v",
) -> None:
    with redirect_stdout(screen or sys.stdout):
        serving._announce(Given(Path(folder)), place, qr=qr)  # noqa: SLF001


def test_a_phone_is_told_where_to_go(
    everywhere: Listening, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(everywhere)
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        f"/srv/v is served at http://10.0.0.7:{everywhere.port}/ (Ctrl-C ends it)",
        f"On this machine, it is http://localhost:{everywhere.port}/",
    ]
    assert told.err == "Everyone who can reach this machine can see it.\n"


def test_all_of_its_addresses_are_told(
    everywhere: Listening, network: list[Address], capsys: pytest.CaptureFixture[str]
) -> None:
    network.append(Address("eth0", ip_address("192.168.1.2")))
    announce(everywhere)
    assert capsys.readouterr().out.splitlines() == [
        "/srv/v is served (Ctrl-C ends it) at",
        f"  http://10.0.0.7:{everywhere.port}/",
        f"  http://192.168.1.2:{everywhere.port}/",
        f"On this machine, it is http://localhost:{everywhere.port}/",
    ]


def test_a_machine_without_a_network(
    everywhere: Listening, network: list[Address], capsys: pytest.CaptureFixture[str]
) -> None:
    network.clear()
    announce(everywhere, folder="/srv/\x1b[2J")
    assert capsys.readouterr().out == (
        f"/srv/\\x1b[2J is served at http://localhost:{everywhere.port}/ (Ctrl-C ends it). "
        "This machine is on no network.\n"
    )


def test_a_terminal_shows_a_code(everywhere: Listening, screen: Terminal) -> None:
    pytest.importorskip("segno")
    announce(everywhere, screen)
    assert screen.getvalue().count("\x1b[38;5;231;48;5;16m") > 10


@pytest.mark.parametrize(
    ("variables", "qr", "codes", "colors"),
    [
        ({}, False, False, False),
        ({"NO_COLOR": "1"}, None, False, False),
        ({"NO_COLOR": ""}, None, False, False),
        ({"NO_COLOR": "1"}, True, True, False),
        ({"COLUMNS": "20"}, None, False, False),
        ({"COLUMNS": "20"}, True, True, True),
    ],
)
def test_when_a_code_is_drawn(
    everywhere: Listening,
    screen: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    qr: bool | None,  # noqa: FBT001 - of a table
    *,
    codes: bool,
    colors: bool,
) -> None:
    pytest.importorskip("segno")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    announce(everywhere, screen, qr=qr)
    assert ("\u2588" in screen.getvalue(), "\x1b" in screen.getvalue()) == (codes, colors)


def test_a_program_that_reads_it_gets_no_code(
    everywhere: Listening, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(everywhere)
    assert "\u2588" not in capsys.readouterr().out
    announce(everywhere, qr=True)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert pytest.importorskip("segno") is None or "\u2588" in shown


def test_a_code_without_what_draws_it(
    everywhere: Listening,
    screen: Terminal,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    announce(everywhere, screen)
    assert "segno" not in capsys.readouterr().err
    announce(everywhere, screen, qr=True)
    assert 'pip install "quart-video[serve]"' in capsys.readouterr().err


@pytest.mark.parametrize("output", ["/dev/full", "a pipe that nobody reads"])
def test_who_reads_no_further_is_served_all_the_same(everywhere: Listening, output: str) -> None:
    if output == "/dev/full":
        with Path(output).open("w", encoding="utf-8") as full:
            announce(everywhere, full)
    else:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            announce(everywhere, pipe)


@pytest.mark.parametrize(
    ("there", "processes", "is_told"), [(False, None, True), (False, 0, False), (True, None, False)]
)
async def test_the_extra_for_what_is_inside_is_named_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    there: bool,  # noqa: FBT001 - of a table
    processes: int | None,
    *,
    is_told: bool,
) -> None:
    monkeypatch.setattr(serving, "available", lambda: there)
    monkeypatch.setattr(Supervisor, "run", lambda _: 0)
    monkeypatch.setenv("QV_SERVE", "")
    monkeypatch.chdir(tmp_path)
    given = Given(tmp_path)
    settings = (await mount_of(app := make_app(given)).library(app)).settings
    await mount_of(app).close()
    settings = replace(settings, media_processes=processes)
    with listen("127.0.0.1", None).socket as socket:
        place = Listening(socket, "127.0.0.1")
        assert serving.run(given, settings, place, workers=1, opens=False, qr=None) == 0
    assert ('pip install "quart-video[media]"' in capsys.readouterr().err) is is_told
