"""Which paths can name something: what stands under "Names", as far as the text alone tells."""

from __future__ import annotations

from posixpath import normpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.storage.base import BadName, NotFound
from quart_video.storage.names import (
    MAX_NAME_BYTES,
    MAX_PATH_BYTES,
    have_problem,
    join,
    name_problem,
    split_path,
)
from tests.http.effort import assert_linear

GOOD = [
    pytest.param("clip.mp4", id="plain"),
    pytest.param("clip", id="no-extension"),
    pytest.param("a b.mp4", id="space"),
    pytest.param(" ", id="only-a-space"),
    pytest.param("clip..mp4", id="two-dots-inside"),
    pytest.param("clip..", id="two-dots-at-the-end"),
    pytest.param("#?%\"'<>&;:*|.mp4", id="odd-characters"),
    pytest.param("%2e%2e", id="percent-signs-of-its-own"),
    pytest.param("-", id="dash"),
    pytest.param("-rf", id="like-an-option"),
    pytest.param("~", id="tilde"),
    pytest.param("$HOME", id="like-a-variable"),
    pytest.param("C:", id="like-a-drive"),
    pytest.param("line\nbreak.mp4", id="newline"),
    pytest.param("caf\u00e9.mp4", id="accent"),
    pytest.param("cafe\u0301.mp4", id="decomposed-accent"),
    pytest.param("\U0001f3ac.mp4", id="emoji"),
    pytest.param("\u2024\u2024", id="one-dot-leaders-that-look-like-dots"),
    pytest.param("x" * 1024, id="1024-bytes"),
    pytest.param("\u00e9" * 512, id="1024-bytes-of-utf-8"),
    pytest.param("\u6620" * 255, id="255-letters-of-three-bytes"),
]


@pytest.mark.parametrize("name", GOOD)
def test_good_name(name: str) -> None:
    assert name_problem(name) is None
    assert split_path(name) == (name,)
    assert split_path(f"folder/{name}") == ("folder", name)


BAD = [
    pytest.param("", "empty", id="empty"),
    pytest.param(".", "hidden", id="dot"),
    pytest.param("..", "hidden", id="dot-dot"),
    pytest.param("...", "hidden", id="three-dots"),
    pytest.param(".hidden.mp4", "hidden", id="hidden"),
    pytest.param("a\0b", "NUL", id="nul"),
    pytest.param("\0", "NUL", id="only-nul"),
    pytest.param("a\\b", "backslash", id="backslash"),
    pytest.param("..\\..\\etc", "hidden", id="backslash-traversal"),
    pytest.param("a\N{REPLACEMENT CHARACTER}b", "UTF-8", id="replacement-character"),
    pytest.param("a\udcffb", "UTF-8", id="undecodable-byte"),
    pytest.param("a\ud800b", "UTF-8", id="lone-surrogate"),
    pytest.param("x" * 1025, "1024 bytes", id="1025-bytes"),
    pytest.param("\u00e9" * 513, "1024 bytes", id="1026-bytes-of-utf-8"),
    pytest.param("x" * 4000, "1024 bytes", id="4000-bytes"),
]


@pytest.mark.parametrize(("name", "problem"), BAD)
def test_bad_name(name: str, problem: str) -> None:
    assert problem in (name_problem(name) or "no problem")
    for path in (f"{name}/clip.mp4", f"folder/{name}", f"folder/{name}/clip.mp4"):
        with pytest.raises(BadName, match=problem):
            split_path(path)


@pytest.mark.parametrize("name", ["a/b", "/", "/etc", "a/"])
def test_a_slash_is_in_no_name(name: str) -> None:
    assert name_problem(name)


def test_a_bad_name_is_not_found() -> None:
    assert issubclass(BadName, NotFound)


SPLIT = [
    pytest.param("", (), id="root"),
    pytest.param("clip.mp4", ("clip.mp4",), id="in-the-root"),
    pytest.param("a/b/c.mp4", ("a", "b", "c.mp4"), id="in-folders"),
    pytest.param("/".join(["d" * 63] * 64), ("d" * 63,) * 64, id="4095-bytes"),
    pytest.param(
        "/".join(["d" * 63] * 63) + "/" + "d" * 64, ("d" * 63,) * 63 + ("d" * 64,), id="4096-bytes"
    ),
]


