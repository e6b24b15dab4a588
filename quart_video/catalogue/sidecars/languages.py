"""Language tags (BCP 47, RFC 5646) as they stand in file names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from unicodedata import normalize

from quart_video.language_table import LONG, OTHERS, REGIONS, SHORT

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

# Names of what is more than a language, as the people who look for it read them.
_OWN_NAMES = {
    "en-GB": "English (UK)",
    "en-US": "English (US)",
    "es-419": "Español (Latinoamérica)",
    "es-ES": "Español (España)",
    "es-MX": "Español (México)",
    "fr-CA": "Français (Canada)",
    "pt-BR": "Português (Brasil)",
    "pt-PT": "Português (Portugal)",
    "sr-Cyrl": "Српски",
    "sr-Latn": "Srpski",
    "zh-Hans": "简体中文",
    "zh-CN": "简体中文",
    "zh-HK": "繁體中文 (香港)",
    "zh-Hant": "繁體中文",
    "zh-TW": "繁體中文 (台灣)",
}

# Codes that were withdrawn, of countries, and of sites that subtitles come from.
_ODD = {
    "chs": "zh-hans",
    "cht": "zh-hant",
    "cmn": "zh",
    "cn": "zh",
    "cz": "cs",
    "dk": "da",
    "esp": "es",
    "gr": "el",
    "in": "id",
    "iw": "he",
    "jap": "ja",
    "ji": "yi",
    "jp": "ja",
    "kr": "ko",
    "mo": "ro",
    "mol": "ro",
    "pb": "pt-br",
    "pob": "pt-br",
    "ptb": "pt-br",
    "scc": "sr",
    "scr": "hr",
    "sp": "es",
    "spl": "es-419",
    "ua": "uk",
    "vn": "vi",
    "zhe": "zh",
    "zhs": "zh-hans",
    "zht": "zh-hant",
}
_ODD_TAGS = {"es-LA": "es-419"}  # nobody means Laos
_EXTENDED = frozenset({"cmn", "yue"})
_SAME = {"cmn": "zh", "fil": "tl", "nb": "no", "nn": "no"}  # for one who looks for a language
_SCRIPTS = {"zh-cn": "hans", "zh-hk": "hant", "zh-mo": "hant", "zh-sg": "hans", "zh-tw": "hant"}

# What stands beside the name of a language: of which it is, and what the tag becomes.
_KINDS = {
    "de": {
        **dict.fromkeys(["austria", "austrian", "osterreich"], "AT"),
        **dict.fromkeys(["switzerland", "swiss", "schweiz"], "CH"),
        "germany": "DE",
    },
    "en": {
        **dict.fromkeys(["american", "us", "usa"], "US"),
        **dict.fromkeys(["british", "uk"], "GB"),
        **dict.fromkeys(["australia", "australian"], "AU"),
        **dict.fromkeys(["canada", "canadian"], "CA"),
        **dict.fromkeys(["india", "indian"], "IN"),
    },
    "es": {
        **dict.fromkeys(["latin", "latinoamerica", "latino", "latam", "lat", "la"], "419"),
        **dict.fromkeys(["castilian", "castellano", "espana", "european", "spain"], "ES"),
        **dict.fromkeys(["mexican", "mexico"], "MX"),
    },
    "fr": {
        **dict.fromkeys(["canada", "canadian", "canadien", "quebec"], "CA"),
        **dict.fromkeys(["belgium", "belgian", "belgique"], "BE"),
        **dict.fromkeys(["switzerland", "swiss", "suisse"], "CH"),
        "france": "FR",
    },
    "nl": dict.fromkeys(["belgium", "belgian", "belgie", "flemish"], "BE"),
    "pt": {
        **dict.fromkeys(["brasil", "brasileiro", "brazil", "brazilian", "br"], "BR"),
        **dict.fromkeys(["european", "portugal", "pt"], "PT"),
    },
    "sr": {
        "cyrillic": "Cyrl",
        "cyrl": "Cyrl",
        "latin": "Latn",
        "latn": "Latn",
        "latinica": "Latn",
        "cirilica": "Cyrl",
    },
    "zh": {
        **dict.fromkeys(["simplified", "simp", "hans", "简体", "简", "chs"], "Hans"),
        **dict.fromkeys(["traditional", "trad", "hant", "繁體", "繁体", "繁", "cht"], "Hant"),
        **dict.fromkeys(["taiwan", "tw", "台灣", "台湾"], "TW"),
        **dict.fromkeys(["hong", "hongkong", "hk", "cantonese", "香港"], "HK"),
        "china": "CN",
        "singapore": "SG",
    },
}
# What is missing in the table, and what people who speak something else call the great languages.
_OTHER_NAMES = {
    "ar": "عربي/Arabe/Arabisch/Árabe/Arabo",
    "de": "Alemán/Alemão/Allemand/Tedesco/Duits/Niemiecki/Tyska/Almanca/Němčina/немецкий",
    "en": "英文/英语/英語/Anglais/Angielski/Angličtina/Engelsk/Engelska/Englisch/Inglés"
    "/Inglês/Inglese/İngilizce/Английский/англ",
    "es": "Espagnol/Spanisch/Espanhol/Spagnolo/Spaans/Hiszpański/Spanska/Spansk/İspanyolca"
    "/испанский",
    "es-ES": "Castellano",
    "fr": "VF/VOSTFR/Französisch/Francés/Francês/Francese/Francuski/Franska/Fransk"
    "/Fransızca/французский",  # noqa: RUF001 - a Turkish letter is meant
    "fr-CA": "VFQ",
    "fr-FR": "VFF",
    "hi": "हिंदी",
    "id": "Bahasa/Indonesia",
    "it": "Italien/Italienisch/Italiaans/Włoski/Italienska/итальянский",
    "ja": "日文/日语/日語/Japonais/Japanisch/Japonés/Japonês/Giapponese/Japoński/Japanska/японский",
    "ko": "韩文/韩语/韓文/韓語/Coréen/Koreanisch/Coreano/Koreański/корейский",
    "ms": "Melayu",
    "nl": "Niederländisch/Néerlandais/Holandés/Holandês/Olandese",
    "nn": "Nynorsk",
    "pl": "Polnisch/Polonais/польский",
    "pt": "Portugais/Portugiesisch/Portugués/Portoghese/Portugalski/Portugisiska/португальский",
    "ru": "рус/русские/Russe/Russisch/Rosyjski/Ryska/Rusça",  # noqa: RUF001
    "sv": "Schwedisch/Suédois",
    "tr": "Türkisch/турецкий",
    "uk": "укр/Ukrainisch/украинский",
    "yue": "粤语",
    "zh": "中英/中日/中韩/中韓/Chinois/Chinesisch/Cinese/Kinesiska/китайский",
    "es-419": "LatAm/Latino/Latin American/Latin Spanish",
    "pt-BR": "Brazilian/Brasileiro/ptbr/Português do Brasil/Portugues Brasileiro",
    "zh-Hans": "简中/简/簡體中文/簡体/简体/簡體/sc/jpsc/简英/简日/gb2312/gbk",
    "zh-Hant": "繁中/繁/繁体中文/正體中文/繁體/繁体/正體/tc/jptc/繁英/繁日/big5",
}
_FILLERS = frozenset({"america", "american", "copy", "kong", "language", "the"})
_CAPTIONS = frozenset(
    {
        *(
            "altyazi",
            "legenda",
            "legendas",
            "napisy",
            "ondertiteling",
            "sottotitoli",
            "stream",
            "sub",
        ),
        *("subs", "subtitle", "subtitles", "subtitulos", "titulky", "track", "undertexter"),
        *("untertitel", "untitled", "субтитры"),
    }
)
"""Words for captions, which say nothing of captions."""
_ABOUT_CHINESE = re.compile(r"(?<=\w)(?:字幕|双语|雙語)+$")


def _read_tables() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return the names by code, codes by what is shorter or the same, and codes by name."""
    labels: dict[str, str] = dict(_OWN_NAMES)
    shorter: dict[str, str] = {}
    by_name: dict[str, str] = {}
    rows = [line.split(" : ") for line in (SHORT + LONG).strip().splitlines() if line]
    for row in rows:
        code = row[0]
        codes = row[1].split("/") if len(code) == 2 else []
        english, own = ([*row[2 if codes else 1 :], "", ""])[:2]
        labels[code] = own or english.partition("/")[0]
        shorter |= dict.fromkeys(codes, code)
        for name in (*english.split("/"), own):
            by_name.setdefault(fold_name(name), code)
    for code, name in (*_OWN_NAMES.items(), *_OTHER_NAMES.items()):
        for each in name.split("/"):
            by_name.setdefault(fold_name(each), code)
    del by_name[""]
    return labels, shorter, by_name


