"""The bytes of a caption file become text. Pure.

Rule 1: a mark says what the encoding is; without one, text that is UTF-8 but for a few bytes is
UTF-8, as every browser and editor shows it.
Rule 2: a document of XML names its encoding; where it is one of those that are thought of, it is.
Rule 3: all else is in the encoding that the statistics of its letters speak for. Where those speak
for several about as much, the language that the file's name tells decides.
Rule 4: signs of typesetters say nothing to statistics, and letters that the language has not, much.
"""

from __future__ import annotations

import codecs
import re
import warnings
from contextlib import suppress
from types import MappingProxyType

import chardet

from quart_video.media.subtitles.plausible import is_of_windows, is_typeset, spelled

_SAMPLE = 64 * 1024  # bytes that tell an encoding
_FEW = 5  # bytes beyond ASCII; of less, statistics say nothing against the language of the name
_ASCII = bytes(range(128))
_NEARLY = 0.8  # part of the best confidence with which the language of the name decides

# UTF-32 before UTF-16, whose mark it begins with.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SEVEN_BITS = ("iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext", "iso2022_kr", "hz")
_ENDS_OF_LINES = re.compile(r"\r*\n|\r")  # "\r\r\n" is one that was taken for text on its way
_CONTROLS = re.compile("[\0-\x08\x0e-\x1b\x7f]+")
_LATER_MARKS = re.compile(r"^\ufeff+", re.MULTILINE)  # where files were put together, too
_DECLARED = re.compile(
    rb"\A\s*<\?xml\s[^<>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']", re.IGNORECASE
)
_SHIFTS = re.compile(rb"\x1b\$|~\{|\x0e")  # into letters of two bytes, in those of seven bits

_WESTERN = "cp1252 iso8859-15 cp850 mac-roman cp437"
_CENTRAL = "cp1250 iso8859-2 cp852 mac-latin2"
_BALTIC = "cp1257 iso8859-13 cp775 iso8859-4"
_CYRILLIC = "cp1251 koi8-r cp866 iso8859-5 mac-cyrillic cp855"


def _table(**names: str) -> MappingProxyType[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(each.split()) for key, each in names.items()})


BY_LANGUAGE = _table(
    **dict.fromkeys(["af", "ca", "de", "en", "es", "eu", "fr", "ga", "gl", "it", "nl"], _WESTERN),
    **dict.fromkeys(["da", "nb", "nn", "no"], f"{_WESTERN} cp865"),
    **dict.fromkeys(["fi", "id", "ms", "sv"], _WESTERN),
    pt=f"{_WESTERN} cp860",
    **{"is": f"{_WESTERN} cp861 mac-iceland"},
    **dict.fromkeys(["bs", "cs", "hr", "hu", "pl", "sk", "sl", "sq"], _CENTRAL),
    ro=f"{_CENTRAL} iso8859-16",
    **dict.fromkeys(["lt", "lv"], _BALTIC),
    et=f"{_BALTIC} iso8859-15 cp1252",
    **dict.fromkeys(["bg", "mk", "mn", "ru"], _CYRILLIC),
    sr=f"{_CYRILLIC} {_CENTRAL}",
    **dict.fromkeys(["be", "uk"], f"{_CYRILLIC} koi8-u cp1125"),
    kk="kz1048 cp1251 ptcp154",
    el="cp1253 iso8859-7 cp737 cp869 mac-greek",
    tr="cp1254 iso8859-9 cp857 mac-turkish",
    az="cp1254 iso8859-9 cp1251",
    he="cp1255 iso8859-8 cp862",
    ar="cp1256 iso8859-6 cp720 cp864",
    fa="cp1256",
    ur="cp1256",
    th="cp874",
    vi="cp1258",
    ja="cp932 euc_jis_2004",
    ko="cp949 johab",
    zh="gb18030 big5hkscs",
)
"""The encodings of files in a language that are not Unicode: all that is thought of."""

