"""The Host field: what it may hold, and which names are those of this machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.http import Host, parse_host
from tests.http.effort import assert_linear

LOCAL = [
    ("localhost", "localhost", None),
    ("LocalHost:8000", "localhost", 8000),
    ("localhost.", "localhost.", None),
    ("videos.localhost:1", "videos.localhost", 1),
    ("127.0.0.1:65535", "127.0.0.1", 65535),
    ("127.8.9.10", "127.8.9.10", None),
    ("[::1]", "::1", None),
    ("[::1]:8000", "::1", 8000),
    ("[::FFFF:127.0.0.1]:80", "::ffff:127.0.0.1", 80),
]
ELSEWHERE = [
    ("videos.example", "videos.example", None),
    ("web_1:5000", "web_1", 5000),
    ("_.example", "_.example", None),
    ("a_b.localhost.example", "a_b.localhost.example", None),
    ("notlocalhost", "notlocalhost", None),
    ("127.0.0.1.example", "127.0.0.1.example", None),
    ("0.0.0.0", "0.0.0.0", None),  # noqa: S104 - a name that is asked by
    ("10.0.0.1:0", "10.0.0.1", 0),
    ("127.1", "127.1", None),  # a browser writes it out
    ("2130706433", "2130706433", None),
    ("[fe80::1]:80", "fe80::1", 80),
    ("[::ffff:10.0.0.1]", "::ffff:10.0.0.1", None),
    ("xn--bcher-kva.example", "xn--bcher-kva.example", None),
]


@pytest.mark.parametrize(("field", "name", "port"), LOCAL)
def test_names_of_this_machine(field: str, name: str, port: int | None) -> None:
    host = parse_host(field)
    assert host == Host(name, port)
    assert host.is_local
    assert str(host) == field.lower()


@pytest.mark.parametrize(("field", "name", "port"), ELSEWHERE)
def test_other_names(field: str, name: str, port: int | None) -> None:
    host = parse_host(field)
    assert host == Host(name, port)
    assert not host.is_local
    assert str(host) == field.lower()


NONE = [
    "",
    " ",
    "localhost ",
    " localhost",
    "localhost\n",
    "localhost,localhost",
    "localhost, 127.0.0.1",
    "localhost/",
    "localhost#",
    "localhost?",
    "user@localhost",
    "localhost:",
    "localhost:x",
    "localhost:+1",
    "localhost:65536",
    "localhost:000080",
    "localhost:\u0661",
    "localhost\\.example",
    "loc%61lhost",
    "l\u00f6calhost",
    "\u2024localhost",
    "a!b.example",
    "a$b",
    "a~b",
    "a'b",
    ".",
    "..",
    ".localhost",
    "a..localhost",
    "localhost..",
    "::1",
    "[::1",
    "::1]",
    "[]",
    "[127.0.0.1]",
    "[::1]x",
    "[::1%25eth0]",
    "[v1.x]",
    "[:::1]",
    "x" * 256,
]


@pytest.mark.parametrize("field", NONE)
def test_no_name(field: str) -> None:
    assert parse_host(field) is None


@given(st.text(max_size=30) | st.from_regex(r"[\w.:\[\]-]+", fullmatch=True))
def test_what_is_a_name_is_written_as_it_was_read(field: str) -> None:
    host = parse_host(field)
    if host is not None:
        assert parse_host(str(host)) == host
        assert str(host).isascii()
        assert not set(str(host)) & set(" /?#@\\%\"'<>")


@pytest.mark.parametrize("part", ["a", "a.", "1.", "[", ":", "_-"])
def test_length(part: str) -> None:
    assert_linear(lambda size: parse_host(part * size))
