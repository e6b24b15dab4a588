"""Keys and words of all names in a folder at once, in a third of the time. Pure.

A scan spends most of its time on these. What is done here is what ``natural`` and ``words`` do for
one name; a test compares. All names are one text of UTF-8, with NUL between them, which is taken
apart by tables of bytes rather than letter by letter. What is out of the ordinary is left to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from string import ascii_lowercase

from quart_video.bounded import Memo
from quart_video.catalogue.text.episodes import SEASONS, codes_in
from quart_video.catalogue.text.natural import fold_letter, name_bytes, number_key
from quart_video.catalogue.text.words import (
    ODD_SIGNS,
    SPACED,
    initials_in,
    joined_in,
    parts_of,
    with_others,
    without_odd_signs,
    words_of,
)

_MOST_KNOWN = 2 * 1024 * 1024  # bytes, of each of them
_MOST_LETTERS = 1000  # that differ, in one folder; each of them is looked for in all names


def _table(function: Callable[[int], int]) -> bytes:
    """Return what translates ASCII; all other bytes stay as they are."""
    return bytes(map(function, range(128))) + bytes(range(128, 256))


# No byte of UTF-8 is 0xF8 or more. These stand for the bytes that split() splits at.
_BLANKS = dict(zip(b" \t\n\r\v\f", range(0xF8, 0xFE), strict=True))
_BLANKS_BACK = bytes.maketrans(bytes(_BLANKS.values()), bytes(_BLANKS))


def _beside_numbers(byte: int) -> int:
    # A dot sorts first, an underscore as a space.
    odd = {ord("."): 1, ord("_"): _BLANKS[ord(" ")], **_BLANKS}
    return ord(" ") if chr(byte).isdigit() else odd.get(byte, byte)


_NUMBERS = bytes(byte if 48 <= byte < 58 else 32 for byte in range(256))
_BESIDE_NUMBERS = _table(_beside_numbers)
_WORDS = _table(lambda byte: byte if not byte or chr(byte).isalnum() or byte in b"+#" else 32)
_CASES = bytes(
    0 if not byte else 97 if 97 <= byte < 123 else 65 if 65 <= byte < 91 else 32
    for byte in range(256)
)
_HUMP = b"aA"


def _classes(known: str) -> bytes:
    """Return what translates letters to "a", digits to "0" and all else to blanks, but for some.

    What is beyond ASCII may be a letter or not: "?".
    """
    kinds = [chr(byte).lower() for byte in range(128)]
    return bytes(
        ord(kind if kind in known else "a" if kind.isalpha() else "0" if kind.isdigit() else " ")
        for kind in kinds
    ).ljust(256, b"?")


# Where signs may stand in words, and what codes of episodes may begin with: "sea1" may be "sea 1".
_JOINS = _classes("\0'-.").replace(b"'", b"-")
_INITIALS = (b".a.", b" a.", b"-a.", b"\0a.", b"?a.", b"?.?", b"?.a")
_LETTERS_AND_SIGNS = _table(
    lambda byte: byte if not byte or chr(byte).isalpha() or byte in b"-'" else 32
)
_CODES = _classes("\0" + "".join(sorted({*"sx", *"".join(SEASONS)} & {*ascii_lowercase})))
_CODED = (b" s0", b"\0s0", b"?s0", b"0x0")
_SEASONS = tuple(season.encode().translate(_CODES) for season in SEASONS)


def _text_of_run(run: bytes) -> str:
    text = run.decode()
    if run == b"\0":
        return text
    # Most are one word of ASCII, which is spared the rest.
    if run.isalpha():
        return f" {text}"
    if run.isdigit():
        return f" {text.lstrip('0') or '0'}"
    seen = text if text.isascii() else text.translate(SPACED)
    return "".join([f" {word}" for word in parts_of(seen)])


def _joined_words(run: bytes) -> str:
    if run == b"\0":
        return "\0"
    return "".join([f" {word}" for word in joined_in(run.decode())])


def _key_of_digits(digits: bytes) -> bytes:
    return number_key(digits.decode()).encode()


_key_of_number = Memo(_key_of_digits, _MOST_KNOWN)
_words_of_run = Memo(_text_of_run, _MOST_KNOWN)
_joined_of_run = Memo(_joined_words, _MOST_KNOWN)
_fold_letter = Memo(fold_letter, _MOST_KNOWN)


def keys_and_words(names: Sequence[str]) -> tuple[Sequence[bytes], Sequence[str]]:
    """Return ``name_bytes(name)`` of each of *names*, and ``words_of(name)`` of each."""
    if not names:
        return (), ()
    raw = "\0".join(names)
    # No letter folds to what another is folded from: they can be folded one by one.
    text = spaced = raw.encode().lower().decode()
    if not raw.isascii():
        letters = {letter for letter in set(text) if letter > "\x7f"}
        folded = [(letter, _fold_letter[letter], _seen(letter)) for letter in letters]
        plain = "".join(each for _, *both in folded for each in both)
        if len({*plain}) > _MOST_LETTERS or any(
            each.isdecimal() for each in plain if each > "\x7f"
        ):
            return [*map(name_bytes, names)], [*map(words_of, names)]
        for letter, for_order, seen in folded:
            if for_order == seen != letter:
                text = spaced = text.replace(letter, seen)
        for letter, for_order, seen in folded:
            if for_order != seen:
                text = text.replace(letter, for_order)
                spaced = spaced.replace(letter, seen)
    keys = zip(_keys(text.encode()).split(b"\0"), raw.encode().split(b"\0"), strict=True)
    return [*map(b"%b\0%b".__mod__, keys)], _words(names, raw, spaced.encode())


def _seen(letter: str) -> str:
    """Return what a search sees of a letter; of one that is a word, that is done run by run."""
    seen = SPACED[ord(letter)]
    return letter if seen == f" {letter}" else seen


def _words(names: Sequence[str], raw: str, spaced: bytes) -> list[str]:
    """Return the words of the names.

    :param raw: them, as one text.
    :param spaced: what a search sees of it, but for the blanks beside letters that are words.
    """
    runs = spaced.translate(_WORDS).replace(b"\0", b" \0 ").split()
    words = "".join(map(_words_of_run.__getitem__, runs)).split("\0")
    for number, others in _others(raw).items():
        words[number] = with_others(words[number], others)
    cases = raw.encode().translate(_CASES)
    if _HUMP in cases:
        humps = [_HUMP in each for each in cases.split(b"\0")]
        each = zip(names, words, humps, strict=True)
        words = [words_of(name) if hump else found for name, found, hump in each]
    return words


def _others(raw: str) -> dict[int, list[str]]:
    """Return what else names are found by than by their words, by their places."""
    others: defaultdict[int, list[str]] = defaultdict(list)
    signs = raw
    if not raw.isascii():
        for sign in ODD_SIGNS.intersection(set(raw)):
            signs = signs.replace(sign, without_odd_signs(sign))
    kinds = b"\0" + signs.encode().translate(_JOINS)
    if b"-" in kinds:
        runs = signs.lower().encode().translate(_LETTERS_AND_SIGNS)
        found = map(_joined_of_run.__getitem__, runs.replace(b"\0", b" \0 ").split())
        for number, words in enumerate("".join(found).split("\0")):
            if words:
                others[number] += words.split()
    if any(hint in kinds for hint in _INITIALS):
        text = signs.lower()
        _put(others, text, initials_in(text))
    kinds = b"\0" + raw.encode().translate(_CODES)
    if any(hint in kinds for hint in _CODED) or any(season in kinds for season in _SEASONS):
        text = raw.lower()
        _put(others, text, codes_in(text))
    return others


def _put(others: dict[int, list[str]], text: str, found: Iterable[tuple[int, str]]) -> None:
    """Give each name what was found in it, one after the other."""
    name = before = 0
    for place, word in found:
        name += text.count("\0", before, place)
        before = place
        others[name].append(word)


def _keys(text: bytes) -> bytes:
    """Return what sorts, for the numbers in it, too."""
    numbers = text.translate(_NUMBERS).split()
    beside = text.translate(_BESIDE_NUMBERS).split()
    if text[:1].isdigit():
        beside.insert(0, b"")
    parts = [b""] * (2 * len(numbers) + 1)
    parts[: 2 * len(beside) : 2] = beside
    parts[1::2] = map(_key_of_number.__getitem__, numbers)
    return b"".join(parts).translate(_BLANKS_BACK)
