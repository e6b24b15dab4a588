# ruff: noqa: RUF001 - digits of other scripts are what is tested
from __future__ import annotations

from time import process_time
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.text.bulk import keys_and_words
from quart_video.catalogue.text.episodes import codes_of
from quart_video.catalogue.text.terms import MOST_WORDS, Phrase, Term, searched
from quart_video.catalogue.text.words import words_of

WORDS = {
    "signs and spaces": ("Été_2019 - (Plage).mkv", "ete 2019 plage mkv"),
    "letters and digits": ("S01E02 4K", "s 1 e 2 4 k | s1e2"),
    "zeros": ("0 00 007 100", "0 0 7 100"),
    "extensions stay whole": ("mp4 clip.MP4 m2ts.3gp", "mp4 clip mp4 m2ts 3gp"),
    "what only looks like one": ("mp45 xmp4", "mp 45 xmp 4"),
    "humps": ("BigBuckBunny.mp4", "big buck bunny mp4 | bigbuckbunny"),
    "no humps": ("BBC News HD", "bbc news hd"),
    "han by character": ("映画2時間", "映 画 2 時 間"),
    "kana by character": ("ひらガナ", "ひ ら か な"),
    "korean by syllable": ("한국어 영화", "한 국 어 영 화"),
    "vowel signs": ("दिन दान", "दिन दान"),
    "marks on thai letters": ("ไก่กี่", "ไ ก่ กี่"),
    "letters with a stroke": (
        "Łódź Smørrebrød Đà Œuvre ılık Þór",
        "lodz smorrebrod da oeuvre ilik thor | smoerrebroed",
    ),
    "apostrophes": ("Ocean's Schindler’s", "ocean s schindler s | oceans schindlers"),
    "hyphens": ("Spider-Man's WALL·E", "spider man s wall e | spidermans mans walle"),
    "many hyphens": ("how-to-make-a-cake", "how to make a cake"),
    "initials": ("M.A.S.H. S.W.A.T", "m a s h s w a t | mash swat"),
    "a stand-in for a slash": ("AC⧸DC", "ac dc | acdc"),
    "spellings of an episode": (
        "s1e2 S01.E03 1x04 Season 1 Episode 05",
        "s 1 e 2 s 1 e 3 1 x 4 season 1 episode 5 | s1e2 s1e3 s1e4 s1e5",
    ),
    "several episodes": ("S01E02E03", "s 1 e 2 e 3 | s1e2 s1e3"),
    "a season": ("Staffel 2", "staffel 2 | s2"),
    "no episode": ("Ocean's 11 1920x1080", "ocean s 11 1920 x 1080 | oceans"),
    "signs that make a word": ("C++ C# #3 1+1", "c ++ c # 3 1 1"),
    "humps and digits": ("[dQw4w9WgXcQ]", "d qw 4 w 9 wg xc q | dqw 4 w 9 wgxcq"),
    "other digits": ("٢٣ ２４", "23 24"),
    "letters that fold to several": ("Straße ﬁlm", "strasse film"),
    "symbols": ("a😀b ★ 5€", "a 😀 b ★ 5 €"),
    "signs of other scripts": ("«a» “b” c…d、e", "a b c d e"),
    "marks alone": ("\u0301\u0323", ""),
    "controls": ("a\x01b\nc", "a b c"),
}


@pytest.mark.parametrize(("name", "words"), WORDS.values(), ids=WORDS.keys())
def test_words(name: str, words: str) -> None:
    expected = "".join(f" {normalize('NFKD', word)}" for word in words.split())
    assert words_of(name) == expected