def fold_name(text: str) -> str:
    """Return *text* for comparing names: neither case nor accents of letters count."""
    plain = (mark for mark in normalize("NFKD", text.casefold()) if not _is_accent(mark))
    return normalize("NFC", "".join(plain))


def _is_accent(mark: str) -> bool:
    return "\u0300" <= mark <= "\u036f"


_NAMES, _SHORTER, _BY_NAME = _read_tables()
_SHORTER |= _ODD
_KNOWN = frozenset({*_NAMES, *_SHORTER})
_WORDS = frozenset(OTHERS.split())
_REGIONS = frozenset(REGIONS.split())
# ISO 15924, and variants that are more than an orthography.
_SUBTAG_LIST = """
arab armn beng cyrl deva ethi geor grek gujr guru hang hans hant hebr hira hrkt jpan kana khmr knda
kore laoo latn mlym mong mymr orya sinh taml telu thaa thai tibt
ekavsk fonipa hepburn ijekavsk oxendict pinyin rozaj tarask valencia yue
"""
_SUBTAGS = frozenset(_SUBTAG_LIST.split())
_UNDETERMINED = frozenset({"mis", "und", "unk", "zxx"})


def language_of(word: str) -> str | None:
    """Return the tag of the language that *word* names: by a tag, or by its name.

    :param word: a tag whose language is known ("en", "por", "zh-Hans", "pt_BR"), or a name in
        English or in the language itself ("German", "Français").
    """
    if tag := _BY_NAME.get(fold_name(_ABOUT_CHINESE.sub("", word))):
        return tag
    parts = word.replace("_", "-").split("-")
    if len(parts) > 1 and parts[0].lower() == "zh" and parts[1].lower() in _EXTENDED:
        del parts[0]  # RFC 5646 section 4.5: "zh-yue" is "yue"
    if len(parts) > 1 and "-" in _ODD.get(parts[0].lower(), "") and _is_code(parts[1]):
        return None  # "cht_jp" is in two languages, and neither of them of Japan
    public = [*takewhile(lambda part: part not in {"x", "X"}, parts)]  # the rest is private use
    if parts[0].lower() not in _KNOWN or not all(map(_may_follow, public[1:])):
        return None
    tag = normalise_tag("-".join(parts))
    return _ODD_TAGS.get(tag, tag) if tag else None


