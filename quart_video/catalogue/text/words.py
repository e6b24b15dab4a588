"""The words of names. Pure.

Rule 1: names, and what people search for, are taken apart in the same way: a name finds itself.
Rule 2: words hold letters and digits, or are signs: nothing in them means anything to SQL.

A text of words is " one two three": a blank before each, so that " tw" in it is a word's beginning.
Behind a "|" are what else a name is found by: words that signs stand in, and codes of episodes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from quart_video.bounded import Memo
from quart_video.catalogue.text.episodes import codes_of
from quart_video.catalogue.text.natural import BEHIND, MOST_LETTERS, plain_letter
from quart_video.media_types import VIDEO_TYPES

WHOLE = frozenset(suffix[1:] for suffix in VIDEO_TYPES if not suffix[1:].isalpha())
"""Words with digits in them: extensions, which a search for 4 is not to find all of."""

APART = " |"
"""What no phrase goes across, behind the words of a name."""

# Scripts that put no space between words: each letter is taken for one, with the marks on it.
_DENSE = (
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u1000", "\u109f"),  # Myanmar
    ("\u1100", "\u115f"),  # Hangul: what a syllable begins with
    ("\u1780", "\u17ff"),  # Khmer
    ("\u3005", "\u3007"),  # Han: marks and the zero
    ("\u3040", "\u312f"),  # kana, bopomofo
    ("\u31a0", "\u31bf"),
    ("\u31f0", "\u31ff"),
    ("\u3400", "\u4dbf"),  # Han
    ("\u4e00", "\u9fff"),
    ("\ua960", "\ua97c"),  # Hangul again
    ("\uf900", "\ufaff"),  # Han again
    ("\U00020000", "\U0003ffff"),
)
_SLASHES = "\u2044\u2215\u29f8"  # they stand in for the one that no name can have in it
# Of what a search sees: all else are blanks by then, or signs. Said by what they are not: a class
# of all above U+007F takes milliseconds to compile, each time an app starts.
_LETTERS = r"[^\x00-\x60\x7b-\x7f]"
_LETTERS_DIGITS = r"[^\x00-/:-\x60\x7b-\x7f]"
# What is looked for begins with a letter or a sign, and what stands before it comes then.
_PARTS = re.compile(
    "|".join(
        rf"{word[0]}(?<!{_LETTERS_DIGITS}{word[0]}){word[1:]}(?!{_LETTERS_DIGITS})"
        for word in sorted(WHOLE)
    )
    + rf"|[0-9]+|{_LETTERS}+"
    + rf"|\+(?<={_LETTERS}\+)\+|#(?<={_LETTERS}#)"  # as in "C++" and "C#"
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HUMPED = re.compile(r"(?<![^\W_])[^\W_]*?[a-z](?=[A-Z])[^\W_]*")

# Signs within words, which people leave out: those that stand for a letter, and those that join.
APOSTROPHES = (
    "'\u2018\u2019\u201b\u2032`\u00b4\uff07"
    "\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\ua78c"  # of letters, as in Hawaiian and Qur\u02bean
    "\u055a\u05f3\u05f4"  # of Armenian, and of Hebrew
)
# With dashes, that of Hebrew, and what parts letters of Persian without a space.
HYPHENS = f"-\u2010\u2011\u2013\u2212\ufe63\uff0d\u05be\u200c\u00b7\u2027{_SLASHES}"
_SIGNS = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-"))
ODD_SIGNS = frozenset(APOSTROPHES + HYPHENS) - {"'", "-"}
_LETTER = r"[^\W\d_]"
_JOINED = re.compile(rf"(?<!{_LETTER}){_LETTER}++(?:['-]{_LETTER}++)+")
_APOSTROPHE = re.compile(rf"(?<={_LETTER})'(?={_LETTER})")
_JOINING = re.compile(rf"(?<={_LETTER})['-](?={_LETTER})")
_AMPERSAND = re.compile(r"[&\uff06](?:(?<![0-9].)|(?![0-9]))")
_BETWEEN_INITIALS = re.compile(rf"(?<![^\W_])({_LETTER})[&\uff06]({_LETTER})(?![^\W_])")
_INITIALS = re.compile(rf"(?<![^\W_]){_LETTER}(?:\.{_LETTER})+(?![^\W_])")
_THOUSANDS = re.compile(
    r"(?<![0-9])(?<![0-9][,.])[1-9][0-9]{0,2}"
    # Of signs that part other numbers, too, round ones alone: "20.000", "20 000", "20'000".
    r"(?:(?:,[0-9]{3})+|([.'\u2019 \u00a0\u202f])000(?:\1[0]{3})*)(?![0-9])"
)
# What they have in them that is rare, which is found fast.
_COMMA = re.compile(r",(?<=[0-9],)[0-9]{3}(?:,[0-9]{3})*")
_ROUND = re.compile(r"000(?<=[0-9]([.'\u2019 \u00a0\u202f])000)(?:\1[0]{3})*")
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_UMLAUT = re.compile("[äöüåø]")
UMLAUTS = frozenset("äöüåøÄÖÜÅØ\u0308\u030a")
"""What is in names that have one of these, whichever way accents are written."""
_BEFORE = 6  # letters that tell whether a number begins there
_MOST_JOINED = 3
"""Words that hyphens make one of: more of them are a sentence, as addresses of pages have it."""


def words_of(name: str) -> str:
    """Return the words of one name, as a text of words, with what else it is found by."""
    words = "".join([f" {word}" for word in split_words(name)])
    signs = without_odd_signs(name).lower()
    others = [word for _, word in unsplit_in(name)]
    others += [word for _, word in ampersands_in(name)]
    others += [word for _, word in thousands_in(name)]
    others += [word for _, word in spelt_out_in(unicodedata.normalize("NFC", name.lower()))]
    others += [*joined_in(signs), *(word for _, word in initials_in(signs))]
    others += codes_of(split_humps(name))
    return with_others(words, "".join([f" {word}" for word in others]))


def with_others(words: str, others: str) -> str:
    """Return a text of words with what else a name is found by, which is one, too."""
    return f"{words}{APART}{others}" if others else words


def split_words(text: str) -> list[str]:
    """Take *text* apart; case, accents, and zeros in front of a number do not count.

    It is taken apart at signs and spaces, between letters and digits, and in humps.
    """
    text = split_humps(text)
    return parts_of(text.lower() if text.isascii() else text.translate(SPACED))


def parts_of(spaced: str) -> list[str]:
    """Take apart what has been translated by :data:`SPACED`."""
    found = _PARTS.findall(spaced)
    if "0" in spaced:
        return [part.lstrip("0") or "0" if part[0] == "0" else part for part in found]
    return found


def unsplit_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield what humps are in as words without them, each behind the place where it stands.

    It is "bigbuckbunny" where it is "BigBuckBunny" that is written.
    """
    if _HUMP.search(text):
        for found in _HUMPED.finditer(text):
            yield found.start(), _unsplit[found[0]]