# In a folder for the first season.
BELOW = " | s1 & episode 2 | s1 & ep 2 | s1 & e 2"
BELOW_TYPED = " | s1 & episode 2… | s1 & ep 2… | s1 & e 2…"


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", ()),
        (" \n\u00a0", ()),
        ("Clip CLIP clip", ("clip…",)),
        ("clip.mp4", ("clip mp4…",)),
        ("2019/plage", ("2019", "plage…")),
        ("2 clips", ("2", "clips…")),
        ("clip 2", ("clip…", "2… | clip ii | part ii | episode ii | chapter ii | part two")),
        ("clip 02", ("clip…", "2 | clip ii | part ii | episode ii | chapter ii | part two")),
        ("clip ii", ("clip…", "ii… | clip 2")),
        ("clip 21", ("clip…", "21…")),
        ("clip 14", ("clip…", "14… | clip xiv | part xiv | episode xiv | chapter xiv")),
        ("clip 1", ("clip…", "1…")),
        ("2 2", ("2", "2…")),
        ("part two", ("part… & two… | part 2 | pt 2 | part ii | part two…",)),
        ("pt.3", ("pt 3… | part 3… | part iii | part three",)),
        ("vol 30 x", ("vol… & 30 | volume 30 | vol 30", "x…")),
        ("第12話", ("第 12 話… | 第 十 二 話…",)),
        ("旅の第二十話", ("旅 の 第 二 十 話… | 旅 の 第 20 話…",)),
        ("第10回 a", ("第 10 回… | 第 十 回…", "a…")),
        ("第30集", ("第 30 集… | 第 三 十 集…",)),
        ("第一章", ("第 一 章… | 第 1 章…",)),
        ("第100話", ("第 100 話…",)),
        ("uta ep07", ("uta…", "ep 7 | episode 7 | e 7 | episode vii | episode seven | uta 7")),
        (
            "uta episode 7",
            (
                "uta…",
                "episode… & 7… | episode 7… | ep 7… | e 7… | episode vii | episode seven | uta 7",
            ),
        ),
        ("episode 30", ("episode… & 30… | episode 30… | ep 30… | e 30…",)),
        ("part of it", ("part…", "of…", "it…")),
        ("n", ("n…",)),
        ("guns n", ("guns…", "n…")),
        ("guns n roses", ("guns…", "n… | guns and", "roses…")),
        ("20230405", ("20230405… | 2023 4 5 | 5 4 2023",)),
        ("5.4.2023 x", ("5 4 2023 | 20230405 | 2023 4 5", "x…")),
        ("2023-04-5", ("2023 4 5…",)),
        ("20231305", ("20231305…",)),
        ("1.10", ("1 10…",)),
        ("0001", ("1",)),
        ("中国", ("中 国…",)),
        ("BigBuck", ("big buck… | bigbuck…",)),
        ("wall-e", ("wall e… | walle…",)),
        ("ocean's-11", ("ocean s 11… | oceans 11…",)),
        ("m.a.s.h", ("m a s h… | mash…",)),
        ("c++", ("c ++…",)),
        ("s01e02", (f"s1e2{BELOW}",)),
        ("s1e2", (f"s1e2…{BELOW_TYPED}",)),
        ("season 3 episode 7", ("s3e7… | s3 & episode 7… | s3 & ep 7… | s3 & e 7…",)),
        ("S01E02 x", (f"s1e2{BELOW}", "x…")),
        ("s01e0", ("s1e…",)),
        ("s01e02e03", ("s1e2 & s1e3",)),
        ("1x02", (f"s1e2{BELOW} | 1 x 2",)),
        ("season 1 episode 02", (f"s1e2{BELOW}",)),
        ("第1季第2集", (f"s1e2{BELOW}",)),
        ("season one", ("s1 | s1e…",)),
        ("fast&furious", ("fast furious… | fast and furious…",)),
        ("20,000", ("20 0 | 20000",)),
        ("20.000 x", ("20 0 | 20000", "x…")),
        ("20 000", ("20 0 | 20000",)),
        ("20 000.", ("20", "0")),
        ("20000", ("20000…",)),
        ("womans.hour", ("womans hour… | woman s hour…",)),
        ("the.womans", ("the womans… | the woman s",)),
        ("dont.wait", ("dont wait… | don t wait…",)),
        ("womans", ("womans…",)),
        ("rnd", ("rnd…",)),
        ("s01", ("s1 | s1e…",)),
        ("show s1", ("show…", "s1…")),
        *((text, None) for text in ("?", '"', "*", "()", "--", "'", "…", "x" * 5000)),
        (
            '"a" AND NOT (b* OR c^) NEAR -d',
            ("a…", "and… | a n", "not…", "b…", "or…", "c…", "near…", "d…"),
        ),
    ],
)
def test_searched(q: str, found: tuple[str, ...] | None) -> None:
    terms = searched(q)
    assert (None if terms is None else tuple(map(_written, terms))) == found


def _written(term: Term) -> str:
    return " | ".join(
        " & ".join(each.text[1:] + "…" * (not each.is_whole) for each in way) for way in term.ways
    )


def test_not_too_many() -> None:
    terms = searched(" ".join(f"a{number}" for number in range(500)))
    assert terms is not None
    assert sum(len(term.words) for term in terms) == MOST_WORDS