def _is_code(word: str) -> bool:
    return word.lower() in _KNOWN


def _may_follow(subtag: str) -> bool:
    """Say whether *subtag* is a region, a script or a variant, rather than any word."""
    folded = subtag.lower()
    return subtag.upper() in _REGIONS or folded in _SUBTAGS or subtag[:3].isdigit()


def rare_language_of(word: str) -> str | None:
    """Return the tag of a code that is rather a word ("new", "war"), where nothing else tells."""
    return word.lower() if word.lower() in _WORDS else None


def is_undetermined(word: str) -> bool:
    """Say whether *word* is a code that says of no language that it is there."""
    return word.lower() in _UNDETERMINED


def refine(tag: str, word: str) -> str | None:
    """Return what *tag* becomes beside *word*: "pt" beside "Brazilian" is "pt-BR".

    It is ``None`` where the word says nothing of that language.
    """
    folded = fold_name(word)
    kind = _KINDS.get(tag.partition("-")[0], {}).get(folded)
    if kind is None:
        return tag if folded in _FILLERS or folded in _CAPTIONS else None
    return tag if "-" in tag else f"{tag}-{kind}"


def preferred(tags: Sequence[str | None], wanted: Sequence[str]) -> int | None:
    """Return which of *tags* suits best; ``None``: none of them does.

    :param wanted: language tags, the best first, as ``Accept-Language`` has them. "en" suits
        whoever wants "en-GB", and the other way round; the very same goes first, then the same
        script.
    """
    offered = [_parts(tag) if tag else None for tag in tags]
    for want in wanted:
        if not want:
            continue
        whole, primary, script = _parts(want)
        best = [
            (each[0] == whole, each[2] == script, each[0] == primary, -index)
            for index, each in enumerate(offered)
            if each and each[1] == primary
        ]
        if best:
            return -max(best)[3]
    return None


def _parts(tag: str) -> tuple[str, str, str]:
    """Return *tag*, its language and its script, all in lower case."""
    whole = (normalise_tag(tag) or tag).lower()
    primary, *subtags = whole.split("-")
    script = next((each for each in subtags if len(each) == 4 and each.isalpha()), None)
    if script is None:
        script = _SCRIPTS.get("-".join([primary, *subtags[:1]]), "")
    return whole, _SAME.get(primary, primary), script


def normalise_tag(text: str) -> str | None:
    """Return the language tag *text* in the customary case, ``None`` if it is no such tag."""
    if not _LANGTAG.fullmatch(text):
        return None
    subtags = text.lower().split("-")
    code = _SHORTER.get(subtags[0], subtags[0]).split("-")
    subtags[:1] = code if len(subtags) == 1 else code[:1]  # "pob" is "pt-BR", "pob-PT" not both
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
