from __future__ import annotations

import base64
import json
import re
import zlib
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue import SORTS, BadCursor, Sort
from quart_video.catalogue.pagination import Position, decode_cursor, encode_cursor

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
POSITIONS = st.builds(
    Position,
    st.none() | st.integers(1 - 2**63, 2**63 - 1),
    TEXT,
) | TEXT.map(lambda path: Position(None, path, is_folder=True))


def packed(body: bytes) -> str:
    """Return what a forger makes who knows how it is done."""
    data = zlib.crc32(body).to_bytes(4, "big") + body
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@given(st.sampled_from(SORTS), POSITIONS)
def test_there_and_back(sort: Sort, position: Position) -> None:
    cursor = encode_cursor(sort, position)
    assert re.fullmatch("[A-Za-z0-9_-]+", cursor)
    assert decode_cursor(sort, cursor) == position


@given(st.sampled_from(SORTS), st.sampled_from(SORTS), POSITIONS)
def test_of_another_sort(sort: Sort, other: Sort, position: Position) -> None:
    if position.is_folder:  # these have the same order in all
        assert decode_cursor(other, encode_cursor(sort, position)) == position
    elif sort != other:
        with pytest.raises(BadCursor):
            decode_cursor(other, encode_cursor(sort, position))


@given(st.data(), POSITIONS)
def test_changed(data: st.DataObject, position: Position) -> None:
    cursor = encode_cursor("size", position)
    start = data.draw(st.integers(0, len(cursor)))
    stop = data.draw(st.integers(start, len(cursor)))
    changed = cursor[:start] + data.draw(st.text(max_size=4)) + cursor[stop:]
    if changed != cursor:
        with pytest.raises(BadCursor):
            decode_cursor("size", changed)


@given(st.text(st.characters()) | st.text("Aa0_-="))
def test_any_text(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor("name", text)


@given(st.binary())
def test_any_forged_bytes(body: bytes) -> None:
    with pytest.raises(BadCursor):
        decode_cursor("name", packed(body))


GOOD = encode_cursor("name", Position(0, "clip.mp4"))
BAD = {
    "empty": "",
    "padded": GOOD + "=",
    "space": GOOD + " ",
    "newline": GOOD + "\n",
    "twice": GOOD + GOOD,
    "cut short": GOOD[:-1],
    "other case": GOOD.swapcase(),
    "lone surrogate": "\udc80" + GOOD,
    "full-width": "\N{FULLWIDTH LATIN CAPITAL LETTER A}" * 8,
    "NUL": "\0",
    "standard alphabet": "+/+/",
    "unused bits": GOOD[:-1] + chr(ord(GOOD[-1]) + 1),
    "deep nesting": packed(b"[" * 100_000),
    "a huge number": packed(b"name " + b"9" * 100_000 + b" a"),
    "a number too long": packed(b"name " + b"9" * 20 + b" a"),
    "more than SQLite holds": packed(f"name {2**63} a".encode()),
    "less than SQLite holds": packed(f"name {-(2**63)} a".encode()),
    "minus zero": packed(b"name -0 a"),
    "zeros in front": packed(b"name 00 a"),
    "plus": packed(b"name +1 a"),
    "underscore": packed(b"name 1_0 a"),
    "digits of another script": packed("name ٣ a".encode()),
    "no number": packed(b"name NaN a"),
    "infinity": packed(b"name Infinity a"),
    "no path": packed(b"name 0 "),
    "a path too long": packed(b"name 0 " + b"/" * 5000),
    "not UTF-8": packed(b"name 0 \xff"),
    "surrogates in UTF-8": packed(b"name 0 \xed\xb0\x80"),
    "an unknown sort": packed(b"colour 0 a"),
    "another sort": packed(b"size 0 a"),
    "a folder with a number": packed(b"folders 0 a"),
    "a folder without a path": packed(b"folders - "),
    "a folder in capitals": packed(b"Folders - a"),
    "JSON": packed(json.dumps(["name", 0, "a"]).encode()),
    "no checksum": base64.urlsafe_b64encode(b"name 0 a").decode().rstrip("="),
    "100 kB": "A" * 100_000,
    "100 kB of nonsense": "\N{GRINNING FACE}" * 100_000,
    "100 kB with a right checksum": packed(b"name 0 " + b"a/" * 50_000),
}


@pytest.mark.parametrize("cursor", BAD.values(), ids=BAD.keys())
def test_bad(cursor: str) -> None:
    began = process_time()
    with pytest.raises(BadCursor, match="Drop `cursor`"):
        decode_cursor("name", cursor)
    assert process_time() - began < 5  # seconds of the processor; many times what it takes


def test_the_table_spoils_a_good_one() -> None:
    assert decode_cursor("name", GOOD) == Position(0, "clip.mp4")
    assert packed(b"name 0 clip.mp4") == GOOD
    assert decode_cursor("name", packed(b"folders - a")) == Position(None, "a", is_folder=True)
