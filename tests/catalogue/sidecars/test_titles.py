from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue import title_of
from quart_video.catalogue.sidecars.titles import Release, release_of


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("clip.mp4", "clip"),
        ("Big_Buck_Bunny.mp4", "Big Buck Bunny"),
        ("_a__b _ c_.mp4", "a b c"),
        ("two\u00a0words\nand lines.mp4", "two words and lines"),
        ("S01.E02.mkv", "S01.E02"),
        ("no_extension", "no extension"),
        ("___.mp4", "___.mp4"),
        (" .mp4", " .mp4"),
        (".mp4", ".mp4"),
        ("_", "_"),
        ("été.webm", "été"),
    ],
)
def test_title(name: str, title: str) -> None:
    assert title_of(name) == title


@given(st.text(min_size=1))
def test_title_is_never_empty(name: str) -> None:
    assert title_of(name)


@pytest.mark.parametrize(
    ("name", "title", "marks"),
    [
        ("Some.Show.S01E01.1080p.WEB-DL.x264-GRP.mkv", "Some Show S01E01", "1080p WEB-DL x264-GRP"),
        ("Some.Show.S01E02.Old.Friends.720p.HDTV.mkv", "Some Show S01E02 Old Friends", "720p HDTV"),
        ("Some.Show.S01E02.Old.Friends.mkv", "Some Show S01E02 Old Friends", ""),
        ("Show_S01E02_720p_HDTV.mkv", "Show S01E02", "720p HDTV"),
        ("Some Show 1x02 1080p WEB-DL.mkv", "Some Show 1x02", "1080p WEB-DL"),
        ("Some.Film.2019.PROPER.1080p.x265-G.mkv", "Some Film (2019)", "PROPER 1080p x265-G"),
        ("Some.Film.(2019).[1080p].mp4", "Some Film (2019)", "[1080p]"),
        ("2012.2009.1080p.BluRay.mkv", "2012 (2009)", "1080p BluRay"),
        ("M.A.P.S.S01E01.Pilot.mkv", "M.A.P.S S01E01 Pilot", ""),
        ("The.Web.Show.WEB.h264-G.mkv", "The Web Show", "WEB h264-G"),
        ("1917.2019.1080p.BluRay.x264-G.mkv", "1917 (2019)", "1080p BluRay x264-G"),
        ("Hill.Runner.2049.2017.2160p.UHD.mkv", "Hill Runner 2049 (2017)", "2160p UHD"),
        ("300.2006.720p.BluRay.mkv", "300 (2006)", "720p BluRay"),
        ("Film.2021.1080p.DDP5.1.H.264-G.mkv", "Film (2021)", "1080p DDP5.1 H.264-G"),
        ("Film.2021.UHD.DTS-HD.MA.5.1.REMUX-G.mkv", "Film (2021)", "UHD DTS-HD MA 5.1 REMUX-G"),
        # What may be a word of a title is none behind the year.
        ("A.Film.2021.German.DL.1080p.mkv", "A Film (2021)", "German DL 1080p"),
        ("A.Film.2021.iTALiAN.ENG.1080p.mkv", "A Film (2021)", "iTALiAN ENG 1080p"),
        ("A.Film.2001.MULTi.VFF.1080p.mkv", "A Film (2001)", "MULTi VFF 1080p"),
        ("A Film 2021 Directors Cut 1080p x264.mkv", "A Film (2021)", "Directors Cut 1080p x264"),
        ("A.Film.2021.EXTENDED.EDITION.1080p.mkv", "A Film (2021)", "EXTENDED EDITION 1080p"),
        ("The.Final.Cut.1080p.mkv", "The Final Cut", "1080p"),
        ("The.Final.Cut.2004.1080p.mkv", "The Final Cut (2004)", "1080p"),
        ("A.Film.2021.3D.HSBS.1080p.mkv", "A Film (2021)", "3D HSBS 1080p"),
        ("A.Film.2021.NTSC.DVD9.mkv", "A Film (2021)", "NTSC DVD9"),
        ("A.Show.S01E01.GERMAN.DL.1080p.mkv", "A Show S01E01", "GERMAN DL 1080p"),
        ("A.Show.S01.COMPLETE.1080p.mkv", "A Show S01", "COMPLETE 1080p"),
        ("A.Night.Show.2024.05.01.Guest.1080p.mkv", "A Night Show 2024-05-01 Guest", "1080p"),
        # What is said in brackets: groups, sums and ids.
        (
            "[Grp] Kaze no Oto - 05 (1080p) [F02B9CEE].mkv",
            "Kaze no Oto - 05",
            "[Grp] (1080p) [F02B9CEE]",
        ),
        ("[Gr-p] Kaze S2 - 03 [720p].mkv", "Kaze S2 - 03", "[Gr-p] [720p]"),
        (
            "[Grp] Kaze - 01v2 [BD 1080p HEVC][Dual].mkv",
            "Kaze - 01v2",
            "[Grp] [BD 1080p HEVC][Dual]",
        ),
        ("[Grp] Kaze - S01E05.mkv", "Kaze - S01E05", "[Grp]"),
        ("[Grp]_Kaze_-_05_[1080p].mkv", "Kaze - 05", "[Grp] [1080p]"),
        (
            "Show (2019) - S01E01 - Salt [WEBDL-1080p][x264]-G.mkv",
            "Show (2019) - S01E01 - Salt",
            "[WEBDL-1080p][x264]-G",
        ),
        ("A Film (2021) {tmdb-1234} [1080p].mkv", "A Film (2021)", "{tmdb-1234} [1080p]"),
        ("A Film [imdbid=tt0000001].mkv", "A Film", "[imdbid=tt0000001]"),
        ("A Film (2021) [1080p] [5.1].mkv", "A Film (2021)", "[1080p] [5.1]"),
        ("www.Site.com - A.Film.2021.1080p.mkv", "A Film (2021)", "1080p www.Site.com"),
        ("影片.2021.1080p.WEB-DL.mkv", "影片 (2021)", "1080p WEB-DL"),
        ("Шоу.S01E01.1080p.mkv", "Шоу S01E01", "1080p"),
    ],
)
def test_releases(name: str, title: str, marks: str) -> None:
    assert release_of(name) == Release(title, marks)
    assert title_of(name) == title


@pytest.mark.parametrize(
    "name",
    [
        *("Lesson 1.10.mp4", "v1.2.3.mp4", "holiday 1080p.mp4", "Wedding.2019.07.21.mp4"),
        *("holiday (1080p).mp4", "[Family] Holiday.mp4", "[Family] Holiday [20230405].mp4"),
        *("Holiday (2019).mp4", "[1080p].mp4", "[Grp] [1080p].mkv", "www.site.com.mp4"),
        *("The.AAC.Story.mkv", "1080p.x264.mkv", "a.mp4", "Web.Design.Basics.mp4", "x264.mkv"),
    ],
)
def test_other_names(name: str) -> None:
    assert release_of(name) is None


@given(st.lists(st.sampled_from(["A", "Film", "1080p", "x264-G", "2019", ".", " ", "_", "S01E02"])))
def test_the_title_and_the_marks_are_all_there_is(parts: list[str]) -> None:
    name = "".join(parts)
    found = release_of(f"{name}.mkv")
    if found is not None:
        shown = f"{found.title}{found.marks}".translate(str.maketrans("", "", " ()."))
        assert shown == name.translate(str.maketrans("", "", " _."))
