"""Keys and words of all names in a folder at once, in a third of the time. Pure.

A scan spends most of its time on these. What is done here is what ``natural`` and ``words`` do for
one name; a test compares. All names are one text of UTF-8, with NUL between them, which is taken
apart by tables of bytes rather than letter by letter. What is out of the ordinary is left to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from quart_video.bounded import Memo
from quart_video.catalogue.text.natural import fold, name_bytes, number_key
from quart_video.catalogue.text.words import is_symbol, parts_of, words_of

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
_WORDS = _table(lambda byte: byte if not byte or chr(byte).isalnum() else 32)
_CASES = bytes(
    0 if not byte else 97 if 97 <= byte < 123 else 65 if 65 <= byte < 91 else 32
    for byte in range(256)
)
_HUMP = b"aA"


def _text_of_run(run: bytes) -> str:
    text = run.decode()
    if run == b"\0":
        return text
    # Most are one word of ASCII, which is spared the rest.
    return f" {text}" if run.isalpha() else "".join([f" {word}" for word in parts_of(text)])


def _key_of_digits(digits: bytes) -> bytes:
    return number_key(digits.decode()).encode()


_key_of_number = Memo(_key_of_digits, _MOST_KNOWN)
_words_of_run = Memo(_text_of_run, _MOST_KNOWN)
_fold_letter = Memo(fold, _MOST_KNOWN)


def keys_and_words(names: Sequence[str]) -> tuple[Sequence[bytes], Sequence[str]]:
    """Return ``name_bytes(name)`` of each of *names*, and ``words_of(name)`` of each."""
    if not names:
        return (), ()
    raw = "\0".join(names)
    # No letter folds to what another is folded from: they can be folded one by one.
    text = spaced = raw.encode().lower().decode()
    if not raw.isascii():
        folded = {letter: _fold_letter[letter] for letter in set(text) if letter > "\x7f"}
        letters = {letter for letter in "".join(folded.values()) if letter > "\x7f"}
        if len(letters) > _MOST_LETTERS or any(letter.isdecimal() for letter in letters):
            return [*map(name_bytes, names)], [*map(words_of, names)]
        for letter, plain in folded.items():
            if letter != plain:
                text = text.replace(letter, plain)
        spaced = text
        for letter in letters:
            if not letter.isalnum():
                spaced = spaced.replace(letter, f" {letter} " if is_symbol(letter) else " ")
    keys = zip(_keys(text.encode()).split(b"\0"), raw.encode().split(b"\0"), strict=True)
    return [*map(b"%b\0%b".__mod__, keys)], _words(names, raw.encode(), spaced.encode())


def _words(names: Sequence[str], raw: bytes, spaced: bytes) -> list[str]:
    """Return the words of the names.

    :param spaced: the names as they are folded, without signs beyond ASCII that are no words.
    """
    runs = spaced.translate(_WORDS).replace(b"\0", b" \0 ").split()
    words = "".join(map(_words_of_run.__getitem__, runs)).split("\0")
    cases = raw.translate(_CASES)
    if _HUMP in cases:
        humps = [_HUMP in each for each in cases.split(b"\0")]
        each = zip(names, words, humps, strict=True)
        words = [words_of(name) if hump else found for name, found, hump in each]
    return words


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
