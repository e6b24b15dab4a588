"""What shows that bytes are in an encoding of Windows, where their statistics say little. Pure.

Rule 1: quotation marks, dashes and dots of typesetters stand in the same places of all of them, and
stand before, behind or between words. What else has letters there has them anywhere in words.
Rule 2: in a language that is known, no letter is one that it has not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from types import MappingProxyType

_LETTER = r"[^\W\d_]"
_TYPESET = re.compile(
    rf"(?<!\w)[\u2018\u201c\u201e\u201a\xab](?=\S)"  # they open
    rf"|(?<!\s)[\u201d\xbb](?!\w)|(?<=\w)\u201c(?!\w)"  # they close
    rf"|(?<=\w)\u2019|\u2019(?=\w)|(?<=[,.?!\u2026])\u2019"
    rf"|(?<=[^\s])\u2026|(?<!\S)\u2026(?=\w)|^\u2026$"
    rf"|[\u2013\u2014]|[\xbf\xa1](?=[\w\xbf\xa1])(?<!\w.)"
    rf"|(?<=\w)[\xaa\xba](?!\w)|(?<!{_LETTER})[\u20ac\u2122\u2022\xa3\xa5\xa9\xae\xb0\xbd\xbc\xbe](?!{_LETTER})"
    rf"|(?<=\d)[\u20ac\xb0](?!{_LETTER})|(?<={_LETTER})\u2122"
    rf"|\xa0(?=[?!:;%\u20ac\xbb])|(?<=[\xab\u2013\u2014-])\xa0|^\xa0$|(?<=\d)\xa0(?=\d)",
    re.MULTILINE,
)


_SIGN = re.compile(r"[\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac\u2122]")
"""Those that other encodings have letters for, or nothing."""


def _letters(**texts: str) -> MappingProxyType[str, frozenset[str]]:
    return MappingProxyType({key: frozenset(text) for key, text in texts.items()})


LETTERS = _letters(
    ca="àçèéíïòóúü",
    cs="áčďéěíňóřšťúůýž",
    da="åæøé",
    de="äöüß",
    el="άέήίόύώϊϋΐΰαβγδεζηθικλμνξοπρσςτυφχψω",
    en="éèêëïôöüçñà",
    es="áéíóúüñ",
    et="äõöüšž",
    fi="äöå",
    fr="àâæçéèêëîïôœùûüÿ",
    he="אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    hr="čćđšž",
    hu="áéíóöőúüű",
    **{"is": "áðéíóúýþæö"},
    it="àèéìòù",
    lt="ąčęėįšųūž",
    lv="āčēģīķļņšūž",
    nb="åæøéòó",
    nl="áéëïíóöúüè",
    no="åæøéòó",
    pl="ąćęłńóśźż",
    pt="áâãàçéêíóôõú",
    ro="ăâîșşțţ",
    sk="áäčďéíĺľňóôŕšťúýž",
    sl="čšž",
    sv="åäöé",
    tr="âçğıîöşüû",
)
"""The letters beyond ASCII that are written in a language, in lower case."""
_OTHERS = frozenset({"el", "he"})
"""Languages of other scripts than the Latin one."""


def is_of_windows(data: bytes) -> bool:
    """Say whether there are signs of typesetters in *data*, all where those of Windows may be."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return _SIGN.search(text) is not None and not _SIGN.search(_TYPESET.sub("", text))


def is_typeset(data: bytes) -> bool:
    """Say whether all of *data* beyond ASCII are signs that stand where those of Windows do."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return _TYPESET.sub("", text).isascii()


def spelled(data: bytes, language: str, names: Sequence[str]) -> str | None:
    """Return the first of some encodings in which *data* has letters of *language* alone."""
    letters = LETTERS.get(language)
    if letters is None:
        return None
    for name in names:
        try:
            text = _TYPESET.sub("", data.decode(name))
        except UnicodeDecodeError:
            continue
        others = "".join({letter for letter in text if not letter.isascii()})
        if letters.issuperset(others.lower()) and not _is_odd(text, language):
            return name
    return None


def _is_odd(text: str, language: str) -> bool:
    """Say whether words go on with capitals behind small letters, or in two scripts."""
    return any(
        other.isalpha()
        and not other.isascii()
        and ((one.islower() and other.isupper()) or (language in _OTHERS and _is_latin(one)))
        for one, other in pairwise(text)
    )


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalpha()
