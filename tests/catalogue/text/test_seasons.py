from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.text.episodes import digits_of, han_of
from quart_video.catalogue.text.seasons import Season, season_of, words_in
from quart_video.catalogue.text.words import words_of


@pytest.mark.parametrize(
    ("folder", "season"),
    [
        ("Season 1", Season("", 1)),
        ("Show/Season 01", Season("", 1)),
        ("Show S02", Season("show ", 2)),
        ("Show.S03.1080p.WEB-DL.x264-GRP", Season("show.", 3)),
        ("Season One", Season("", 1)),
        ("Staffel 2", Season("", 2)),
        ("2. Staffel", Season("", 2)),
        ("2nd Season", Season("", 2)),
        ("Saison 1", Season("", 1)),
        ("Temporada 10", Season("", 10)),
        ("Сезон 1", Season("", 1)),
        ("第1季", Season("", 1)),
        ("第十二季", Season("", 12)),
        ("시즌 3", Season("", 3)),
        ("3 сезон", Season("", 3)),
        ("2ª Temporada", Season("", 2)),
        ("Phần 2", Season("", 2)),
        ("Specials", Season("", 0)),
        ("Season 0", Season("", 0)),
        ("Season 1/Extras", None),
        ("Show S01E02", None),
        ("S01-S03 and S05", None),
        ("2019", None),
        ("", None),
    ],
)
def test_folders(folder: str, season: Season | None) -> None:
    assert season_of(folder) == season


@pytest.mark.parametrize(
    ("folder", "name", "codes"),
    [
        ("Season 1", "01 - Title.mkv", "s1e1"),
        ("Season 1", "01. Title.mkv", "s1e1"),
        ("Season 1", "01_title.mkv", "s1e1"),
        ("Season 1", "1.mkv", "s1e1"),
        ("Season 1", "[01] Title.mkv", "s1e1"),
        ("Season 1", "01-02 Title.mkv", "s1e1 s1e2"),
        ("Season 1", "E01-E02.mkv", "s1e1 s1e2"),
        ("Season 1", "E01-E03.mkv", "s1e1 s1e2 s1e3"),
        ("1 сезон", "2 серия.mkv", "s1e2"),
        ("Season 1", "Show.E04.1080p.mkv", "s1e4"),
        ("Season 1", "Episode 1.mkv", "s1e1"),
        ("Season 1", "Ep 1.mkv", "s1e1"),
        ("Season 1", "Show ep.12 Title.mkv", "s1e12"),
        ("Season 1", "#7.mkv", "s1e7"),
        ("Staffel 2", "Folge 3.mkv", "s2e3"),
        ("2. Staffel", "3. Folge.mkv", "s2e3"),
        ("Saison 1", "Épisode 2.mkv", "s1e2"),
        ("Saison 1", "E\u0301pisode 2.mkv", "s1e2"),
        ("Temporada 1", "Capítulo 3.mkv", "s1e3"),
        ("Сезон 1", "Серия 2.mkv", "s1e2"),
        ("第1季", "第2集.mkv", "s1e2"),
        ("第一季", "第十二集.mkv", "s1e12"),
        ("Show 第2期", "第3話 Title.mkv", "s2e3"),
        ("시즌 1", "2화.mkv", "s1e2"),
        ("Season One", "02 Title.mkv", "s1e2"),
        ("Specials", "03 Title.mkv", "s0e3"),
        ("Season 2", "[Grp] Show - 14v2 [1080p].mkv", "s2e14"),
        ("Season 1", "24 Hours.mkv", "s1e24"),
        # What tells itself, and what is no number of an episode.
        ("Season 1", "Show S02E05.mkv", "s2e5"),
        ("Season 1", "1x02.mkv", "s1e2"),
        ("Season 1", "Trailer.mkv", ""),
        ("Season 1", "1080p sample.mkv", ""),
        ("Season 1", "3D intro.mkv", ""),
        ("Season 1", "2024-05-01.mkv", ""),
        ("Season 1", "05.01.2024 Title.mkv", ""),
        ("Season 1", "Chapter 4.mkv", ""),
        ("Movies", "01 - Title.mkv", ""),
    ],
)
def test_episodes(folder: str, name: str, codes: str) -> None:
    words = words_in(season_of(folder), name)
    assert words.startswith(words_of(name).partition(" |")[0])
    assert words.partition(" | ")[2] == codes


def test_a_code_goes_behind_what_else_there_is() -> None:
    assert words_in(season_of("Season 1"), "02 Ocean's.mkv") == " 2 ocean s mkv | oceans s1e2"


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        *(("02", "02"), ("two", "2"), ("twelve", "12"), ("三", "3"), ("十", "10"), ("十二", "12")),
        *(("二十", "20"), ("二十三", "23"), ("九十九", "99")),
    ],
)
def test_digits(number: str, digits: str) -> None:
    assert digits_of(number) == digits


def test_numbers_in_chinese_are_read_as_they_are_written() -> None:
    assert [digits_of(han_of(number)) for number in range(1, 100)] == [*map(str, range(1, 100))]
    assert [han_of(number) for number in (9, 10, 12, 20, 45)] == [
        "九",
        "十",
        "十二",
        "二十",
        "四十五",
    ]


@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_words_stay_what_they_are(folder: str, name: str) -> None:
    words = words_in(season_of(folder), name)
    assert words.startswith(words_of(name))
    assert words == "".join(f" {word}" for word in words.split(" ")[1:])
