# ruff: noqa: RUF001 - signs of other scripts are what is tested
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.text.bulk import keys_and_words
from quart_video.catalogue.text.natural import name_bytes
from quart_video.catalogue.text.words import WHOLE, words_of
from quart_video.storage.names import name_problem

PIECES = ["clip", "Clip", "HD", "0", "00", "1", "007", " ", "_", "-", ".", "\x01", "\x02", "\x08"]
COMMON = st.lists(st.sampled_from([*PIECES, *WHOLE, ".mp4", ".MP4", ".webm"]), min_size=1)
SIGNED = ["S01E02", "s1", ".S.H", "M.A", "-E", "'s", "’s", "1x02", "Season 1", "·", "C++", "#", "×"]
SIGNED += [
    "BigBuck",
    "Ł",
    "þ",
    "ı",
    "ト",
    "ก่",
    "दि",
    "한",
    "中",
    "★",
    "٣",
    "ĸ",
    "і",
    "Ј",
    "پ",
    "ன",
    "ї",
    "ם",
    "ی",
]
SIGNED += [
    *(
        "20,000",
        "20.000",
        " 000",
        "Mü",
        "a\u030a",
        "ø",
        "S_-_05",
        "\u0308",
        "5\u202f000",
        ",000",
        ",",
        "1,000",
        "R&D",
        "ँ",
        "ं",
    ),
    ".S01E02.",
    "s1e2",
    "E03",
    "-E03",
    " ep 4",
    "'s01e02",
    "BluRay",
    "s01e02-",
    "Staffel 2",
    "se1",
    "+E4",
    "-06",
    " - 05",
    *(
        "第1季",
        "第二集",
        "시즌 1 ",
        "Season One ",
        "Episode Two",
        "2nd Season",
        "сезон 3",
        "&",
        "＆",
        "–",
    ),
    *("T02E03", "t2", "2 сезон", " 3-я серия", "2ª Temporada", "-E06", "ซีซั่น 2", "제3화", "phan 2"),
    *("\u200c", "Sa\u0308song 2", "episode", "E\u0301pisode 4", "ة"),
]
MIXED = st.lists(st.sampled_from([*PIECES, *SIGNED]), min_size=1).map("".join)
ODD = st.text(min_size=1, max_size=20)
NAMES = (COMMON.map("".join) | MIXED | ODD).filter(lambda name: not name_problem(name))
PLAIN = COMMON.map("".join).filter(lambda name: not name_problem(name))


RELEASES = [
    "Harbor.Lights.S01E02.Old.Friends.1080p.WEB-DL.x264-GRP.mkv",
    "Harbor.Lights.S01E03-E04.1080p.BluRay.x264-GRP.mkv",
    "Harbor's.S1E5.S02E06.mkv",
    "harbor_lights_s00e0010_1920x1080.mkv",
    "no code.mkv",
]


def test_releases_together_are_as_alone() -> None:
    for some in [*([name] for name in RELEASES), RELEASES[:2], RELEASES]:
        assert keys_and_words(some)[1] == [words_of(name) for name in some]
    assert words_of(RELEASES[0]).endswith(" | webdl s1e2")


@given(st.lists(NAMES, min_size=1, max_size=8) | st.lists(PLAIN, min_size=1, max_size=3))
def test_together_they_are_as_alone(names: list[str]) -> None:
    keys, words = keys_and_words(names)
    assert keys == [name_bytes(name) for name in names]
    assert words == [words_of(name) for name in names]