def _unsplit_word(run: str) -> str:
    return " ".join(split_words(run.lower()))


_unsplit = Memo(_unsplit_word, 512 * 1024)


def joined_in(text: str) -> Iterator[str]:
    """Yield the words that signs stand in, without these.

    They are "oceans" in "Ocean's", and "spiderman" in "Spider-Man". What is neither a letter nor a
    sign parts them.

    :param text: in lower case, and :func:`without_odd_signs`.
    """
    if "-" in text or "'" in text:
        for found in _JOINED.finditer(text):
            for joined in _joined(found[0]):
                yield from _one(joined)


def initials_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the words of initials, each behind the place where it stands: "mash" in "M.A.S.H".

    :param text: in lower case.
    """
    if "." in text:
        for found in _INITIALS.finditer(text):
            for word in _one(found[0].replace(".", "")):
                yield found.start(), word


def ampersands_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield what is said for an ampersand, behind the place of each; not of one between numbers.

    Of initials, that is what people type for them, too: "rnd" for "R&D".
    """
    for found in _AMPERSAND.finditer(text):
        yield found.start(), "and"
        start = max(0, found.start() - 1)
        if initials := _BETWEEN_INITIALS.match(text, start, found.end() + 2):
            for word in _one(f"{initials[1]}n{initials[2]}".lower()):
                yield found.start(), word


