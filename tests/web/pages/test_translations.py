"""Each language has every text, whole; and who asks gets the one that they read."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter

import pytest
from quart import Quart
from werkzeug.datastructures import Headers

from quart_video.messages import TEXTS, Text, Texts, checked
from quart_video.translations import LANGUAGES, choose, texts_in
from tests.web.pages.conftest import Browser, Put, browsing
from tests.web.pages.document import Element, parse

OTHERS = [language for language in LANGUAGES if language != "en"]
PERSON = {"Accept": "text/html"}

ALIKE = {
    *("language", "direction", "decimal", "thousands", "size", "bytes", "bytes_1", "date"),
    *("minutes", "hours", "size_and_bytes", "percent", "date_and_time", "codec_video"),
    *("codec_sound", "pages", "filters_0", "filters", "videos", "videos_1", "type", "cue_cyan"),
    *("sort_name", "sort_-name", "videos_heading", "captions_badge", "in_folder"),
    *("count_found_here", "results_title", "chapters", "xspf", "m3u"),
}
"""What may be the same as in English: numbers, marks, and words that both languages have."""


def written(text: Text, number: int = 5) -> str:
    return text if isinstance(text, str) else text(number=number)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_is_complete(language: str) -> None:
    texts = texts_in(language)
    assert texts.keys() == TEXTS.keys()
    assert texts["language"] == language
    given: dict[object, object] = dict(texts.items())
    assert checked(given) == texts  # each placeholder is one of ours, and months are twelve


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_says_all_that_the_english_one_says(language: str) -> None:
    for key, text in texts_in(language).items():
        for number in (3, 12, 100, 101):
            assert placeholders(written(text, number)) == placeholders(TEXTS[key]), key


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_was_left_in_english(language: str) -> None:
    texts = texts_in(language)
    same = {key for key, text in texts.items() if text == TEXTS[key]}
    assert same <= ALIKE


@pytest.mark.parametrize("language", OTHERS)
def test_spaces_and_marks_at_the_ends_are_kept(language: str) -> None:
    for key, text in texts_in(language).items():
        assert key == "thousands" or written(text) == written(text).strip(), key
        colon = TEXTS[key].endswith(":")
        assert written(text).endswith(":") is colon, key


def test_arabic_counts_as_it_does() -> None:
    texts = Texts(texts_in("ar"))
    shown = [texts.text("folders", number=number) for number in (1, 2, 3, 11, 99, 100, 103, 111)]
    assert shown == [
        "مجلد واحد",
        "مجلدان",
        "3 مجلدات",
        "11 مجلدًا",
        "99 مجلدًا",
        "100 مجلد",
        "103 مجلدات",
        "111 مجلدًا",
    ]


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (["de-AT", "en"], "de"),
        (["pt-BR", "es", "en"], "es"),
        (["EN-us", "de"], "en"),
        (["ar-EG"], "ar"),
        (["tlh", ""], "en"),
        ([], "en"),
    ],
)
def test_the_first_that_there_is(tags: list[str], language: str) -> None:
    assert choose(tags) == language


async def open_in(browser: Browser, accept: str, path: str = "") -> tuple[Element, Headers]:
    fields = PERSON | ({"Accept-Language": accept} if accept else {})
    response = await browser.client.get(f"/videos/{path}", headers=fields)
    return parse(await response.get_data(as_text=True)), response.headers


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("de", "de"),
        ("de;q=0.3, fr;q=0.8", "fr"),
        ("de;q=0, en;q=0.5", "en"),
        ("nl, ja;q=0.1", "ja"),
        ("*", "en"),
        ("", "en"),
        ("\xe9;q=x,,;", "en"),
        ("de," * 3000, "en"),
    ],
)
async def test_a_page_is_in_the_language_that_is_asked_for(
    browser: Browser, put: Put, accept: str, language: str
) -> None:
    put("Film.mp4")
    for path in ("", "-/watch/Film.mp4", "nowhere/"):
        page, fields = await open_in(browser, accept, path)
        assert page.one("html")["lang"] == language
        assert page.one("a", class_="qv-skip").text == texts_in(language)["skip"]
        assert "Accept-Language" in fields["Vary"]


async def test_arabic_runs_from_right_to_left(browser: Browser, put: Put) -> None:
    put("Film.mp4")
    page, _ = await open_in(browser, "ar")
    assert page.one("html")["dir"] == "rtl"


async def test_an_etag_is_that_of_one_language(browser: Browser) -> None:
    tags = {(await open_in(browser, accept))[1]["ETag"] for accept in ("de", "fr", "de")}
    assert len(tags) == 2


@pytest.mark.parametrize("setting", ["fr", "en"])
async def test_a_setting_goes_before_the_visitor(
    make_app: Callable[..., Quart], setting: str
) -> None:
    async with browsing(make_app(VIDEO_LANGUAGE=setting)) as browser:
        page, fields = await open_in(browser, "de")
    assert page.one("html")["lang"] == setting
    assert "Accept-Language" not in fields["Vary"]


async def test_texts_of_the_app_go_first(make_app: Callable[..., Quart]) -> None:
    async with browsing(make_app(VIDEO_TEXTS={"footer": "Ours"})) as browser:
        page, _ = await open_in(browser, "de")
    assert page.one("html")["lang"] == "de"
    assert page.one("footer").text == "Ours"


@pytest.mark.parametrize(("own", "skip"), [("de-CH", "Zum Inhalt"), ("pl", "Skip to content")])
async def test_texts_of_the_app_in_a_language_of_theirs(
    make_app: Callable[..., Quart], own: str, skip: str
) -> None:
    async with browsing(make_app(VIDEO_TEXTS={"language": own, "footer": "Ours"})) as browser:
        page, _ = await open_in(browser, "ja")
    assert page.one("html")["lang"] == own
    assert page.one("a", class_="qv-skip").text == skip
