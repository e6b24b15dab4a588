"""Keys and words of all names in a folder at once, in a third of the time. Pure.

A scan spends most of its time on these. What is done here is what ``natural`` and ``words`` do for
one name; a test compares. All names are one text of UTF-8, with NUL between them, which is taken
apart by tables of bytes rather than letter by letter. What is out of the ordinary is left to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import add
from string import ascii_lowercase
from unicodedata import normalize

from quart_video.bounded import Memo
from quart_video.catalogue.text.episodes import COUNTED, SEASONS, code_word, codes_in
from quart_video.catalogue.text.natural import fold_letter, name_bytes, number_key
from quart_video.catalogue.text.words import (
    ODD_SIGNS,
    SPACED,
    UMLAUTS,
    ampersands_in,
    initials_in,
    joined_in,
    parts_of,
    spelt_out_in,
    split_humps,
    split_words,
    thousands_in,
    unsplit_in,
    with_others,
    without_odd_signs,
    words_of,
)

_MOST_KNOWN = 2 * 1024 * 1024  # bytes, of each of them
_MOST_CODES = 512 * 1024
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
_ASCII = bytes(range(128))
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
_JOINTS = (b"a-a", b"a-?", b"?-a", b"?-?")
_NO_INITIALS = (b".aa", b".a0", b".0", b". ")
"""What there may be of dots but for those before an initial."""
_LETTERS_AND_SIGNS = _table(
    lambda byte: byte if not byte or chr(byte).isalpha() or byte in b"-'" else 32
)
_CODES = _classes("\0" + "".join(sorted({*"stx", *"".join(SEASONS)} & {*ascii_lowercase})))
_CODED = (b" s0", b"\0s0", b"?s0", b" se0", b"\0se0", b"?se0", b"0x0", b" t0", b"\0t0", b"?t0")
_LOOSE = (b" e0", b" ep")
"""What there may be of a code that is more than one word."""
_MORE = b"0-0"  # as in "E01-02"
_TIGHT = re.compile(rb"s([0-9]{1,4})e([0-9]{1,4})")
_SEASONS = tuple(season.encode().translate(_CODES) for season in SEASONS if season.isascii())
_OF_CODES = frozenset(["s", "se", "t", "x", COUNTED, *(split_words(each)[0] for each in SEASONS)])
"""Words of which there is one in each code."""
_MARK = "\x01"
"""Stands in the place of the blank before one of them: that it is there shows in a moment."""
_OTHER_SEASONS = (COUNTED, *(season for season in SEASONS if not season.isascii()))


def _text_of_run(run: bytes) -> str:
    text = run.decode()
    if run == b"\0":
        return text
    # Most are one word of ASCII, which is spared the rest.
    if run.isalpha():
        return f"{_MARK if text in _OF_CODES else ' '}{text}"
    if run.isdigit():
        return f" {text.lstrip('0') or '0'}"
    seen = text if text.isascii() else text.translate(SPACED)
    return "".join([f"{_MARK if word in _OF_CODES else ' '}{word}" for word in parts_of(seen)])


def _joined_words(run: bytes) -> str:
    if run == b"\0":
        return "\0"
    return "".join([f" {word}" for word in joined_in(run.decode())])


def _tight_code(run: bytes) -> str:
    if run == b"\0":
        return "\0"
    found = _TIGHT.fullmatch(run)
    return f" {code_word(found[1].decode(), found[2].decode())}" if found else ""


def _key_of_digits(digits: bytes) -> bytes:
    return number_key(digits.decode()).encode()


_key_of_number = Memo(_key_of_digits, _MOST_KNOWN)
_words_of_run = Memo(_text_of_run, _MOST_KNOWN)
_code_of_run = Memo(_tight_code, _MOST_CODES)
_joined_of_run = Memo(_joined_words, _MOST_KNOWN)
_fold_letter = Memo(fold_letter, _MOST_KNOWN)


def keys_and_words(names: Sequence[str]) -> tuple[Sequence[bytes], Sequence[str]]:
    """Return ``name_bytes(name)`` of each of *names*, and ``words_of(name)`` of each."""
    if not names:
        return (), ()
    raw = "\0".join(names)
    encoded = raw.encode()
    lower = encoded.lower()
    has_humps = _HUMP in encoded.translate(_CASES)
    split = split_humps(raw) if has_humps else raw
    letters, is_odd = set[str](), False
    if raw.isascii():
        spaced = split.encode().lower() if has_humps else lower
    else:
        # No letter folds to what another is folded from: they can be folded one by one.
        letters = {*encoded.translate(None, _ASCII).decode()}
        folded = [(letter, _fold_letter[letter], _seen(letter)) for letter in letters]
        plain = "".join(each for _, *both in folded for each in both)
        if len({*plain}) > _MOST_LETTERS or any(
            each.isdecimal() for each in plain if each > "\x7f"
        ):
            return [*map(name_bytes, names)], [*map(words_of, names)]
        is_odd = any(not letter.isalnum() and seen[-1:] != " " for letter, _, seen in folded)
        for_order = [(letter, order) for letter, order, _ in folded if letter != order]
        for_search = [(letter, seen) for letter, _, seen in folded if letter != seen]
        spaced = _replaced(split.encode().lower() if has_humps else lower, for_search)
        is_same = not has_humps and for_order == for_search
        lower = spaced if is_same else _replaced(lower, for_order)
    keys = zip(_keys(lower).split(b"\0"), encoded.split(b"\0"), strict=True)
    runs = spaced.translate(_WORDS).replace(b"\0", b" \0 ").split()
    words = "".join(map(_words_of_run.__getitem__, runs))
    others = [""] * len(names)
    if has_humps:
        _put(others, raw, unsplit_in(raw))
    _put_signed(others, raw, letters)
    # What is no letter, and ends no word, may stand before a code as if it did.
    if is_odd or _MARK in words:
        words = words.replace(_MARK, " ")
        _put_codes(others, raw, split, runs)
    found = words.split("\0")
    return [*map(b"%b\0%b".__mod__, keys)], (
        [*map(with_others, found, others)] if any(others) else found
    )


def _replaced(encoded: bytes, pairs: Iterable[tuple[str, str]]) -> bytes:
    text = encoded.decode()
    for letter, other in pairs:
        text = text.replace(letter, other)
    return text.encode()


def _seen(letter: str) -> str:
    """Return what a search sees of a letter; of one that is a word, that is done run by run."""
    seen = SPACED[ord(letter)]
    return letter if seen == f" {letter}" else seen


def _put_signed(others: list[str], raw: str, letters: Collection[str]) -> None:
    """Add to *others* the words that signs are said for, or stand in, each behind a blank.

    :param raw: the names, as one text.
    :param letters: those of them that are beyond ASCII.
    """
    signs = raw.replace("`", "'")  # the only odd one of ASCII
    if "&" in raw or "\uff06" in raw:
        _put(others, raw, ampersands_in(raw))
    _put(others, raw, thousands_in(raw))
    if not UMLAUTS.isdisjoint(letters):
        composed = normalize("NFC", raw.lower())
        _put(others, composed, spelt_out_in(composed))
    for sign in ODD_SIGNS.intersection(letters):
        signs = signs.replace(sign, without_odd_signs(sign))
    kinds = signs.encode().translate(_JOINS)
    if kinds.count(b"-") > kinds.count(b"0-0") and any(joint in kinds for joint in _JOINTS):
        found = signs.lower().encode().translate(_LETTERS_AND_SIGNS).replace(b"\0", b" \0 ").split()
        signed = [run for run in found if b"-" in run or b"'" in run or run == b"\0"]
        _add(others, map(_joined_of_run.__getitem__, signed))
    if _has_initials(kinds):
        _put(others, signs, initials_in(signs.lower()))


def _has_initials(kinds: bytes) -> bool:
    dots = kinds.count(b".")
    for others in _NO_INITIALS:
        if not dots:
            return False
        dots -= kinds.count(others)
    return dots > 0


def _put_codes(others: list[str], raw: str, split: str, runs: Sequence[bytes]) -> None:
    """Add to *others* the codes of episodes in the names, each behind a blank.

    :param raw: the names, as one text.
    :param split: it, with its humps split.
    :param runs: of *split*, as a search sees it.
    """
    text = split.lower()
    has_more = _MORE in raw.encode().translate(_JOINS) or any(sign in raw for sign in "+&~")
    kinds = b"\0" + split.encode().translate(_CODES)
    codes = sum(map(kinds.count, _CODED))
    if not codes and not _has_season(kinds, text):
        return
    is_loose = has_more or "'s" in text or any(each in kinds for each in _LOOSE)
    if raw.isascii() and not is_loose:
        # All codes may be as "S01E02" is, which are found run by run.
        tight = "".join(map(_code_of_run.__getitem__, runs))
        if tight.count(" ") == codes and not _has_season(kinds, text):
            _add(others, [tight])
            return
    _put(others, text, codes_in(text))


def _has_season(kinds: bytes, text: str) -> bool:
    return any(season in kinds for season in _SEASONS) or (
        not text.isascii() and any(season in text for season in _OTHER_SEASONS)
    )


def _add(others: list[str], texts: Iterable[str]) -> None:
    """Give each name what is in *texts*, with NUL between the names."""
    others[:] = map(add, others, "".join(texts).split("\0"))


def _put(others: list[str], text: str, found: Iterable[tuple[int, str]]) -> None:
    """Give each name what was found in it, one after the other."""
    name = before = 0
    for place, words in found:
        name += text.count("\0", before, place)
        before = place
        others[name] += f" {words}"


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