@pytest.mark.parametrize(
    ("name", "others"),
    [
        *(("20,000 Leagues", "20000"), ("1,000,000 Ways", "1000000"), ("Ways, 1,000", "1000")),
        *(("20,0000", ""), ("2000,000", ""), ("1,2,300", ""), ("0,000", ""), ("1, 000", "")),
        *(
            ("München Øst", "muenchen oest"),
            ("Mu\u0308nchen", "muenchen"),
            ("Ærø, Århus", "aeroe aarhus"),
        ),
        *(("1.5,000", ""), ("Part 1,200 of 3,400", "1200 3400"), ("1,2", ""), ("01,000", "")),
        *(("20.000 Meilen", "20000"), ("The.20.000.Leagues", "20000"), ("1.000.000", "1000000")),
        *(("20 000 lieues", "20000"), ("20\u202f000", "20000"), ("20'000", "20000")),
        *(("20.100 Meilen", ""), ("00.01.02.000", ""), ("1.2.000", ""), ("20.0001", "")),
        *(("2024 000", ""), ("20 0000", ""), ("1.000 000", "1000"), ("7 000\u00a0000", "7000")),
        *(
            ("R&D", "and rnd"),
            ("R & D", "and"),
            ("AR&D", "and"),
            ("R&DX", "and"),
            ("Q&A's", "and qna as"),
        ),
        *(
            ("&D", "and"),
            ("R&", "and"),
            ("R&1", "and"),
            ("Д&Б", "and дnб"),
            ("A&B&C", "and anb and bnc"),
        ),
    ],
)
def test_what_else_names_are_found_by(name: str, others: str) -> None:
    assert words_of(name).partition(" | ")[2] == others
    assert keys_and_words([name, "other", name])[1] == [words_of(name), " other", words_of(name)]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Show S01E05-06.mkv", "s1e5 s1e6"),
        ("Show S01E05-06-07.mkv", "s1e5 s1e6 s1e7"),
        ("Show.S01E05-06.1080p.WEB-DL.mkv", "s1e5 s1e6"),
        ("Show 1x02-03.mkv", "s1e2 s1e3"),
        ("Show S01E43+E44.mkv", "s1e43 s1e44"),
        ("Show S01E45&46.mkv", "s1e45 s1e46"),
        ("Show S01E05-720p.mkv", "s1e5"),
        ("Show S01E05-2019.mkv", "s1e5"),
        ("Show S01E05 - 24 Hours.mkv", "s1e5"),
        ("Show S01E05-10bit.mkv", "s1e5"),
        ("Show.S01.x264-GRP.mkv", "s1"),
        ("Show S01x18.mkv", "s1e18"),
        ("Show S01xE18.mkv", "s1e18"),
        ("Show Se01Ep19.mkv", "s1e19"),
        ("[Grp] Show S2 - 05 (1080p).mkv", "s2e5"),
        ("[Grp] Show S2 - 05v2 [720p].mkv", "s2e5"),
        ("Show S2 - 1999.mkv", "s2"),
        ("Show S2-05.mkv", "s2"),
        ("Show Sezon 1 Odcinek 32.mkv", "s1e32"),
        ("Show Sæson 1 Afsnit 34.mkv", "s1e34"),
        ("Show Säsong 1 Avsnitt 35.mkv", "s1e35"),
        ("Show Seizoen 1 Aflevering 36.mkv", "s1e36"),
        ("Show 1. Staffel 37. Folge.mkv", "s1e37"),
        ("Show 1.Sezon 38.Bölüm.mkv", "s1e38"),
        ("Show 2. Staffel.mkv", "s2"),
        ("Show 2. Season 3 Episode 4.mkv", "s3e4"),
        ("Show Saison 1 E\u0301pisode 2.mkv", "s1e2"),
        ("Show Temporada 1 Capítulo 3.mkv", "s1e3"),
        ("Show Сезон 1 Серия 2.mkv", "s1e2"),
        ("Show Sezonul 1 Episodul 2.mkv", "s1e2"),
        ("Show 1. évad 2. rész.mkv", "s1e2"),
        ("Show الموسم 1 الحلقة 2.mkv", "s1e2"),
        ("Show Season One Episode Two.mkv", "s1e2"),
        ("Show Season Twelve.mkv", "s12"),
        ("Show Season Onerous 3.mkv", ""),
        ("[Grp] Show 2nd Season - 05 [1080p].mkv", "s2e5"),
        ("Show Season 2 - 05.mkv", "s2e5"),
        ("庆余年 第1季第2集.mp4", "s1e2"),
        ("庆余年 第二季 第十二集.mp4", "s2e12"),
        ("物語 第2期 第03話.mp4", "s2e3"),
        ("物語 シーズン2 第3話.mp4", "s2e3"),
        ("방 시즌 1 2화.mp4", "s1e2"),
        ("物語 第3話.mp4", ""),
        ("Show S01E01-E02.mkv", "s1e1 s1e2"),
        ("Show S01E01E02.mkv", "s1e1 s1e2"),
        ("Show S00E01.mkv", "s0e1"),
        # What is between the first and the last of a file is in it, too.
        ("Show S02E03-E06.mkv", "s2e3 s2e4 s2e5 s2e6"),
        ("Show 2x09~11.mkv", "s2e9 s2e10 s2e11"),
        ("Show S02E03+E06.mkv", "s2e3 s2e6"),
        ("Show S02E03E06.mkv", "s2e3 s2e6"),
        ("Show S02E06-E03.mkv", "s2e6 s2e3"),
        ("Show S02E01-E9999.mkv", f"{' '.join(f's2e{n}' for n in range(1, 21))} s2e9999"),
        # Numbers before their words.
        ("Show 2 сезон 3 серия.mkv", "s2e3"),
        ("Show 2-й сезон, 3-я серия.mkv", "s2e3"),
        ("Show 2 сезон.mkv", "s2"),
        ("Show 2 sezon 3 bolum.mkv", "s2e3"),
        ("Show 2ª Temporada Episodio 3.mkv", "s2e3"),
        ("Show 2nd Season Episode 3.mkv", "s2e3"),
        ("Show 2. série 3. díl.mkv", "s2e3"),
        ("Show 2 evad 3 resz.mkv", "s2e3"),
        ("物語 第2シーズン 第3話.mp4", "s2e3"),
        ("Part 2 Season 3 Episode 4.mkv", "s3e4"),
        ("Часть 2 сезон 3 серия 4.mkv", "s3e4"),
        ("Top 10 season finale.mkv", ""),
        # As in Spain, and in more languages.
        ("Serie T02E03 720p.mkv", "s2e3"),
        ("Serie T2xE03.mkv", "s2e3"),
        ("Serie T2:E3.mkv", "s2e3"),
        ("T2 Judge.mkv", ""),
        ("AT2E3.mkv", ""),
        ("Show Stagione 2 Puntata 3.mkv", "s2e3"),
        ("Show Sezon 2 Odc. 3.mkv", "s2e3"),
        ("Show Σεζόν 2 Επεισόδιο 3.mkv", "s2e3"),
        ("Show Phần 2 Tập 3.mkv", "s2e3"),
        ("Show Musim 2 Episode 3.mkv", "s2e3"),
        ("Show ซีซั่น 2 ตอนที่ 3.mkv", "s2e3"),
        ("Show सीज़न 2 एपिसोड 3.mkv", "s2e3"),
        ("Show فصل 2 قسمت 3.mkv", "s2e3"),
        ("방 시즌 2 제3화.mp4", "s2e3"),
        ("物語 シーズン2 エピソード3.mp4", "s2e3"),
        ("物語 S2第3集.mp4", "s2e3"),
        ("Show 2024-05-01.mkv", ""),
        ("Sean 1.mkv", ""),
        ("Seven.mkv", ""),
        ("Ocean's 11 and 12.mkv", ""),
    ],
)
def test_codes_of_episodes(name: str, codes: str) -> None:
    assert " ".join(codes_of(name)) == codes
    assert keys_and_words([name, "x.mkv"])[1][0] == words_of(name)


