"""Language tags (BCP 47, RFC 5646) as they stand in file names. Pure."""

from __future__ import annotations

import re

# RFC 5646 section 2.1, langtag. Of the primary languages it allows, those of four letters are
# reserved and longer ones have never been registered: "clip.part.vtt" and "clip.forced.vtt" name
# no language.
_LANGTAG = re.compile(
    r"""
    [a-z]{2,3} (-[a-z]{3}){0,3}               # language, extlang
    (-[a-z]{4})?                              # script
    (-([a-z]{2}|[0-9]{3}))?                   # region
    (-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*      # variants
    (-[0-9a-wyz](-[a-z0-9]{2,8})+)*           # extensions
    (-x(-[a-z0-9]{1,8})+)?                    # private use
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)

# RFC 5646 section 2.1.1: all in lower case, but for two letters (a region) and four (a script)
# that neither begin the tag nor stand after a subtag of one character.
_CASES = {2: str.upper, 4: str.title}

# In their own words, as the people who look for them read them.
_NAMES = {
    "ar": "العربية",
    "bg": "Български",
    "bn": "বাংলা",
    "ca": "Català",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "es-419": "Español (Latinoamérica)",
    "et": "Eesti",
    "eu": "Euskara",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "ga": "Gaeilge",
    "gl": "Galego",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "is": "Íslenska",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "ms": "Bahasa Melayu",
    "nb": "Norsk bokmål",
    "nl": "Nederlands",
    "nn": "Norsk nynorsk",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "pt-BR": "Português (Brasil)",
    "pt-PT": "Português (Portugal)",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "sr": "Српски",
    "sv": "Svenska",
    "ta": "தமிழ்",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "ur": "اردو",
    "vi": "Tiếng Việt",
    "zh": "中文",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}


def normalise_tag(text: str) -> str | None:
    """Return the language tag *text* in the customary case, ``None`` if it is no such tag."""
    if not _LANGTAG.fullmatch(text):
        return None
    subtags = text.lower().split("-")
    for index, subtag in enumerate(subtags):
        if len(subtag) == 1:
            break
        if index:
            subtags[index] = _CASES.get(len(subtag), str.lower)(subtag)
    return "-".join(subtags)


def label_of(tag: str) -> str:
    """Return the name of the language *tag*, in that language, or *tag* where we do not know it.

    What the name leaves unsaid follows in brackets: ``de-CH`` is "Deutsch (CH)".
    """
    known = tag
    while known not in _NAMES:
        known, _, _ = known.rpartition("-")
        if not known:
            return tag
    unsaid = tag[len(known) + 1 :]
    return f"{_NAMES[known]} ({unsaid})" if unsaid else _NAMES[known]
