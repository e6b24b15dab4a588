"""Where it is listened, and what is said where that cannot be."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_address

import pytest

from quart_video.servers import listening
from quart_video.servers.addresses import Address, all_addresses, main_addresses, reachable
from quart_video.servers.listening import CannotListenError, is_loopback, is_unspecified, listen


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def told(host: str, port: int | None) -> str:
    with pytest.raises(CannotListenError) as error:
        listen(host, port)
    return str(error.value)


def test_the_next_free_port_is_taken(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    first = stack.enter_context(listen("127.0.0.1", None).socket).getsockname()[1]
    monkeypatch.setattr(listening, "PORT", first)
    found = listen("127.0.0.1", None)
    stack.enter_context(found.socket)
    assert first < found.port < first + 100


def test_a_port_that_was_asked_for_is_no_other(stack: ExitStack) -> None:
    port = stack.enter_context(listen("127.0.0.1", None).socket).getsockname()[1]
    text = told("127.0.0.1", port)
    assert text.startswith(f"The port {port} of 127.0.0.1 is taken by another program. Try --port ")
    hint = int(text.partition("Try --port ")[2].partition(",")[0])
    stack.enter_context(listen("127.0.0.1", hint).socket)  # it is free


def test_all_of_them_are_taken(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    first = stack.enter_context(listen("127.0.0.1", None).socket).getsockname()[1]
    monkeypatch.setattr(listening, "PORT", first)
    monkeypatch.setattr(listening, "_TRIES", 1)
    assert told("127.0.0.1", None) == (
        f"The ports {first} to {first} of 127.0.0.1 are all taken by other programs. "
        "Name another with --port."
    )


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("no-such-host.invalid", "--host no-such-host.invalid is a name that nobody knows"),
        ("203.0.113.250", "--host 203.0.113.250 is no address of this machine. Give one of"),
        ("2001:db8::250", "--host 2001:db8::250 is no address of this machine. Give one of"),
    ],
)
def test_a_host_that_is_none_of_this_machine(host: str, words: str) -> None:
    assert told(host, None).startswith(words)


def test_a_port_for_root_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    assert told("127.0.0.1", 80).startswith("This user may not listen on --port 80. Try one from")
    assert told("127.0.0.1", 8080) == (
        "Cannot listen on --host 127.0.0.1 --port 8080: Permission denied."
    )


def test_everywhere_is_ipv4_as_well(stack: ExitStack) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this system has no such sockets")
    found = listen("::", None)
    stack.enter_context(found.socket)
    for host in ("127.0.0.1", "::1"):
        socket.create_connection((host, found.port), timeout=5).close()


def test_the_addresses_of_one_host() -> None:
    found = listen("127.0.0.1", None)
    with found.socket:
        assert found.urls() == [f"http://127.0.0.1:{found.port}/"]
        assert (found.is_local, found.is_everywhere) == (True, False)


@pytest.mark.parametrize(
    ("host", "loopback", "unspecified"),
    [
        ("127.0.0.2", True, False),
        ("::1", True, False),
        ("localhost", True, False),
        ("0.0.0.0", False, True),  # noqa: S104 - it is only read
        ("::", False, True),
        ("", False, True),
        ("cinema.example", False, False),
    ],
)
def test_kinds_of_hosts(host: str, *, loopback: bool, unspecified: bool) -> None:
    assert (is_loopback(host), is_unspecified(host)) == (loopback, unspecified)


def addresses(**given: str) -> list[Address]:
    return [
        Address(interface.replace("_", "-"), ip_address(ip))
        for interface, ips in given.items()
        for ip in ips.split()
    ]


@pytest.mark.parametrize(
    ("given", "main", "expected"),
    [
        pytest.param({"eth0": "10.0.0.2"}, "10.0.0.2", "10.0.0.2", id="one"),
        pytest.param({"lo": "127.0.0.1 ::1"}, "", "", id="loopback"),
        pytest.param({"eth0": "169.254.3.4 fe80::1"}, "", "", id="link-local"),
        pytest.param({"eth0": "fd00::2 10.0.0.2"}, "", "10.0.0.2 fd00::2", id="ipv4-first"),
        pytest.param(
            {"wlan0": "10.0.0.2", "eth0": "192.168.1.5"},
            "192.168.1.5",
            "192.168.1.5 10.0.0.2",
            id="main-first",
        ),
        pytest.param(
            {"eth0": "10.0.0.2", "docker0": "172.17.0.1", "br_1f": "172.18.0.1"},
            "",
            "10.0.0.2",
            id="containers",
        ),
        pytest.param({}, "172.17.0.5", "172.17.0.5", id="nothing-told"),
    ],
)
def test_which_addresses_others_can_use(given: dict[str, str], main: str, expected: str) -> None:
    found = reachable(addresses(**given), [ip_address(ip) for ip in main.split()])
    assert [str(ip) for ip in found] == expected.split()


def test_no_ipv6_where_nobody_listens_on_it() -> None:
    assert reachable(addresses(eth0="fd00::2"), [], ipv6=False) == []


def test_the_system_tells_its_addresses() -> None:
    found = all_addresses()
    assert ip_address("127.0.0.1") in [each.ip for each in found]
    assert {each.interface for each in found} <= {name for _, name in socket.if_nameindex()}
    with open("/proc/net/if_inet6", encoding="ascii") as table:
        v6 = {ip_address(int(line[:32], 16)) for line in table if int(line[:32], 16) > 1 << 32}
    told_v6 = {each.ip for each in found if each.ip.version == 6 and int(each.ip) > 1 << 32}
    assert told_v6 == v6
    assert set(main_addresses()) <= {each.ip for each in found}


def test_a_system_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    assert all_addresses() == []