@given(st.text(max_size=60))
def test_a_name_finds_itself(name: str) -> None:
    terms = searched(name)
    if terms is not None:
        words = f"{words_of(name)} "
        for term in terms:
            assert any(all(_found(each, words) for each in way) for way in term.ways)


def _found(phrase: Phrase, words: str) -> bool:
    return (f"{phrase.text} " if phrase.is_whole else phrase.text) in words


@given(st.text(max_size=60))
def test_words_mean_nothing_to_sql(name: str) -> None:
    text = words_of(name)
    assert text == "".join(f" {word}" for word in text.split(" ")[1:])
    for word in text.split(" ")[1:]:
        assert word
        assert not set(word) & set("\"'*^/-:(){}\0\n %_")
        assert word == word.lower()


def test_long_texts_take_linear_time() -> None:
    began = process_time()
    for part in (
        "aB",
        "a1",
        "映",
        "\u0301\u0323",
        "a_",
        "1 ",
        "a",
        "a-",
        "a.",
        "s1",
        "s1e1",
        "1x",
        "'s",
        "c++",
        "第1季",
        "第1季第",
        "第一",
        "season 1 ",
        "season one ",
        "episode",
        "1st season",
        "&",
    ):
        words_of(part * 10_000)
        searched((part * 4000)[:4000])
    assert process_time() - began < 10  # seconds of the processor; many times what it takes
