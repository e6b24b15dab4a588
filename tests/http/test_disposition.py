"""RFC 6266, RFC 8187."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.http import content_disposition
from tests.http import peers
from tests.http.effort import assert_linear

WRITTEN = [
    pytest.param(None, "inline", id="6266-no-name"),
    pytest.param("", "inline", id="6266-empty-name"),
    pytest.param("clip.mp4", 'inline; filename="clip.mp4"', id="6266-plain"),
    pytest.param("my clip (1).mp4", 'inline; filename="my clip (1).mp4"', id="6266-spaces"),
    pytest.param("a;b,c=d.mp4", 'inline; filename="a;b,c=d.mp4"', id="6266-separators-in-quotes"),
    pytest.param("folder/clip.mp4", 'inline; filename="clip.mp4"', id="6266-4.3-path"),
    pytest.param("..\\..\\clip.mp4", 'inline; filename="clip.mp4"', id="6266-4.3-backslash-path"),
    pytest.param("folder/", "inline", id="6266-4.3-folder"),
    pytest.param(
        "na\u00efve.mp4",
        "inline; filename=\"naive.mp4\"; filename*=UTF-8''na%C3%AFve.mp4",
        id="8187-accent",
    ),
    pytest.param(
        "\u20ac rates",
        "inline; filename=\"rates\"; filename*=UTF-8''%E2%82%AC%20rates",
        id="8187-3.2.3-example",
    ),
    pytest.param(
        "\u6620\u753b",
        "inline; filename=\"download\"; filename*=UTF-8''%E6%98%A0%E7%94%BB",
        id="8187-nothing-ascii",
    ),
    pytest.param(
        "\u6620\u753b.mp4",
        "inline; filename=\"download.mp4\"; filename*=UTF-8''%E6%98%A0%E7%94%BB.mp4",
        id="8187-nothing-ascii-but-the-extension",
    ),
    pytest.param(
        ".\u6620.mp4",
        "inline; filename=\"..mp4\"; filename*=UTF-8''.%E6%98%A0.mp4",
        id="8187-hidden-by-its-own-name",
    ),
    pytest.param(
        'say "cheese".mp4',
        "inline; filename=\"say _cheese_.mp4\"; filename*=UTF-8''say%20%22cheese%22.mp4",
        id="6266-quotes",
    ),
    pytest.param(
        "100%.mp4",
        "inline; filename=\"100_.mp4\"; filename*=UTF-8''100%25.mp4",
        id="6266-appendix-d-percent",
    ),
    pytest.param(
        'a.mp4"\r\nSet-Cookie: x=y',
        'inline; filename="a.mp4___Set-Cookie_ x=y"; '
        "filename*=UTF-8''a.mp4%22%0D%0ASet-Cookie%3A%20x%3Dy",
        id="injection",
    ),
    pytest.param(
        "\ud800.mp4",
        "inline; filename=\"download.mp4\"; filename*=UTF-8''%3F.mp4",
        id="lone-surrogate",
    ),
    pytest.param(
        "!#$&+-.^_`|~'()*",
        "inline; filename=\"!#$&+-.^_`_~'()_\"; filename*=UTF-8''!#$&+-.^_`|~%27%28%29%2A",
        id="8187-3.2.1-attr-char",
    ),
]


@pytest.mark.parametrize(("name", "expected"), WRITTEN)
def test_written(name: str | None, expected: str) -> None:
    assert content_disposition("inline", name) == expected
    assert content_disposition("attachment", name) == expected.replace("inline", "attachment", 1)


_disposition = st.sampled_from(["inline", "attachment"])
_name = st.text(max_size=40) | st.text("\r\n\0\"';%\\/= *a\u00e9\ud800\U0001f600", max_size=20)


@given(_disposition, _name)
def test_any_name(disposition: Literal["inline", "attachment"], name: str) -> None:
    written = content_disposition(disposition, name)
    assert re.fullmatch(r"[ -~]+", written), "a control character, or not ASCII"
    kind, parameters = peers.read_disposition(written)
    assert kind == disposition
    last = name.replace("\\", "/").rpartition("/")[2]
    if not last:
        assert not parameters
        return
    expected = last.encode("utf-8", "replace").decode()
    assert parameters.get("filename*", parameters["filename"]) == expected
    assert parameters["filename"].strip()
    assert not set(parameters["filename"]) & set('%"\\/')


SHAPES = [
    "a",
    "/",
    "\\",
    '"',
    "%",
    " ",
    ".",
    "\u0301",
    "\u0301\u0323",
    "\ufdfa",
    "\U0001f600",
    "\0",
]


@pytest.mark.parametrize("shape", SHAPES, ids=ascii)
@pytest.mark.sample(3)
def test_work_is_linear(shape: str) -> None:
    assert_linear(lambda length: content_disposition("inline", shape * (length // len(shape))))
