# ruff: noqa: RUF001 - letters of other scripts are what is tested
"""Encodings are found: by marks, by what UTF-8 is, by statistics, and by the language."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from quart_video.media.subtitles.encodings import guess, is_nearly_utf8, read_text
from quart_video.media.subtitles.plausible import is_of_windows, is_typeset
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


# What editors of letters make of plain signs, in lines with no letter beyond ASCII.
TYPESET = (
    "\u201cIt\u2019s not here,\u201d she said.",
    "I don\u2019t know\u2026 maybe you\u2019re right.",
    "We\u2019ve been waiting \u2014 for hours.",
    "The \u2018old\u2019 house \u2013 where?",
    "\u2026and then it\u2019s over\u2026",
    "That\u2019s \u20ac10, or \xa35, at 30\xb0.",
)


@pytest.mark.parametrize("more", ["", "The café is closed.", "He\u2019s naïve.", "À la carte"])
@pytest.mark.parametrize("hint", [None, "en"])
@pytest.mark.parametrize("times", [1, 50])
def test_signs_of_typesetters(more: str, hint: str | None, times: int) -> None:
    text = "\n\n".join(TYPESET * times + (more,))
    assert read_text(text.encode("cp1252"), language=hint) == text
    assert read_text(text.encode("mac-roman")) == text


@pytest.mark.parametrize("line", TYPESET)
def test_a_line_of_typesetters(line: str) -> None:
    assert read_text(line.encode("cp1252")) == line


@pytest.mark.parametrize("encoding", ["cp850", "cp866", "cp932", "gb18030", "big5", "mac-roman"])
def test_letters_that_are_such_signs_elsewhere(encoding: str) -> None:
    languages = [language for language, names in ENCODINGS.items() if encoding in names.split()]
    words = {"mac-roman": ["Déjà vu, là-bas."], "big5": ["明天早上請過來喝茶。"]}
    lines = words.get(encoding) or [subtitle(language) for language in languages]
    assert lines
    assert not any(is_typeset(line.encode(encoding)) for line in lines)
    assert not any(is_of_windows(line.encode(encoding)) for line in lines)


# Files as short as those of forced captions are, where the name tells the language.
SHORT = {
    "fr": ["Ça va ?", "Où ?", "Déjà ?", "À bientôt\u2026"],
    "es": ["¿Qué?", "¡Sí!", "Mañana."],
    "da": ["På gensyn.", "Så?"],
    "it": ["Perché?", "È lui."],
    "pt": ["Não.", "Está bem."],
    "hu": ["Őt?", "Köszönöm."],
    "hr": ["Što?", "Možda."],
    "tr": ["Değil mi?"],
    "el": ["Όχι!", "Άκου."],
    "uk": ["Ні, її."],
    "bg": ["Не."],
    "he": ["כן.", "לא"],
    "ar": ["نعم.", "لا"],
    "lt": ["Taip, ėjau."],
    "lv": ["Nē, šodien."],
}


@pytest.mark.parametrize(("language", "line"), [(k, v) for k, each in SHORT.items() for v in each])
def test_one_line_in_a_language(language: str, line: str) -> None:
    for encoding in ENCODINGS[language].split()[:1]:
        assert read_text(line.encode(encoding), language=language) == line


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
        (b"a\r\r\nb\r\n\r\nc", "a\nb\n\nc"),
        ("a\n\ufeffb \ufeffc\n\ufeff".encode(), "a\nb \ufeffc\n"),
    ],
)
def test_what_tells_itself(data: bytes, text: str) -> None:
    assert read_text(data, language="ru") == text


@pytest.mark.parametrize(
    ("name", "letters", "text"),
    [
        ("ISO-8859-1", b"\xe9\x80", "é€"),  # as browsers take it
        ("windows-1250", b"\xb3\xb9", "łą"),
        ("koi8-r", b"\xf0\xd2\xc9", "При"),
        ("Shift_JIS", b"\x93\xfa\x96{", "日本"),
        ("UTF-8", "При".encode("cp1251"), "При"),  # which it is not
        ("rot13", "При".encode("cp1251"), "При"),
        ("punycode", "При".encode("cp1251"), "При"),
        ("no-such-name", "При".encode("cp1251"), "При"),
    ],
)
def test_what_a_document_says_of_itself(name: str, letters: bytes, text: str) -> None:
    head = f'<?xml version="1.0" encoding="{name}"?>\n'
    assert read_text(head.encode() + letters, language="ru") == head + text


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