def thousands_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield numbers whose thousands are apart, as they are without: "20000" in "20,000".

    Each stands behind a place within it.
    """
    spots = _COMMA.finditer(text) if "," in text else iter(())
    round_ones = _ROUND.finditer(text) if "000" in text else iter(())
    for spot in sorted((*spots, *round_ones), key=re.Match.start):
        start = spot.start()
        found = _THOUSANDS.search(text, max(0, start - _BEFORE), spot.end() + 1)
        if found and found.end() > start:
            yield start, _digits(found)


def spelt_out_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield words as they are typed without their letters: "muenchen" for "München".

    Each stands behind a place within it.

    :param text: in lower case, each letter with its accent in one.
    """
    stop = 0
    for spot in _UMLAUT.finditer(text):
        place = spot.start()
        if place < stop:
            continue
        start = stop = place
        while start and text[start - 1].isalpha():
            start -= 1
        while stop < len(text) and text[stop].isalpha():
            stop += 1
        for word in _one(text[start:stop].translate(_SPELT_OUT)):
            yield place, word


def without_thousands(text: str) -> str:
    """Write "20,000" and "20.000" as "20000"."""
    return _THOUSANDS.sub(_digits, text)


def _digits(number: re.Match[str]) -> str:
    return "".join(filter(str.isdigit, number[0]))


def with_ampersands_said(text: str) -> str:
    """Write "fast&furious" as "fast and furious"."""
    return _AMPERSAND.sub(" and ", text)


def _joined(run: str) -> list[str]:
    parts = run.split("-")
    found = ["".join(parts).replace("'", "")] if 1 < len(parts) <= _MOST_JOINED else []
    return found + [part.replace("'", "") for part in parts if "'" in part]


def _one(text: str) -> Sequence[str]:
    """Return what a search sees of it, if that is one word, as it is not in all scripts."""
    words = (text,) if text.isascii() else split_words(text)
    return words if len(words) == 1 else ()


def split_humps(text: str) -> str:
    """Write "BigBuckBunny" as "Big Buck Bunny"."""
    return _HUMP.sub(" ", text)


def without_odd_signs(text: str) -> str:
    """Write all apostrophes and all signs that join words in the same way."""
    return text.replace("`", "'") if text.isascii() else text.translate(_SIGNS)


def without_apostrophes(text: str) -> str:
    """Write "ocean's" as "oceans"."""
    return _APOSTROPHE.sub("", text)


def without_signs(text: str) -> str:
    """Write "spider-man's" as "spidermans", and "m.a.s.h" as "mash"."""
    return _INITIALS.sub(lambda found: found[0].replace(".", ""), _JOINING.sub("", text))


def is_symbol(sign: str) -> bool:
    """Say whether *sign*, neither a letter nor a digit, is a word."""
    is_one = unicodedata.category(sign)[0] == "S" and sign not in _SLASHES
    return is_one and not sign.isascii()


def _spaced(code: int) -> str:
    """Return what a search sees of a character, with blanks where words end."""
    return "".join(map(_apart, plain_letter(chr(code)))) if code else "\0"


def _apart(plain: str) -> str:
    kind = unicodedata.category(plain)
    if kind == "Nd":
        return str(unicodedata.decimal(plain))
    if kind[0] in "LMN":
        return f" {plain}" if kind[0] != "M" and _is_dense(plain) else _TYPED.get(plain, plain)
    if plain in (BEHIND, "+", "#"):
        return _TYPED.get(plain, plain)
    if plain == "\u00d7":
        return " x "
    return f" {plain} " if is_symbol(plain) else " "


def _is_dense(sign: str) -> bool:
    return any(first <= sign <= last for first, last in _DENSE)


_TYPED = {
    BEHIND: "",
    "þ": "th",
    "ĸ": "k",
    "\u0629": "\u0647",
    "\u0671": "\u0627",
    "\u0901": "\u0902",  # the dot of Devanagari is written without its moon, too
}
"""What people type for what is not on their keyboards."""

SPACED = Memo(_spaced, MOST_LETTERS)
"""For ``str.translate``: has words in lower case, and with blanks between most of them."""
