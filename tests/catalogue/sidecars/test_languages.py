# ruff: noqa: RUF001 - letters and digits of other scripts are what is tested
from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.sidecars.languages import label_of, language_of, normalise_tag, preferred


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("gsw", "gsw"),
        ("eng", "en"),
        ("GER", "de"),
        ("deu-ch", "de-CH"),
        ("pt-br", "pt-BR"),
        ("PT-BR", "pt-BR"),
        ("zh-hant", "zh-Hant"),
        ("ZH-HANT-HK", "zh-Hant-HK"),
        ("es-419", "es-419"),
        ("zh-yue-hk", "zh-yue-HK"),
        ("de-CH-1901", "de-CH-1901"),
        ("sl-rozaj-BISKE", "sl-rozaj-biske"),
        ("en-CA-X-CA", "en-CA-x-ca"),
        ("az-latn-x-LATN-ca", "az-Latn-x-latn-ca"),
        ("de-DE-u-CO-phonebk", "de-DE-u-co-phonebk"),
    ],
)
def test_tags_get_the_customary_case(text: str, tag: str) -> None:
    assert normalise_tag(text) == tag


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2",
            "e",
            "e2",
            "en-",
            "-en",
            "en--us",
            "en_US",
            "en us",
            "en\n",
            "en.de",
            "en-x",
            "en-u",
        ),
        *("mp4", "part", "forced", "trailer", "commentary", "en-latn-latn", "en-us-us"),
        *("éé", "ſr", "٣٣", "en-٤١٩"),
    ],
)
def test_what_is_no_tag(text: str) -> None:
    assert normalise_tag(text) is None


@given(st.text() | st.text("aAxX19-", max_size=40))
def test_normal_tags_stay_as_they_are(text: str) -> None:
    tag = normalise_tag(text)
    if tag is not None:
        assert normalise_tag(tag) == tag
        assert tag.partition("-")[2].lower() == text.partition("-")[2].lower()


def test_long_tags_take_linear_time() -> None:
    began = process_time()
    normalise_tag("en" + "-aaaaa" * 50_000 + "!")
    normalise_tag("en-a" + "-aa" * 50_000 + "!")
    assert process_time() - began < 5  # seconds of the processor; many times what it takes


@pytest.mark.parametrize(
    ("tag", "label"),
    [
        ("en", "English"),
        ("de", "Deutsch"),
        ("fr", "Français"),
        ("pt-BR", "Português (Brasil)"),
        ("zh-Hant", "繁體中文"),
        ("zh-Hant-HK", "繁體中文 (HK)"),
        ("en-GB", "English (UK)"),
        ("de-CH-1901", "Deutsch (CH-1901)"),
        ("es-419", "Español (Latinoamérica)"),
        ("gsw", "Schwiizertüütsch"),
        ("gsw-CH", "Schwiizertüütsch (CH)"),
        ("zh-CN", "简体中文"),
        ("zh-TW", "繁體中文 (台灣)"),
        ("xyz", "xyz"),
        ("xyz-CH", "xyz-CH"),
    ],
)
def test_label(tag: str, label: str) -> None:
    assert label_of(tag) == label


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("English", "en"),
        ("BRAZILIAN", "pt-BR"),
        ("fre", "fr"),
        ("pt-br", "pt-BR"),
        ("Commentary", None),
        ("subtitle", None),
        ("Français", "fr"),
        ("francais", "fr"),
        ("日本語", "ja"),
        ("简体中文", "zh-Hans"),
        ("Filipino", "fil"),
        ("pt_BR", "pt-BR"),
        ("en_US", "en-US"),
        ("iw", "he"),
        ("jp", "ja"),
        ("cz", "cs"),
        ("gr", "el"),
        ("ua", "uk"),
        ("kr", "ko"),
        ("chs", "zh-Hans"),
        ("cht", "zh-Hant"),
        ("pob", "pt-BR"),
        ("scc", "sr"),
        ("xyz", None),
        ("the", None),
        ("en-forced", None),
        ("de-en", None),
        ("e", None),
    ],
)
def test_a_word_names_a_language(word: str, tag: str | None) -> None:
    assert language_of(word) == tag


@pytest.mark.parametrize(
    ("tags", "wanted", "index"),
    [
        ([], ["en"], None),
        ([None, "de", "en"], ["en"], 2),
        ([None, "de", "en"], [], None),
        (["de", "en"], ["fr"], None),
        (["en", "en-GB"], ["en-gb"], 1),
        (["en-US", "de"], ["en-GB", "de"], 0),
        (["pt-BR", "pt"], ["pt"], 1),
        (["de", "fr"], ["es", "fr", "de"], 1),
        (["en", "en"], ["EN"], 0),
        ([None], [""], None),
        (["zh-Hans", "zh-Hant"], ["zh-TW"], 1),
        (["zh-TW", "zh-CN"], ["zh-Hans-CN"], 1),
        (["no", "en"], ["nb-NO"], 0),
        (["pt-PT", "pt"], ["pt-BR"], 1),
        (["he"], ["iw"], 0),
    ],
)
def test_the_language_that_suits_best(
    tags: list[str | None], wanted: list[str], index: int | None
) -> None:
    assert preferred(tags, wanted) == index
