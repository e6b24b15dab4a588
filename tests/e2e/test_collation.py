# ruff: noqa: RUF001 - letters of other scripts are what is tested
"""The order of names, and which letters are the same, as ICU has them: Chromium's collator is one.

The root collation of CLDR, at its first level, is what names are held against. Left out is what it
makes of more than one letter, as of the long mark of kana, and of signs, which it looks at later.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest

from quart_video.catalogue import natural_key
from quart_video.catalogue.text.natural import fold
from tests.e2e.chromium import Browser, pages_of

_COLLATE = """names => {
  const collator = new Intl.Collator("und", {sensitivity: "base", numeric: true});
  return names.map(one => names.map(other => Math.sign(collator.compare(one, other))));
}"""

ALPHABETS = {
    "strokes and joined letters": [
        *"abdefhilmnoprstuz",
        *"łøđħıŋŧæœßð",
        "ae",
        "oe",
        "ss",
        "az",
        "oz",
    ],
    "Latin": [*"aábcčdďeéěęfgğhiíjkklľmnñoóöőpqrřsśštťuúůűüvwxyýzźžżåäãàçêëîïôûÿąćńşţș"],
    "Greek": [*"αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋφχψωώΩΆ"],
    "Russian": [*"абвгдеёжзиклмнопрстуфхцчшщъыьэюяАЁЯ"],
    "Ukrainian": [*"абвгґдеєжзиіїклмнопрстуфхцчшщьюяҐЄІЇ"],
    "Belarusian": [*"абвгдеёжзіклмнопрстуўфхцчшыьэюя"],
    "Serbian": [*"абвгдђежзијклљмнњопрстћуфхцчџш"],
    "Macedonian": [*"абвгдѓежзѕијклљмнњопрстќуфхцчџш"],
    "Kazakh": [*"аәбвгғдеёжзикқлмнңоөпрстуұүфхһцчшщъыіьэюя"],
    "Hebrew": [*"אבגדהוזחטיכךלמםנןסעפףצץקרשת"],
    "Arabic": [*"ابتثجحخدذرزسشصضطظعغفقكلمنهوي"],
    "Persian": [*"ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"],
    "Urdu": [*"ابپتثٹجچحخدذڈرزڑژسشصضطظعغفقکگلمنںوهھہیے"],
    "Hindi": [*"अआइईउऊऋएऐओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह"],
    "Bengali": [*"অআইঈউঊএঐওঔকখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহ"],
    "Tamil": [*"அஆஇஈஉஊஎஏஐஒஓகஙசஜஞடணதநனபமயரறலளழவஷஸஹ"],
    "Thai": [*"กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"],
    "Korean": [
        "가",
        "각",
        "강",
        "나",
        "눈",
        "다",
        "라",
        "마",
        "바",
        "사",
        "서",
        "아",
        "자",
        "하",
        "힣",
    ],
    "Japanese": [*"あアいイうウかカがガきさサざたつッっナはハばパぱまヤゃらワんン"],
    "Chinese": [*"一丁中九二五京人国山日本東湖"],
    "scripts after each other": [*"1aαбאاअকகก가あ中"],
    "words": [
        *(
            "łan",
            "lark",
            "ladle",
            "Øl",
            "oak",
            "onyx",
            "Đak",
            "dab",
            "dam",
            "Æble",
            "adder",
            "afar",
        ),
        *("Œuf", "odd", "of", "ılık", "ink", "jam", "clip 2", "clip 10", "clip 9", "Іван", "Яна"),
        *("Єва", "Жук", "شام", "پدر", "تار", "חלום", "חלב", "ラジオ", "らっぱ", "とうきょう"),
    ],
}
# What a search is to find by what people type, and so stands together in an order: keyboards of
# one language lack what those of another have.
_SAME_TO_US = {frozenset(pair) for pair in ("كک",)}


@pytest.fixture(scope="module")
def collated(browser: Browser) -> Mapping[str, list[list[int]]]:
    """Return how the collator compares each of an alphabet with each."""
    with pages_of(browser) as new_page:
        page = new_page()
        return {key: page.evaluate(_COLLATE, names) for key, names in ALPHABETS.items()}


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_order_is_that_of_icu(collated: Mapping[str, list[list[int]]], alphabet: str) -> None:
    names = ALPHABETS[alphabet]
    for one, other in combinations(range(len(names)), 2):
        pair = names[one], names[other]
        if frozenset(pair) in _SAME_TO_US:
            continue
        wanted = collated[alphabet][one][other]
        assert (fold(pair[0]) == fold(pair[1])) is (wanted == 0), pair
        if wanted:
            first, second = map(natural_key, pair)
            assert (first > second) - (first < second) == wanted, pair