@pytest.mark.parametrize(("path", "expected"), SPLIT)
def test_split(path: str, expected: tuple[str, ...]) -> None:
    assert split_path(path) == expected


TRAVERSALS = [
    "/",
    "//",
    "/etc/passwd",
    "//etc/passwd",
    "a/",
    "a//b",
    "../secret.mp4",
    "a/../../secret.mp4",
    "a/../b.mp4",
    "./a.mp4",
    "a/./b.mp4",
    "a/..",
    "%2e%2e%2fsecret.mp4",
    "%2e%2e/secret.mp4",
    "..%2fsecret.mp4",
    "%2fetc%2fpasswd",
    "..%5csecret.mp4",
    "a%5c..%5cb.mp4",
    "..;/secret.mp4",
    "....//secret.mp4",
    "clip.mp4%00.txt",
    "clip.mp4/",
    "%c0%ae%c0%ae/secret.mp4",
    "%e0%80%ae%e0%80%ae/secret.mp4",
    "%ff.mp4",
    "%uff0e%uff0e/../secret.mp4",
]


@pytest.mark.parametrize("url", TRAVERSALS)
def test_traversal(url: str) -> None:
    """As a server decodes it: percent-encoding once, what is not UTF-8 replaced."""
    with pytest.raises(BadName):
        split_path(unquote(url, errors="replace"))


def test_too_long_a_path() -> None:
    for path in ("x" * 1_000_000, "a/" * 2048 + "a", "." * 4097):
        with pytest.raises(BadName, match=f"{MAX_PATH_BYTES} bytes"):
            split_path(path)
    components = ["d" * 63] * 64
    with pytest.raises(BadName, match=f"{MAX_PATH_BYTES} bytes"):
        split_path("/".join([*components, "x"]))
    with pytest.raises(BadName, match=f"{MAX_PATH_BYTES} bytes"):
        split_path("/".join(["\u00e9" * 31] * 66))


@pytest.mark.parametrize(
    ("folder", "name", "expected"), [("", "a.mp4", "a.mp4"), ("x/y", "a.mp4", "x/y/a.mp4")]
)
def test_join(folder: str, name: str, expected: str) -> None:
    assert join(folder, name) == expected


_tempting = st.text("ab./\\\0\ufffd\udc80\u00e9", max_size=24)


@given(st.text(max_size=40) | _tempting)
def test_any_path(path: str) -> None:
    """What is accepted stays below the root by its text alone, and is named by this text alone."""
    try:
        components = split_path(path)
    except BadName:
        return
    assert "/".join(components) == path
    assert not path or normpath(f"/root/{path}") == f"/root/{path}"
    for name in components:
        assert name_problem(name) is None
        assert 0 < len(name.encode()) <= MAX_NAME_BYTES
        assert not set(name) & set("/\\\0")
        assert not name.startswith(".")


_components = st.text(st.characters(exclude_characters="/"), max_size=8) | _tempting.map(
    lambda text: text.replace("/", "")
)


@given(st.lists(st.sampled_from(["a" * 1024, "ä" * 512, "ä" * 513, "b"]) | st.text() | _tempting))
def test_together_they_are_as_alone(names: list[str]) -> None:
    assert have_problem(names) == any(map(name_problem, names))


@given(st.lists(_components, min_size=1, max_size=5))
def test_a_path_is_as_good_as_its_names(components: list[str]) -> None:
    path = "/".join(components)
    if path and any(map(name_problem, components)):
        with pytest.raises(BadName):
            split_path(path)
    else:
        assert split_path(path) == (tuple(components) if path else ())


@pytest.mark.parametrize(
    "shape", ["a/", "/", "../", "a", "\\", "\0", "\u00e9", "\udc80"], ids=ascii
)
def test_work_is_linear(shape: str) -> None:
    def split(length: int) -> None:
        with pytest.raises(BadName):
            split_path("ok/" + shape * (length // len(shape)) + "/")

    assert_linear(split)
