"""Language tags (BCP 47, RFC 5646) as they stand in file names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

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


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


# ISO 639-2, in both of its forms: videos and their captions bear these, and of two names for a
# language BCP 47 asks for the shorter (RFC 5646 section 2.2.1).
_SHORTER = _pairs(
    """
    alb=sq ara=ar arm=hy baq=eu ben=bn bos=bs bul=bg bur=my cat=ca ces=cs chi=zh cym=cy cze=cs
    dan=da deu=de dut=nl ell=el eng=en est=et eus=eu fas=fa fin=fi fra=fr fre=fr geo=ka ger=de
    gle=ga glg=gl gre=el heb=he hin=hi hrv=hr hun=hu hye=hy ice=is ind=id isl=is ita=it jpn=ja
    kan=kn kat=ka kaz=kk khm=km kor=ko lav=lv lit=lt mac=mk mal=ml mar=mr may=ms mkd=mk mon=mn
    msa=ms mya=my nld=nl nno=nn nob=nb nor=no per=fa pol=pl por=pt ron=ro rum=ro rus=ru sin=si
    slk=sk slo=sk slv=sl spa=es sqi=sq srp=sr swa=sw swe=sv tam=ta tel=te tha=th tur=tr ukr=uk
    urd=ur uzb=uz vie=vi wel=cy zho=zh
    """
)

# In English, as files are named by those who share them.
_ENGLISH = _pairs(
    """
    arabic=ar bulgarian=bg catalan=ca chinese=zh croatian=hr czech=cs danish=da dutch=nl
    english=en estonian=et finnish=fi french=fr german=de greek=el hebrew=he hindi=hi hungarian=hu
    icelandic=is indonesian=id italian=it japanese=ja korean=ko latvian=lv lithuanian=lt malay=ms
    norwegian=no persian=fa polish=pl portuguese=pt brazilian=pt-BR romanian=ro russian=ru
    serbian=sr slovak=sk slovenian=sl spanish=es swedish=sv tamil=ta thai=th turkish=tr
    ukrainian=uk vietnamese=vi
    """
)


def language_of(word: str) -> str | None:
    """Return the tag of the language that *word* names, by a tag, or in English."""
    known = _ENGLISH.get(word.lower())
    return known or (normalise_tag(word) if len(word) in (2, 3) or "-" in word else None)


def preferred(tags: Sequence[str | None], wanted: Sequence[str]) -> int | None:
    """Return which of *tags* suits best; ``None``: none of them does.

    :param wanted: language tags, the best first, as ``Accept-Language`` has them. "en" suits
        whoever wants "en-GB", and the other way round; the very same goes first.
    """
    lower = [tag.lower() if tag else "" for tag in tags]
    for want in map(str.lower, wanted):
        if want and want in lower:
            return lower.index(want)
        primary = want.partition("-")[0]
        for index, tag in enumerate(lower):
            if tag and tag.partition("-")[0] == primary:
                return index
    return None


def normalise_tag(text: str) -> str | None:
    """Return the language tag *text* in the customary case, ``None`` if it is no such tag."""
    if not _LANGTAG.fullmatch(text):
        return None
    subtags = text.lower().split("-")
    subtags[0] = _SHORTER.get(subtags[0], subtags[0])
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