_USUAL = "cp1252"
_PLAUSIBLE = tuple(dict.fromkeys(name for names in BY_LANGUAGE.values() for name in names))
_OF_WINDOWS = tuple(name for name in _PLAUSIBLE if name.startswith("cp125"))
_WIDER_NAMES = {
    "big5": "big5hkscs",
    "euc_jp": "euc_jis_2004",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "shift_jis": "cp932",
}
"""What documents name, and what has all the letters that people then put into them."""
_DECLARABLE = frozenset(codecs.lookup(name).name for name in _PLAUSIBLE)
# Of files that share nearly all letters in them, what the other has not is worth more.
_WIDER = {"euc_jis_2004": "euc_jp", "iso2022_jp_ext": "iso2022_jp_2004"}


def read_text(data: bytes, *, encoding: str | None = None, language: str | None = None) -> str:
    r"""Decode *data*, with ``\\n`` at the ends of its lines.

    :param encoding: of files that do not tell theirs and are not UTF-8; ``None``: it is guessed.
    :param language: BCP 47 tag that the file's name tells.
    """
    found = _certain(data) or encoding or guess(data, language)
    text = _ENDS_OF_LINES.sub("\n", _CONTROLS.sub("", data.decode(found, "replace")))
    return _LATER_MARKS.sub("", text)


def _certain(data: bytes) -> str | None:
    """Return what tells itself, ``None`` where that takes a guess."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    if b"\0" in data[:_SAMPLE] and (wide := _best(data[:_SAMPLE], _WIDE, None)) in _WIDE:
        return wide
    if data.isascii():
        escaped = _best(data, _SEVEN_BITS, None) if _SHIFTS.search(data) else None
        return escaped if escaped in _SEVEN_BITS else "utf-8"
    return "utf-8" if is_nearly_utf8(data) else _declared(data)


def _declared(data: bytes) -> str | None:
    """Return what a document of XML says that it is in, where that is one that is thought of."""
    if found := _DECLARED.match(data):
        with suppress(LookupError):
            name = codecs.lookup(found[1].decode("ascii", "replace")).name
            return _WIDER_NAMES.get(name) or (name if name in _DECLARABLE else None)
    return None


def is_nearly_utf8(data: bytes) -> bool:
    """Say whether more letters of *data* are UTF-8 than are not, or all but one cut off."""
    with suppress(UnicodeDecodeError):
        data.decode()
        return True
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - bad - len(text.encode("ascii", "ignore"))
    return good > bad or (bad == 1 and good == 1 and text.endswith("\ufffd"))


def guess(data: bytes, language: str | None = None) -> str:
    """Return the encoding that *data*, which is not UTF-8, seems to be in.

    :param language: as :func:`read_text` takes it.
    """
    primary = (language or "").partition("-")[0]
    sample = _sample(data)
    own = BY_LANGUAGE.get(primary)
    if own is None or own[0].startswith("cp125"):
        if is_typeset(sample):
            return own[0] if own else _USUAL
        if own and (found := spelled(sample, primary, own)):
            return found
        if is_of_windows(sample):
            return _best(sample, _OF_WINDOWS, own) or _USUAL
    return _best(sample, _PLAUSIBLE, own) or _USUAL


def _sample(data: bytes) -> bytes:
    """Return lines of *data* that tell something, none of them cut: a letter has several bytes."""
    lines = []
    length = 0
    for line in data.splitlines():
        if not line.isascii():
            length += len(line) + 1
            if length > _SAMPLE:
                break
            lines.append(line)
    return b"\n".join(lines) or data[:_SAMPLE]


def _best(data: bytes, names: tuple[str, ...], own: tuple[str, ...] | None) -> str | None:
    """Return the best of the encodings *names*, one of *own* where it is nearly as good."""
    with warnings.catch_warnings():
        # Where nothing matches, it warns that what it would say then is none of *names*.
        warnings.simplefilter("ignore", UserWarning)
        found = chardet.detect_all(
            data, ignore_threshold=True, compat_names=False, include_encodings=names
        )
    ranked = [(each["encoding"], each["confidence"]) for each in found if each["encoding"]]
    if not ranked:
        return None
    best, most = ranked[0]
    if own:
        enough = 0.0 if len(data.translate(None, _ASCII)) < _FEW else most * _NEARLY
        best = next((n for n, much in ranked if n in own and much >= enough), best)
    return _WIDER.get(best, best)
