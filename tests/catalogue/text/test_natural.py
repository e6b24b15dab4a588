# ruff: noqa: RUF001 - digits of other scripts are what is tested
from __future__ import annotations

import random
import unicodedata
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.text.natural import fold, natural_key, path_key

ORDERED = {
    "numbers": ["clip 2", "clip 10", "clip 100"],
    "numbers inside": ["s1e2 z", "s1e10 a", "s2e1 a"],
    "no number before a number": ["clip", "clip 1"],
    "the name before its continuations": ["clip.mp4", "clip 2.mp4", "clip-2.mp4", "clips.mp4"],
    "zero": ["clip 0", "clip 1"],
    "zeros in front count last": ["clip 01", "clip 1", "clip 01a", "clip 1b", "clip 02", "clip 10"],
    "around nine digits": ["99999999", "100000000", "999999999", "1000000000"],
    "around eighteen digits": ["9" * 17, "1" + "0" * 17, "9" * 18, "1" + "0" * 18],
    "above any integer limit": ["9" * 5000, "1" + "0" * 5000, "1" + "0" * 4999 + "1"],
    "case last": ["A", "a", "B", "b"],
    "accents last": ["ecole", "école", "ecoles", "écoles"],
    "letters that fold to several": ["Straße 2", "STRASSE 10"],
    "underscore as the space it is shown as": ["clip_2", "clip 10", "clip_11"],
    "arabic-indic digits": ["clip ٢", "clip 3", "clip ١٠"],
    "full-width digits": ["clip ２", "clip 3", "clip １０"],
    "mixed scripts in one number": ["clip 9", "clip 1٠", "clip 11"],
    # By hand, of the root collation of CLDR: a stroke counts as an accent does, but for what has a
    # place of its own.
    "l with a stroke": ["la", "ła", "lb", "łb", "m"],
    "o with a stroke": ["oa", "øa", "ob", "øb", "p"],
    "d with a stroke": ["da", "đa", "db", "đb", "e"],
    "h with a stroke": ["ha", "ħa", "hb", "i"],
    "ae in one": ["ad", "ae", "æ", "aea", "æb", "af"],
    "oe in one": ["od", "oe", "œ", "oea", "œb", "of"],
    "i without a dot": ["ia", "iz", "ıa", "j"],
    "t with a stroke, and eng": ["nz", "ŋa", "o", "tz", "ŧa", "u"],
    "thorn": ["th", "z", "þ"],
    "kanji and kana": ["か", "が", "き"],
    # By hand, of the same table: letters that Unicode has far away from their neighbours.
    "Ukrainian": ["Габа", "Ґабо", "Гавк", "Ева", "Єва", "Жук", "Ива", "Іва", "Їва", "Кит", "Яна"],
    "Serbian": [
        "дан",
        "ђак",
        "еж",
        "из",
        "јак",
        "лан",
        "љут",
        "мак",
        "ћуп",
        "уво",
        "чеп",
        "џеп",
        "шал",
    ],
    "Kazakh": [
        "аз",
        "әз",
        "бал",
        "күн",
        "қар",
        "лак",
        "нан",
        "ңан",
        "ол",
        "өл",
        "пай",
        "ур",
        "үр",
        "ұр",
    ],
    "Persian": ["بام", "پام", "تاب", "جام", "چاه", "حال", "زن", "ژن", "سال", "كار", "گاو", "لب"],
    "Tamil": ["நகர்", "பல்", "வழி", "ழகரம்", "ளகரம்", "றகரம்", "னகரம்", "ஜன்னல்", "ஷா"],
    "Hebrew": ["כד", "ךה", "כו", "לב"],
    "digits before letters": ["1 clip", "a clip"],
    "nothing first": ["", "a"],
}


@pytest.mark.parametrize("names", ORDERED.values(), ids=ORDERED.keys())
def test_order(names: list[str]) -> None:
    shuffled = random.Random(1).sample(names, len(names))
    assert sorted(shuffled, key=natural_key) == names


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_forms_of_a_letter_stand_together(form: str) -> None:
    name = unicodedata.normalize(form, "é 2")  # type: ignore[arg-type]
    assert natural_key("e 1") < natural_key(name) < natural_key("e 3")


# Pieces that meet the rules more often than letters drawn at random.
NAMES = st.text() | st.lists(
    st.sampled_from(["clip", "Clip", "é", "e\u0301", "0", "00", "1", "9", "١", " ", "_", ".", "a"])
).map("".join)


@given(NAMES, NAMES)
def test_different_names_are_never_equal(one: str, other: str) -> None:
    assert (natural_key(one) == natural_key(other)) is (one == other)


@given(st.text("0123456789٠٣٩０９", min_size=1), st.text("0123456789٠٣٩０９", min_size=1))
def test_numbers_go_by_value(one: str, other: str) -> None:
    if int(one) < int(other):
        assert natural_key(f"a{one}z") < natural_key(f"a{other}")


@given(st.lists(NAMES, unique=True))
def test_order_is_total(names: list[str]) -> None:
    ordered = sorted(names, key=natural_key)
    assert all(natural_key(one) < natural_key(other) for one, other in pairwise(ordered))


@given(NAMES)
def test_folding_leaves_nothing_to_fold(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold(unicodedata.normalize("NFD", name)) == fold(unicodedata.normalize("NFC", name))


def test_paths_go_folder_by_folder() -> None:
    ordered = [
        "a.mp4",
        "z.mp4",
        "part 2/a.mp4",
        "part 2/z.mp4",
        "part 2/extra/a.mp4",
        "part 10/a.mp4",
    ]
    shuffled = random.Random(1).sample(ordered, len(ordered))
    assert sorted(shuffled, key=path_key) == ordered


LONG = {
    "digits": "9" * 100_000,
    "digits of another script": "٩" * 100_000,
    "zeros": "0" * 100_000,
    "numbers": "1 " * 50_000,
    "marks out of order": "a" + "\u0301\u0323" * 50_000,
    "a letter that becomes eighteen": "\ufdfa" * 5_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_takes_linear_time(text: str) -> None:
    began = process_time()
    natural_key(text)
    assert process_time() - began < 5  # seconds of the processor; many times what it takes
