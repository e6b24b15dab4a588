from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from quart import Quart

import quart_video
from quart_video.messages import ENGLISH, TEXTS, Text, Texts, checked
from tests.web.pages.conftest import Put, browsing

_SPOKEN = ("aria-label", "placeholder")


def with_ours(given: dict[object, object]) -> dict[str, Text]:
    return {**TEXTS, **checked(given)}


PACKAGE = Path(quart_video.__file__).parent


def test_a_text_has_its_values_in_it() -> None:
    assert ENGLISH.text("back_to", folder="<b>{folder}") == "Back to <b>{folder}"


def test_names_are_escaped_and_keep_their_direction() -> None:
    phrase = ENGLISH.phrase("back_to", folder="<b>{folder}")
    assert phrase == "Back to <bdi>&lt;b&gt;{folder}</bdi>"


def test_a_phrase_within_a_phrase_stays_markup() -> None:
    videos = ENGLISH.phrase("videos", number=1234)
    found = ENGLISH.phrase("count_found", videos=videos, folder="a&b")
    assert found == "1,234 videos in <bdi>a&amp;b</bdi> and in the folders below"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "No videos"), (1, "1 video"), (2, "2 videos"), (1_200_000, "1,200,000 videos")],
)
def test_a_number_has_its_own_text(number: int, text: str) -> None:
    assert ENGLISH.text("videos", number=number) == text
    assert ENGLISH.phrase("videos", number=number) == text


def test_a_text_of_the_host_is_no_markup_but_text() -> None:
    texts = Texts(with_ours({"back_to": "<i>{folder}</i> & back"}))
    assert texts.phrase("back_to", folder="x") == "&lt;i&gt;<bdi>x</bdi>&lt;/i&gt; &amp; back"


def test_a_function_is_called_with_the_numbers() -> None:
    def polish(number: int) -> str:
        few = number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14}
        return "{number} pliki" if few else "{number} plików"

    texts = Texts(with_ours({"videos": polish, "videos_1": "1 plik", "thousands": " "}))
    shown = [texts.text("videos", number=number) for number in (1, 3, 5, 13, 1024)]
    assert shown == ["1 plik", "3 pliki", "5 plików", "13 plików", "1 024 pliki"]


def test_a_function_is_called_when_the_page_is_made() -> None:
    language = iter(["Suchen", "Chercher"])
    texts = Texts(with_ours({"search": lambda: next(language)}))
    assert [texts.text("search"), texts.text("search")] == ["Suchen", "Chercher"]


def test_every_text_is_used() -> None:
    """By its name, or by the parts that a template or a module puts it together from."""
    sources = [*(PACKAGE / "templates").rglob("*.html"), *PACKAGE.rglob("*.py")]
    rest = "".join(path.read_text() for path in sources)
    rest = re.sub(r'(?m)^ +"[^"]+":', "", rest)  # the table itself
    put_together = ("sort_", "problem_", "key_", "error_", "cue_")
    for key in TEXTS:
        general = re.sub(r"_\d+$", "", key)
        if not key.startswith(put_together):
            assert f'"{general}"' in rest or f"'{general}'" in rest, key


def test_every_text_asked_for_is_there() -> None:
    for template in (PACKAGE / "templates").rglob("*.html"):
        for call in re.findall(r"(?:text|phrase)\((['\"]\w+['\"])[,)]", template.read_text()):
            assert ast.literal_eval(call) in TEXTS


async def test_no_word_of_a_page_is_from_elsewhere(
    make_app: Callable[..., Quart], put: Put
) -> None:
    """With each text in brackets, none is without: all but what numbers and names are made of."""
    put("Film.mp4", size=1_234_567)
    put("Film.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    kept = {"language", "direction", "decimal", "thousands", "months"}
    texts = {key: f"[{text}]" for key, text in TEXTS.items() if key not in kept}
    async with browsing(make_app(VIDEO_TEXTS=texts, VIDEO_TITLE="")) as browser:
        for url in ("/videos/", "/videos/?q=none&recursive=1", "/videos/-/watch/Film.mp4"):
            page = await browser.open(url)
            shown = page.one("body").raw_text
            for element in page.all():
                shown += "\n".join(
                    element.get(name) or "" for name in ("aria-label", "placeholder")
                )
            while (less := re.sub(r"\[[^\[\]]*\]", "", shown)) != shown:
                shown = less
            left = set(re.findall(r"[A-Za-z]{3,}", shown))
            # Of the video itself, and the label that the JSON API gives its captions.
            assert left <= {"Film", "MP4", "mp4", "video", "none", "Captions"}, url


async def test_the_pages_speak_another_language(make_app: Callable[..., Quart], put: Put) -> None:
    put("Ordner/Film.mp4", size=1_234_567)
    german = {
        "language": "de",
        "decimal": ",",
        "thousands": ".",
        "months": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        "date": "{day}. {month} {year}",
        "bytes": "{number} Byte",
        "download": "Herunterladen",
        "videos_1": "1 Film",
    }
    async with browsing(make_app(VIDEO_TEXTS=german)) as browser:
        gallery = await browser.open("/videos/Ordner/")
        watch = await browser.open("/videos/-/watch/Ordner/Film.mp4")
    assert gallery.one("html")["lang"] == "de"
    assert gallery.one("p", class_="qv-count").text == "1 Film · 1,2 MB"
    assert gallery.one("time").text == "22. Nov. 2025"
    details = watch.one("dl", class_="qv-details").text
    assert "1,2 MB (1.234.567 Byte)" in details
    assert watch.one("div", class_="qv-actions").link("Herunterladen")


async def test_from_right_to_left(make_app: Callable[..., Quart]) -> None:
    texts = {"language": "he", "direction": "rtl"}
    async with browsing(make_app(VIDEO_TEXTS=texts)) as browser:
        html = (await browser.open("/videos/")).one("html")
    assert (html["lang"], html["dir"]) == ("he", "rtl")
