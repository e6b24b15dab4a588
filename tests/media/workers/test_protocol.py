"""What a child process answers is what the file that it looked into made of it, at worst."""

from __future__ import annotations

import json

import pytest

from quart_video.media.workers.protocol import (
    LENGTH,
    Failed,
    Interrupted,
    decode_answer,
    encode_answer,
    encode_failure,
)


def frame(header: object, data: bytes = b"") -> bytes:
    written = header if isinstance(header, bytes) else json.dumps(header).encode()
    return LENGTH.pack(len(written)) + written + data


def test_an_answer_comes_as_it_was_written() -> None:
    blobs = {"poster-320.webp": b"picture", "caption-language=zh-Hans": b"", "details": b"{}"}
    assert decode_answer(encode_answer(blobs)) == blobs


@pytest.mark.parametrize(
    ("blame", "error"),
    [("file", Failed), ("machine", Interrupted), ("process", InterruptedError)],
)
def test_a_failure_comes_as_it_was_written(blame: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="no picture"):
        decode_answer(encode_failure("no picture", blame))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0", id="half a length"),
        pytest.param(frame(b""), id="no header"),
        pytest.param(frame(b"["), id="half a header"),
        pytest.param(frame(b"\xff"), id="no text"),
        pytest.param(frame(b"[" * 100_000), id="deep"),
        pytest.param(frame([]), id="a list"),
        pytest.param(frame(5), id="a number"),
        pytest.param(frame({}), id="an empty one"),
        pytest.param(frame({"failed": "no"}), id="no blame"),
        pytest.param(frame({"failed": "no", "blame": "nobody"}), id="of no known blame"),
        pytest.param(frame({"failed": "no", "blame": []}), id="blame of another kind"),
        pytest.param(frame({"failed": 5, "blame": "file"}), id="no reason"),
        pytest.param(frame({"blobs": 5}), id="no blobs"),
        pytest.param(frame({"blobs": [5]}), id="a blob without a size"),
        pytest.param(frame({"blobs": [["a", "b"]]}), id="a size of another kind"),
        pytest.param(frame({"blobs": [["a", 2]]}, b"x"), id="too few bytes"),
        pytest.param(frame({"blobs": [["a", 1]]}, b"xy"), id="too many bytes"),
        pytest.param(frame({"blobs": [["a", 3], ["b", -1]]}, b"xy"), id="less than nothing"),
        pytest.param(frame({"blobs": [[5, 0]]}), id="a name of another kind"),
        pytest.param(frame({"blobs": [["", 0]]}), id="no name"),
        pytest.param(frame({"blobs": [["/../../x", 0]]}), id="a path to elsewhere"),
        pytest.param(frame({"blobs": [["..", 0]]}), id="the folder above"),
        pytest.param(frame({"blobs": [["a/b", 0]]}), id="a path"),
        pytest.param(frame({"blobs": [["a\0", 0]]}), id="NUL"),
        pytest.param(frame({"blobs": [["\ud800", 0]]}), id="half a letter"),
    ],
)
def test_what_is_no_answer_is_told_as_such(written: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        decode_answer(written)
