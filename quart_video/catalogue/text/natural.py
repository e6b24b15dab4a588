"""The order people expect of names: "clip 2" before "clip 10". Pure.

Rule 1: case, accents and the way a letter is encoded do not count at first.
Rule 2: two different names are never equal, so that an order by these keys is total.
"""

from __future__ import annotations

import re
import unicodedata

from quart_video.bounded import Memo

NaturalKey = tuple[str, str]
"""What orders a name; the second part is the name itself and breaks ties."""

PathKey = tuple[tuple[NaturalKey, ...], NaturalKey]
"""What orders a path: its folders, then its name, so that a folder's videos stay together."""

_DIGITS = re.compile(r"(\d+)")


def _letters(pairs: str) -> dict[str, str]:
    return {pair[0]: pair[1:] for pair in pairs.split()}


# What Unicode does not take apart, and the root collation of CLDR takes for these letters at first.
_SAME = _letters(
    "æae œoe øo łl đd ðd ħh ꝺd ꝼf ᵹg ꞃr ꞅs ꞇt ꞡg ꞣk ꞥn ꞧr ꞩs ꝛr "
    "ꜩtz ꜳaa ꜵao ꜷau ꜹav ꜻav ꜽay ꝏoo ꝡvy ỻll ʣdz ʦts ʪls ʫlz ȸdb ȹqp "
    "ґг ךכ םמ ןנ ףפ ץצ "
    "یي ىي کك"  # as keyboards of one language have what those of another write in another way
)
BEHIND = "\U0010fffd"
"""Stands behind a letter for one that comes after it in the order, and before the next one."""
# What has a place of its own in that order, behind a letter that it would be far away from.
_BEHIND = {letter: base + BEHIND for letter, base in _letters("\u0131i ŋn ŧt ƀb ɨi ǥg ƶz").items()}


def _places(groups: str) -> dict[str, str]:
    return {
        letter: group[0] + BEHIND * number
        for group in groups.split()
        for number, letter in enumerate(group)
        if number
    }


# Letters of an alphabet that Unicode has elsewhere, behind that which they come after in the order
# of CLDR. To a search they are letters of their own.
_PLACED = _places(
    "аәӕ гғҕ дђҙ еє зѕӡ иіј кқҡҟҝ лљ нңҥњ оө пҧ сҫ тҭћ уүұ хҳһ цҵ чҷҹҽџ "
    "بپ ثٹ جچ خځڅ ذڈډ زڑړڕژ شښ فڤ كگ لڵ نں هھہ وۆۇۈۋ يېے "  # noqa: RUF001 - that is Arabic
    "வழளறனஜ"
)
# Of two sizes: the small ones differ from the others no more than the case does.
_KANA = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")
_KATAKANA = range(0x30A1, 0x30F7)
_HIRAGANA = -0x60  # from there
_TATWEEL = "\u0640"

MOST_LETTERS = 1024 * 1024
"""Bytes of what is remembered of letters: some thousand of them are in use."""

# Marks that are no accents, by their combining class: vowel signs, viramas, marks of tones. Those
# of class 0 mostly are vowel signs, too.
_SPELLED = {0, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132}
_SELECTORS = re.compile(r"[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def fold(text: str) -> str:
    """Return *text* without what an order passes over: case, accents and forms of letters."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def fold_letter(letter: str) -> str:
    """Return what :func:`fold` makes of one character, whatever stands beside it."""
    return "".join([_PLACED.get(each, each) for each in plain_letter(letter)])


def plain_letter(letter: str) -> str:
    """Return what a search sees of one character, but for :data:`BEHIND`."""
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if is_written(part))
    return "".join(map(_base_of, plain.casefold()))


def is_written(part: str) -> bool:
    """Say whether a search and an order look at *part*: no accent, and not invisible."""
    category = unicodedata.category(part)
    if category[0] == "M":
        is_spelled = unicodedata.combining(part) in _SPELLED and category != "Me"
        return is_spelled and not _SELECTORS.match(part)
    return category != "Cf" and part != _TATWEEL


def _base_of(letter: str) -> str:
    if ord(letter) in _KATAKANA:
        letter = chr(ord(letter) + _HIRAGANA)
    return _SAME.get(letter) or _BEHIND.get(letter) or letter.translate(_KANA)


def _fold_code(code: int) -> str:
    return fold_letter(chr(code))


_FOLDED = Memo(_fold_code, MOST_LETTERS)


def natural_key(text: str) -> NaturalKey:
    """Return a key that orders names as people do.

    Numbers count by their value, whatever their script and length. A dot sorts before all else,
    so that "clip.mp4" stands before "clip 2.mp4"; an underscore sorts as the space it stands for.
    """
    plain = fold(text).replace(".", "\x01").replace("_", " ")
    parts = _DIGITS.split(plain)
    if len(parts) == 1:
        return plain, text
    parts[1::2] = map(number_key, parts[1::2])
    return "".join(parts), text


def path_key(path: str) -> PathKey:
    """Return a key that orders paths folder by folder, each folder before the ones below it."""
    folder, _, name = path.rpartition("/")
    return folder_key(folder), natural_key(name)


def folder_key(folder: str) -> tuple[NaturalKey, ...]:
    """Return the part of :data:`PathKey` that all paths directly in *folder* share."""
    return tuple(map(natural_key, folder.split("/"))) if folder else ()


# The same orders in bytes, for a database, which compares them one by one. No name has a NUL in it,
# and nothing sorts before one: it ends each part as the end of a string does.


def name_bytes(name: str) -> bytes:
    """Return the key of one name as bytes that sort as :func:`natural_key` does."""
    plain, text = natural_key(name)
    return f"{plain}\0{text}".encode()


def folder_bytes(folder: str) -> bytes:
    """Return the key of a folder's path as bytes that sort as :func:`folder_key` does.

    Those of all folders below it begin with them, and none of these goes on with 0xFF.
    """
    return b"".join(name_bytes(name) + b"\0" for name in folder.split("/")) if folder else b""


def number_key(digits: str) -> str:
    """Write a number so that comparing the texts compares the values.

    Its length comes first, and as a text that is itself ordered: one digit 0 to 8, and a 9 before
    it for every nine more. So 7 is "17", 10 is "210" and 10 ** 9 is "911000000000". Nothing is
    ever converted to an ``int``, which is slow for long numbers and refused for very long ones.
    """
    return _number_keys[digits]


def _number_key(digits: str) -> str:
    if not digits.isascii():
        digits = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    digits = digits.lstrip("0")
    nines, rest = divmod(len(digits), 9)
    return f"{'9' * nines}{rest}{digits}"


_number_keys = Memo(_number_key, 512 * 1024)
