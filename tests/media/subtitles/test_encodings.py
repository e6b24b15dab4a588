# ruff: noqa: RUF001 - letters of other scripts are what is tested
"""Encodings are found: by marks, by what UTF-8 is, by statistics, and by the language."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from quart_video.media.subtitles.encodings import guess, is_nearly_utf8, read_text
from tests.media.subtitles.corpus import ENCODINGS, PAIRS, encode, subtitle

TARGET = 88  # of 91
NOT_ALONE = {("ca", "cp1252")}
"""What takes the language to be told right: it is no worse than that today."""
HINTS = ("en", "pl", "lt", "ru", "el", "ja")
HINTS_TARGET = 0.95  # part of all pairs with a language that mostly is a wrong one


def is_right(language: str, encoding: str, *, sentences: int = 6, hint: str | None = None) -> bool:
    text = subtitle(language, sentences)
    found = read_text(encode(text, encoding), language=hint)
    return normalize("NFC", found) == normalize("NFC", text)


def test_there_are_as_many_pairs_as_the_target_is_of() -> None:
    assert len(PAIRS) == 91


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_with_the_language_in_the_name(language: str, encoding: str) -> None:
    assert is_right(language, encoding, hint=language)


@pytest.mark.parametrize(("language", "encoding"), [p for p in PAIRS if p not in NOT_ALONE])
def test_by_statistics_alone(language: str, encoding: str) -> None:
    assert is_right(language, encoding)


@pytest.mark.parametrize("sentences", [1, 2, 4])
def test_short_files(sentences: int) -> None:
    told = [p for p in PAIRS if is_right(*p, sentences=sentences, hint=p[0])]
    assert len(told) >= TARGET
    alone = [p for p in PAIRS if is_right(*p, sentences=sentences)]
    assert len(alone) >= (TARGET if sentences > 1 else 80)


def test_a_wrong_language_seldom_misleads() -> None:
    tried = [(pair, hint) for pair in PAIRS for hint in HINTS]
    right = [pair for pair, hint in tried if is_right(*pair, hint=hint)]
    assert len(right) >= HINTS_TARGET * len(tried)


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_none_of_them_is_taken_for_utf8(language: str, encoding: str) -> None:
    data = encode(subtitle(language), encoding)
    assert data.isascii() or b"\0" in data or not is_nearly_utf8(data)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"plain", "plain"),
        ("Привет".encode(), "Привет"),
        ("Привет, как дела?".encode() + b" \xe9", "Привет, как дела? \ufffd"),
        ("Привет".encode()[:-1], "Приве\ufffd"),
        ("Café".encode() + b"\xc3", "Café\ufffd"),
        (
            b"Werbung f\xfcr Filme\n" + "Größe, Straße, Käse".encode(),
            "Werbung f\ufffdr Filme\nGröße, Straße, Käse",
        ),
        ("\ufeffПривет".encode(), "Привет"),
        ("\ufeff\ufeffПривет".encode(), "Привет"),
        ("\ufeffПривет".encode("utf-16-le"), "Привет"),
        ("\ufeffПривет".encode("utf-16-be"), "Привет"),
        ("\ufeffПривет".encode("utf-32-le"), "Привет"),
        ("\ufeffПривет".encode("utf-32-be"), "Привет"),
        (b"a\r\nb\rc\nd\0e", "a\nb\nc\nde"),
    ],
)
def test_what_tells_itself(data: bytes, text: str) -> None:
    assert read_text(data, language="ru") == text


@pytest.mark.parametrize("language", ["ja", "zh-Hans", "zh-Hant", "ko"])
def test_no_letter_is_cut_in_two(language: str) -> None:
    """Wherever the sample ends, in a letter or between two."""
    for encoding in ENCODINGS[language].split():
        if encoding.startswith(("utf", "iso", "hz", "johab")):
            continue
        text = subtitle(language) * 400
        assert len(text.encode(encoding)) > 64 * 1024
        for shift in range(12):
            shifted = "0" * shift + text
            assert read_text(shifted.encode(encoding)) == shifted


def test_what_comes_late_in_a_file_counts() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nPlain words.\n\n" * 3000 + subtitle("pl")
    assert read_text(text.encode("cp1250")) == text


def test_one_line_longer_than_the_sample() -> None:
    text = "яблоко и груша, " * 10_000
    assert read_text(text.encode("cp1251")) == text


def test_an_encoding_can_be_set_for_what_does_not_tell() -> None:
    assert read_text("Ħello".encode("iso8859_3"), encoding="iso8859_3") == "Ħello"
    assert read_text("Ħello".encode(), encoding="iso8859_3") == "Ħello"


@pytest.mark.parametrize("data", [bytes(range(128, 256)) * 100, b"\xff" * 100, b"\x81"])
def test_what_is_no_text_is_read_as_something(data: bytes) -> None:
    assert read_text(data)
    assert guess(data)
