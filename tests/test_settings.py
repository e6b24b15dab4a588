"""The table of settings: where a value comes from, what is accepted, and what a refusal says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from pathlib import Path
from typing import Any

import pytest
from quart import Quart

from quart_video.media_types import VIDEO_TYPES
from quart_video.settings import MAX_PAGE_SIZE, ConfigurationError, Settings, names, resolve, table
from quart_video.storage.memory import MemoryStorage
from quart_video.storage.object_store.url import Location

STORAGE = MemoryStorage()
ROOT = {"media_root": "/srv/videos"}
SECRET = {"signing_keys", "store_options"}
KEY = "sixteen letters."
KEYS = {row.name: row.metadata["key"] for row in table()}


@dataclass(frozen=True)
class Cases:
    """What one setting takes: in Python, and as text in the environment; and what it does not."""

    good: list[tuple[Any, Any]]
    environment: list[tuple[str, Any]]
    bad: list[Any]
    remedy: str
    """Part of what a refusal says to do instead."""
    bad_environment: list[str] = field(default_factory=list)


CASES = {
    "media_root": Cases(
        good=[
            ("/srv/videos", "/srv/videos"),
            (Path("/srv/videos"), "/srv/videos"),
            ("videos", "videos"),
            ("no JSON {", "no JSON {"),
            ("s3://bucket/a folder/", Location("s3", "bucket", "a folder")),
            ("az://account/videos", Location("az", "videos", "", "account")),
            (STORAGE, STORAGE),
        ],
        environment=[
            ("/srv/videos", "/srv/videos"),
            ("my videos", "my videos"),
            ("s3://bucket", Location("s3", "bucket")),
        ],
        bad=["ftp://bucket", "", 5, True, b"/srv/videos", ["/srv/videos"], "a\0b"],
        remedy="must be the path of a folder",
        bad_environment=["", "[]", "{}", "true"],
    ),
    "cache": Cases(
        good=[("/var/cache", "/var/cache"), (Path("cache"), "cache"), (None, None), ("", None)],
        environment=[("/var/cache", "/var/cache"), ("null", None), ("", None)],
        bad=[5, True, b"/var/cache", ["/var/cache"], "a\0b"],
        remedy="must be the path of a folder",
        bad_environment=["[]", "{}", "true"],
    ),
    "cache_size": Cases(
        good=[(1_000_000, 1_000_000), ("2000000", 2_000_000), (10**15, 10**15)],
        environment=[("1000000000", 10**9)],
        bad=[None, 0, 999_999, 10**15 + 1, "10 GB", True, 2e6],
        remedy="must be a whole number from 1000000 to",
        bad_environment=["0", "10GB", "null"],
    ),
    "media_processes": Cases(
        good=[(0, 0), (4, 4), ("2", 2), (None, None), ("", None)],
        environment=[("0", 0), ("3", 3), ("null", None)],
        bad=[-1, 65, "all", True, 1.0],
        remedy="must be a whole number from 0 to 64",
        bad_environment=["-1", "true"],
    ),
    "mp4": Cases(
        good=[(True, True), (False, False)],
        environment=[("true", True), ("false", False)],
        bad=[None, 0, 1, "yes", "true"],
        remedy="must be True or False",
        bad_environment=["1", "yes", "null"],
    ),
    "mp4_audio": Cases(
        good=[("stereo", "stereo"), ("surround", "surround"), ("off", "off")],
        environment=[("stereo", "stereo"), ('"off"', "off")],
        bad=["", "5.1", None, True, False, b"off"],
        remedy='must be "stereo", "surround" or "off"',
        bad_environment=["false", "null"],
    ),
    "mp4_store": Cases(
        good=[(True, True), (False, False)],
        environment=[("true", True), ("false", False)],
        bad=[None, 0, 1, "yes", "true"],
        remedy="must be True or False",
        bad_environment=["1", "yes", "null"],
    ),
    "survey": Cases(
        good=[(True, True), (False, False)],
        environment=[("true", True), ("false", False)],
        bad=[None, 0, 1, "yes", "true"],
        remedy="must be True or False",
        bad_environment=["1", "yes", "null"],
    ),
    "titles": Cases(
        good=[("names", "names"), ("inside", "inside")],
        environment=[("names", "names"), ('"inside"', "inside")],
        bad=["", "file", None, True, b"names", ["names"]],
        remedy='must be "names" or "inside"',
        bad_environment=["title", "null"],
    ),
    "caption_encoding": Cases(
        good=[("cp1251", "cp1251"), ("latin1", "iso8859-1"), (None, None), ("", None)],
        environment=[("cp1251", "cp1251"), ("null", None), ("", None)],
        bad=["klingon", 1251, True, b"utf-8", "utf-8\0"],
        remedy="must be the name of an encoding",
        bad_environment=["klingon", "[]"],
    ),
    "title": Cases(
        good=[
            ("Films", "Films"),
            ("", ""),
            ("Filme \u2013 \u6620\u753b", "Filme \u2013 \u6620\u753b"),
        ],
        environment=[("Films", "Films"), ("2026", "2026"), ("1.5", "1.5"), ('"quoted"', "quoted")],
        bad=[None, b"Films", ["Films"], {}],
        remedy="must be text",
        bad_environment=["null", "[]", "{}"],
    ),
    "templates": Cases(
        good=[(None, None), ("", None), ("films", "films"), ("sites/films", "sites/films")],
        environment=[("films", "films"), ("null", None)],
        bad=[3, "/films", "films/", "../films", "a/../b", "a\\b", "quart_video", ["films"]],
        remedy="the name of a folder in one with templates of the app",
        bad_environment=["/films", "[]"],
    ),
    "texts": Cases(
        good=[
            ({}, {}),
            ({"search": "Suchen"}, {"search": "Suchen"}),
            ({"search": len}, {"search": len}),
            ({"back_to": "← {folder}"}, {"back_to": "← {folder}"}),
            ({"videos_2": "{number} both"}, {"videos_2": "{number} both"}),
        ],
        environment=[('{"search": "Suchen"}', {"search": "Suchen"})],
        bad=[
            None,
            "Suchen",
            ["search"],
            {"seach": "Suchen"},
            {"search_2": "Suchen"},
            {"videos_two": "both"},
            {3: "three"},
            {"search": 3},
            {"search": None},
            {"search": "{word}"},
            {"back_to": "{folder.url}"},
            {"back_to": "{0}"},
            {"back_to": "{"},
            {"months": "Jan Feb"},
        ],
        remedy="",  # depends on what is wrong: see test_texts_say_what_is_wrong
        bad_environment=["Suchen", "[]", '{"search": 3}', "null"],
    ),
    "language": Cases(
        good=[("auto", "auto"), ("en", "en"), ("ar", "ar")],
        environment=[("de", "de"), ("auto", "auto")],
        bad=[None, "", "tlh", "de-AT", "EN", 3, ["de"]],
        remedy="must be 'auto', or a language of the pages: 'ar', 'de', 'en', 'es', 'fr', 'ja'",
        bad_environment=["deutsch", "null"],
    ),
    "types": Cases(
        good=[
            ({}, dict(VIDEO_TYPES)),
            ({".mp3": "audio/mpeg"}, {**VIDEO_TYPES, ".mp3": "audio/mpeg"}),
            ({".MP3": "audio/mpeg"}, {**VIDEO_TYPES, ".mp3": "audio/mpeg"}),
            ({".mkv": "video/x-matroska"}, {**VIDEO_TYPES, ".mkv": "video/x-matroska"}),
            (
                {".m": "application/vnd.x+y; a=b"},
                {**VIDEO_TYPES, ".m": "application/vnd.x+y; a=b"},
            ),
            ({".AVI": None}, {k: v for k, v in VIDEO_TYPES.items() if k != ".avi"}),
            ({".none": None}, dict(VIDEO_TYPES)),
            (dict.fromkeys(VIDEO_TYPES), {}),
        ],
        environment=[
            ('{".mp3": "audio/mpeg"}', {**VIDEO_TYPES, ".mp3": "audio/mpeg"}),
            ('{".avi": null}', {k: v for k, v in VIDEO_TYPES.items() if k != ".avi"}),
        ],
        bad=[
            None,
            ".mp3",
            [".mp3"],
            [(".mp3", "audio/mpeg")],
            {"mp3": "audio/mpeg"},
            {".": "audio/mpeg"},
            {".tar.gz": "audio/mpeg"},
            {".a/b": "audio/mpeg"},
            {".mp 3": "audio/mpeg"},
            {3: "audio/mpeg"},
            {".mp3": "audio"},
            {".mp3": ""},
            {".mp3": 3},
            {".mp3": "audio/mpeg\r\nX-Injected: yes"},
            {".mp3": "audio/mpeg\r\n; x=y"},
            {".mp3": "audio/mpeg;\nx=y"},
            {".mp3": "audio/mpeg\n"},
            {".mp3": "audio/mp\u00e9g"},
        ],
        remedy="",  # depends on what is wrong: see test_types_say_what_is_wrong
        bad_environment=[".mp3", "[]", '{".mp3": 3}'],
    ),
    "page_size": Cases(
        good=[(1, 1), (50, 50), (MAX_PAGE_SIZE, MAX_PAGE_SIZE), ("20", 20), ("020", 20)],
        environment=[("1", 1), ("500", 500)],
        bad=[None, "", 0, -1, MAX_PAGE_SIZE + 1, "0", "-1", "ten", True, 1.5, 50.0, "9" * 9999],
        remedy="must be a whole number from 1 to 500",
        bad_environment=["", "0", "501", "1.5", "true", "null", "\u0665", "9" * 500],
    ),
    "max_age": Cases(
        good=[(None, None), ("", None), (0, 0), (3600, 3600), (31_536_000, 31_536_000), ("60", 60)],
        environment=[("3600", 3600), ("0", 0), ("null", None), ("", None)],
        bad=[-1, 31_536_001, "soon", False, 1.5, [3600]],
        remedy="must be a whole number from 0 to 31536000",
        bad_environment=["-1", "1e3", "false", "none"],
    ),
    "signed_urls": Cases(
        good=[(True, True), (False, False)],
        environment=[("true", True), ("false", False)],
        bad=[None, "", "yes", 0, 1, "true", [], {}],
        remedy="must be True or False",
        bad_environment=["", "yes", "0", "1", "null", "False", "off"],
    ),
    "signed_url_lifetime": Cases(
        good=[(1, 1), (3600, 3600), (31_536_000, 31_536_000), ("60", 60)],
        environment=[("3600", 3600)],
        bad=[None, "", 0, -1, 31_536_001, "soon", False, 1.5, [3600]],
        remedy="must be a whole number from 1 to 31536000",
        bad_environment=["", "null", "-1", "1e3", "false", "none"],
    ),
    "signing_keys": Cases(
        good=[
            ((), ()),
            ("", ()),
            ([], ()),
            (KEY, (KEY,)),
            ([KEY], (KEY,)),
            ((KEY, KEY[::-1]), (KEY, KEY[::-1])),
        ],
        environment=[(KEY, (KEY,)), (f'["{KEY}"]', (KEY,)), ("", ())],
        bad=[None, KEY[1:], [KEY[1:]], [KEY, ""], [KEY, None], 5, {KEY: KEY}, KEY.encode()],
        remedy="must be a list of texts",
        bad_environment=["null", KEY[1:], f'["{KEY[1:]}"]', '["too short"]', "{}", "1234"],
    ),
    "downloads": Cases(
        good=[(True, True), (False, False)],
        environment=[("true", True), ("false", False)],
        bad=[None, "", "yes", 0, 1, "true", [], {}],
        remedy="must be True or False",
        bad_environment=["", "yes", "0", "1", "null", "False", "off"],
    ),
    "stall_timeout": Cases(
        good=[(None, None), ("", None), (5, 5.0), (0.5, 0.5), ("90", 90.0), ("1.5", 1.5)],
        environment=[("90", 90.0), ("0.5", 0.5), ("null", None), ("", None)],
        bad=[
            0,
            -1,
            "0",
            "never",
            True,
            float("nan"),
            float("inf"),
            "nan",
            "inf",
            10**400,
            "1e999",
            [5],
        ],
        remedy="must be a number of seconds above 0, or None",
        bad_environment=["0", "-5", "NaN", "Infinity", "true", "1" + "0" * 400],
    ),
    "open_range_limit": Cases(
        good=[(None, None), ("", None), (65_536, 65_536), (2**40, 2**40), ("1000000", 1_000_000)],
        environment=[("8388608", 8 << 20), ("null", None), ("", None)],
        bad=[0, -1, 65_535, 2**40 + 1, "8M", True, 1e6, [65_536]],
        remedy="must be a whole number from 65536 to 1099511627776",
        bad_environment=["0", "1e6", "false", "none"],
    ),
    "max_transfers": Cases(
        good=[(None, None), ("", None), (1, 1), (1_000_000, 1_000_000), ("20", 20)],
        environment=[("500", 500), ("null", None), ("", None)],
        bad=[0, -1, 1_000_001, "many", True, 1.5, [1]],
        remedy="must be a whole number from 1 to 1000000",
        bad_environment=["0", "1e3", "false", "none"],
    ),
    "max_transfers_per_client": Cases(
        good=[(None, None), ("", None), (1, 1), (1_000_000, 1_000_000), ("20", 20)],
        environment=[("500", 500), ("null", None), ("", None)],
        bad=[0, -1, 1_000_001, "many", True, 1.5, [1]],
        remedy="must be a whole number from 1 to 1000000",
        bad_environment=["0", "1e3", "false", "none"],
    ),
    "transfer_rate": Cases(
        good=[(None, None), ("", None), (1024, 1024), (2**40, 2**40), ("1000000", 1_000_000)],
        environment=[("1000000", 1_000_000), ("null", None), ("", None)],
        bad=[0, 1023, -1, 2**40 + 1, "1M", True, 1e6, [1024]],
        remedy="must be a whole number from 1024 to 1099511627776",
        bad_environment=["0", "1e6", "false", "none"],
    ),
    "read_threads": Cases(
        good=[(1, 1), (256, 256), ("4", 4)],
        environment=[("16", 16)],
        bad=[None, 0, 257, -1, "many", True, 2.0],
        remedy="must be a whole number from 1 to 256",
        bad_environment=["0", "257", "null"],
    ),
    "embed_origins": Cases(
        good=[
            ("*", ("*",)),
            ("", ()),
            (
                ["https://b.example:8443", "https://a.example"],
                ("https://a.example", "https://b.example:8443"),
            ),
            (
                "https://*.example.org https://[::1]:8000",
                ("https://*.example.org", "https://[::1]:8000"),
            ),
            ("http://intranet:*", ("http://intranet:*",)),
        ],
        environment=[("*", ("*",)), ('["https://example.org"]', ("https://example.org",))],
        bad=[
            None,
            5,
            "example.org",
            "https://a.example/path",
            "https://a'b",
            "https://é.example",
            ["'none'"],
        ],
        remedy="origin",
        bad_environment=["example.org", "null"],
    ),
    "cors_origins": Cases(
        good=[
            ((), ()),
            ("", ()),
            ("*", ("*",)),
            (["*"], ("*",)),
            ("https://example.org", ("https://example.org",)),
            (
                ["https://b.example", "https://a.example"],
                ("https://a.example", "https://b.example"),
            ),
            (
                "https://a.example, https://b.example:8443",
                ("https://a.example", "https://b.example:8443"),
            ),
            ({"https://a.example"}, ("https://a.example",)),
            (["https://a.example"] * 2, ("https://a.example",)),
        ],
        environment=[
            ("*", ("*",)),
            ('["https://example.org"]', ("https://example.org",)),
            ("https://example.org", ("https://example.org",)),
            ("https://a.example https://b.example", ("https://a.example", "https://b.example")),
            ("[]", ()),
        ],
        bad=[
            None,
            5,
            True,
            "example.org",
            "null",
            ["null"],
            [None],
            [["*"]],
            ["https://example.org/"],
            ["https://example.org/path"],
            ["https://*.example.org, *"],
            ["https://example.org\r\nX-Injected: yes"],
            {"https://a.example": 1},
        ],
        remedy='such as "https://example.org"',
        bad_environment=["null", "true", "example.org", '{"*": true}'],
    ),
    "sitemap": Cases(
        good=[(True, True), (False, False)],
        environment=[("true", True), ("false", False)],
        bad=[None, 0, 1, "yes", "true"],
        remedy="must be True or False",
        bad_environment=["1", "yes", "null"],
    ),
    "cors_credentials": Cases(
        good=[(True, True), (False, False)],
        environment=[("true", True), ("false", False)],
        bad=[None, "", "yes", 0, 1, "true", [], {}],
        remedy="must be True or False",
        bad_environment=["", "yes", "0", "1", "null", "False", "off"],
    ),
    "cross_origin_resource_policy": Cases(
        good=[
            (None, None),
            ("", None),
            ("same-origin", "same-origin"),
            ("same-site", "same-site"),
            ("cross-origin", "cross-origin"),
        ],
        environment=[("same-site", "same-site"), ('"cross-origin"', "cross-origin"), ("", None)],
        bad=["any", "Same-Origin", "same-origin ", 5, True, ["same-origin"], {}],
        remedy='must be "same-origin", "same-site" or "cross-origin"',
        bad_environment=["any", "true", "[]"],
    ),
    "sendfile": Cases(
        good=[
            ("off", "off"),
            (None, "off"),
            ("", "off"),
            ("x-sendfile", "x-sendfile"),
            ("x-accel-redirect:/videos", "x-accel-redirect:/videos"),
            ("x-accel-redirect:/a/b c/\u00e9/", "x-accel-redirect:/a/b c/\u00e9/"),
            ("x-accel-redirect:/-/..a/b../.c", "x-accel-redirect:/-/..a/b../.c"),
        ],
        environment=[
            ("off", "off"),
            ("x-sendfile", "x-sendfile"),
            ("x-accel-redirect:/internal/videos", "x-accel-redirect:/internal/videos"),
            ('"x-sendfile"', "x-sendfile"),
            ("", "off"),
        ],
        bad=[
            "on",
            "nginx",
            "X-Sendfile",
            "x-sendfile ",
            "x-sendfile:/videos",
            "x-accel-redirect",
            "x-accel-redirect:",
            "x-accel-redirect:/",
            "x-accel-redirect:videos",
            "x-accel-redirect: /videos",
            "x-accel-redirect:@videos",
            "x-accel-redirect:http://elsewhere/videos",
            "x-accel-redirect://videos",
            "x-accel-redirect:/a//b",
            "x-accel-redirect:/..",
            "x-accel-redirect:/a/../b",
            "x-accel-redirect:/a/..",
            "x-accel-redirect:/a/./b",
            "x-accel-redirect:/a?b",
            "x-accel-redirect:/a#b",
            "x-accel-redirect:/a\r\nX-Injected: yes",
            "x-accel-redirect:/a\n",
            "x-accel-redirect:/a\0",
            "x-accel-redirect:/a\x7f",
            "x-accel-redirect:/a\udcff",
            True,
            False,
            0,
            b"off",
            ["off"],
            {},
        ],
        remedy='"x-accel-redirect:/internal/videos"',
        bad_environment=[
            "on",
            "false",
            "true",
            "[]",
            "x-accel-redirect:",
            "x-accel-redirect:/a/..",
        ],
    ),
    "store_options": Cases(
        good=[
            ({}, {}),
            ({"Region": "eu-1", "timeout": 5}, {"region": "eu-1", "timeout": "5"}),
            ({"allow_http": True, "secret": "S"}, {"allow_http": "true", "secret": "S"}),
        ],
        environment=[
            ('{"endpoint": "http://x", "a": false}', {"endpoint": "http://x", "a": "false"})
        ],
        bad=[None, "", "endpoint", ["endpoint"], {"a": None}, {"a": ["b"]}, {5: "a"}],
        remedy='as {"endpoint": "https://example.org"}',
        bad_environment=["", "null", "[]", '{"a": {}}'],
    ),
    "store_delivery": Cases(
        good=[("proxy", "proxy"), ("redirect", "redirect")],
        environment=[("redirect", "redirect")],
        bad=[None, "", "Redirect", "on", True, 302, []],
        remedy='must be "proxy" or "redirect"',
        bad_environment=["", "true", "302"],
    ),
    "store_expiry": Cases(
        good=[(60, 60), (604_800, 604_800), ("3600", 3600)],
        environment=[("3600", 3600)],
        bad=[None, 59, 604_801, 60.5, True, "", "1h"],
        remedy="must be a whole number from 60 to 604800",
        bad_environment=["0", "null", ""],
    ),
    "store_connections": Cases(
        good=[(1, 1), (10_000, 10_000), ("50", 50)],
        environment=[("50", 50)],
        bad=[None, 0, 10_001, 1.5, True, "", "many"],
        remedy="must be a whole number from 1 to 10000",
        bad_environment=["0", "null", ""],
    ),
    "store_refresh": Cases(
        good=[(1, 1.0), (0.5, 0.5), ("300", 300.0)],
        environment=[("300", 300.0)],
        bad=[None, 0, -1, True, "", "soon", math.inf, math.nan],
        remedy="must be a number of seconds above 0",
        bad_environment=["0", "null", ""],
    ),
    "store_timeout": Cases(
        good=[(1, 1.0), (0.5, 0.5), ("30", 30.0)],
        environment=[("30", 30.0), ("2.5", 2.5)],
        bad=[None, 0, -1, True, "", "soon", math.inf, math.nan],
        remedy="must be a number of seconds above 0",
        bad_environment=["0", "null", ""],
    ),
}


def test_every_setting_has_its_cases() -> None:
    assert set(CASES) == names() == {row.name for row in table()}


def every(what: str) -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}-{index}")
        for name, cases in CASES.items()
        for index, case in enumerate(getattr(cases, what))
    ]


def with_root(name: str, values: Mapping[str, object]) -> Mapping[str, object]:
    return values if name == "media_root" else {**ROOT, **values}


@pytest.mark.parametrize(("name", "case"), every("good"))
def test_good(name: str, case: tuple[Any, Any]) -> None:
    given, expected = case
    value = getattr(resolve(with_root(name, {name: given}), {}, {}), name)
    assert value == expected
    assert type(value) is type(expected)
    # What was accepted once is accepted again: the checked value is itself a value.
    if name != "types":
        assert getattr(resolve(with_root(name, {name: value}), {}, {}), name) == expected


def refusal(name: str, value: object, where: str) -> str:
    places: dict[str, dict[str, object]] = {"argument": {}, "option": {}, "config": {}}
    places["config"]["MEDIA_ROOT"] = "/srv/videos"
    places[where][KEYS[name] if where == "config" else name] = value
    with pytest.raises(ConfigurationError) as raised:
        resolve(places["argument"], places["option"], places["config"])
    return str(raised.value)


@pytest.mark.parametrize(("name", "value"), every("bad"))
def test_bad(name: str, value: object) -> None:
    """A refusal names the key, where the value came from, what it is, and what it should be."""
    key = KEYS[name]
    for where, origin in (
        ("argument", f"The argument {name} of VideoBlueprint ({key})"),
        ("option", f"The option {name} of register_blueprint ({key})"),
        ("config", f'app.config["{key}"]'),
    ):
        message = refusal(name, value, where)
        assert message.startswith(origin)
        assert CASES[name].remedy in message
        if name in SECRET:
            assert "it is" not in message
        else:
            assert message.endswith(f"; it is {value!r}.")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Suchen", 'must map keys to texts, as {"search": "Suchen"}'),
        (
            {"seach": "Suchen"},
            "has the key 'seach', which is no text of the pages. Did you mean 'search'?",
        ),
        ({"nope": "Nein"}, "has the key 'nope', which is no text of the pages; it is"),
        ({"search": 3}, "has the key 'search', whose value is no text: 3"),
        ({"search": "{a}"}, "uses {a} under 'search', where the placeholders are: none"),
        ({"back_to": "{a}"}, "uses {a} under 'back_to', where the placeholders are: {folder}"),
        ({"search": "{"}, "has under 'search' a text that is not right: "),
        ({"months": "Jan"}, "has 'Jan' as the months, which are not twelve words"),
    ],
)
def test_texts_say_what_is_wrong(value: object, expected: str) -> None:
    assert expected in refusal("texts", value, "config")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("audio/mpeg", 'must map extensions to media types, as {".mp3": "audio/mpeg"}'),
        ({"mp3": "audio/mpeg"}, "has the key 'mp3', which is no extension such as '.mp3'"),
        ({".mp3": "mp3"}, "gives .mp3 the value 'mp3', which is no media type"),
    ],
    ids=["no-mapping", "no-extension", "no-media-type"],
)
def test_types_say_what_is_wrong(value: object, expected: str) -> None:
    assert expected in refusal("types", value, "argument")


def load_environment(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> Settings:
    monkeypatch.setenv(f"QUART_{KEYS[name]}", text)
    app = Quart(__name__)
    app.config.from_prefixed_env()
    return resolve({}, {}, {"MEDIA_ROOT": "/srv/videos", **app.config})


@pytest.mark.parametrize(("name", "case"), every("environment"))
def test_environment(monkeypatch: pytest.MonkeyPatch, name: str, case: tuple[str, object]) -> None:
    text, expected = case
    value = getattr(load_environment(monkeypatch, name, text), name)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(("name", "text"), every("bad_environment"))
def test_bad_environment(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f'^app.config."{KEYS[name]}"'):
        load_environment(monkeypatch, name, text)


@pytest.mark.parametrize("name", sorted(names() - {"media_root"}))
def test_a_default_is_good_wherever_it_is_written(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    row = next(row for row in table() if row.name == name)
    default = row.metadata["default"]
    expected = getattr(resolve(ROOT, {}, {}), name)
    assert getattr(resolve({**ROOT, name: default}, {}, {}), name) == expected
    assert getattr(resolve(ROOT, {}, {KEYS[name]: default}), name) == expected
    assert getattr(load_environment(monkeypatch, name, json.dumps(default)), name) == expected


def test_defaults() -> None:
    assert resolve(ROOT, {}, {}) == Settings(
        media_root="/srv/videos",
        title="Videos",
        texts={},
        templates=None,
        language="auto",
        types=dict(VIDEO_TYPES),
        page_size=50,
        max_age=None,
        signed_urls=False,
        signed_url_lifetime=21_600,
        signing_keys=(),
        downloads=True,
        stall_timeout=1800.0,
        open_range_limit=8 << 20,
        max_transfers=None,
        max_transfers_per_client=None,
        transfer_rate=None,
        read_threads=8,
        cache=None,
        cache_size=10_000_000_000,
        media_processes=None,
        mp4=True,
        mp4_audio="stereo",
        mp4_store=False,
        survey=True,
        titles="names",
        caption_encoding=None,
        cors_origins=(),
        cors_credentials=False,
        cross_origin_resource_policy=None,
        embed_origins=(),
        sitemap=False,
        store_options={},
        store_connections=200,
        store_timeout=10.0,
        store_refresh=60.0,
        store_delivery="proxy",
        store_expiry=43_200,
        sendfile="off",
    )


DIFFERENT: dict[str, tuple[object, object, object]] = {
    "media_root": ("/a", "/b", "/c"),
    "cache": ("/a", None, "/c"),
    "cache_size": (10**6, 10**7, 10**8),
    "media_processes": (0, None, 2),
    "mp4": (False, True, False),
    "mp4_audio": ("off", "stereo", "surround"),
    "mp4_store": (True, False, True),
    "survey": (False, True, False),
    "titles": ("inside", "names", "inside"),
    "caption_encoding": ("cp1251", None, "cp932"),
    "title": ("A", "B", "C"),
    "texts": ({"search": "A"}, {"search": "B"}, {"search": "C"}),
    "templates": ("a", "b", "c"),
    "language": ("de", "auto", "fr"),
    "types": ({".a": "a/a"}, {".b": "b/b"}, {".c": "c/c"}),
    "page_size": (1, 2, 3),
    "max_age": (1, None, 3),
    "signed_urls": (True, False, True),
    "signed_url_lifetime": (1, 2, 3),
    "signing_keys": (KEY, (), KEY[::-1]),
    "downloads": (False, True, False),
    "stall_timeout": (None, 2, 3),
    "open_range_limit": (None, 65_536, 65_537),
    "max_transfers": (1, None, 3),
    "max_transfers_per_client": (1, None, 3),
    "transfer_rate": (1024, None, 3000),
    "read_threads": (1, 2, 3),
    "embed_origins": ("https://a.example", "https://b.example", "https://c.example"),
    "sitemap": (True, False, True),
    "cors_origins": ("*", (), "https://example.org"),
    "cors_credentials": (True, False, True),
    "cross_origin_resource_policy": ("same-site", None, "cross-origin"),
    "sendfile": ("x-sendfile", None, "x-accel-redirect:/c"),
    "store_options": ({"a": "1"}, {"a": "2"}, {"b": "1"}),
    "store_connections": (1, 2, 3),
    "store_timeout": (1, 2, 3),
    "store_refresh": (1, 2, 3),
    "store_delivery": ("redirect", "proxy", "redirect"),
    "store_expiry": (60, 61, 62),
}


@pytest.mark.parametrize("name", sorted(names()))
def test_precedence(name: str) -> None:
    """Argument before option before config before default, for each of them."""
    key = KEYS[name]
    first, second, third = values = DIFFERENT[name]
    config = {"MEDIA_ROOT": "/srv/videos", key: third}
    root = {} if name == "media_root" else ROOT

    def found(arguments: Mapping[str, object], options: Mapping[str, object]) -> object:
        return getattr(resolve(arguments, options, config), name)

    alone = [getattr(resolve({**root, name: value}, {}, {}), name) for value in values]
    assert alone[0] != alone[1] != alone[2]  # a switch has no third value
    assert found({name: first}, {name: second}) == alone[0]
    assert found({}, {name: second}) == alone[1]
    assert found({}, {}) == alone[2]


def test_what_may_be_secret_is_never_shown() -> None:
    settings = resolve({**ROOT, "store_options": {"secret_access_key": "SECRET"}}, {}, {})
    assert "SECRET" not in repr(settings)
    for name, value in (
        ("store_options", {"secret_access_key": ["SECRET"]}),
        ("media_root", "ftp://key:SECRET@bucket/folder?token=SECRET"),
        ("media_root", "s3://key:SECRET@bucket"),
    ):
        assert "SECRET" not in refusal(name, value, "config")


def test_credentials_are_never_for_every_origin() -> None:
    values = {**ROOT, "cors_credentials": True}
    for origins in ("*", ["*"], ["https://a.example", "*"]):
        with pytest.raises(ConfigurationError, match="VIDEO_CORS_CREDENTIALS"):
            resolve({**values, "cors_origins": origins}, {}, {})
    assert resolve({**values, "cors_origins": ["https://a.example"]}, {}, {}).cors_credentials


def test_none_as_an_argument_is_a_value() -> None:
    """It does not fall through to the configuration."""
    config = {"MEDIA_ROOT": "/srv/videos", "VIDEO_MAX_AGE": 60}
    assert resolve({"max_age": None}, {"max_age": 30}, config).max_age is None
    assert resolve({}, {"max_age": None}, config).max_age is None


@pytest.mark.parametrize(
    ("arguments", "options", "config"),
    [
        pytest.param({}, {}, {}, id="nowhere"),
        pytest.param({"media_root": None}, {}, {}, id="none-as-argument"),
        pytest.param({}, {"media_root": None}, {}, id="none-as-option"),
        pytest.param({}, {}, {"MEDIA_ROOT": None}, id="none-in-the-configuration"),
        pytest.param({}, {}, {"media_root": "/srv/videos"}, id="key-in-small-letters"),
    ],
)
def test_a_missing_media_root_names_key_and_remedy(
    arguments: dict[str, object], options: dict[str, object], config: dict[str, object]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        resolve(arguments, options, config)
    assert str(raised.value).startswith("MEDIA_ROOT is not set. ")
    for remedy in (
        'app.config["MEDIA_ROOT"]',
        "media_root=",
        "VideoBlueprint",
        "register_blueprint",
    ):
        assert remedy in str(raised.value)


def test_other_options_and_keys_are_passed_over() -> None:
    options = {"url_prefix": "/x", "subdomain": "y"}
    assert resolve(ROOT, options, {"SECRET_KEY": "z", "VIDEO_OTHER": 1}) == resolve(ROOT, {}, {})


@pytest.mark.parametrize("row", table(), ids=lambda row: row.name)
def test_a_row_of_the_table(row: Any) -> None:
    key = row.metadata["key"]
    assert key == ("MEDIA_ROOT" if row.name == "media_root" else f"VIDEO_{row.name.upper()}")
    assert row.metadata["doc"].endswith(".")


def test_keys_differ() -> None:
    assert len(set(KEYS.values())) == len(KEYS)


def test_settings_are_frozen() -> None:
    settings = resolve(ROOT, {}, {})
    with pytest.raises(FrozenInstanceError):
        settings.title = "Other"  # type: ignore[misc]  # which is what is tested


def test_the_table_of_types_is_nobody_elses() -> None:
    """Adding a type to one mount does not add it to another."""
    resolve({**ROOT, "types": {".mp3": "audio/mpeg"}}, {}, {})
    assert ".mp3" not in resolve(ROOT, {}, {}).types
    assert ".mp3" not in VIDEO_TYPES


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("signed_urls", "True", "must be True or False, in the environment as true or false;"),
        ("signed_urls", " yes", "in the environment as true or false;"),
        ("max_transfers", "None", "or None, in the environment as null;"),
        ("stall_timeout", "none", "or None, in the environment as null;"),
    ],
)
def test_words_of_the_environment_that_are_no_json(name: str, value: str, expected: str) -> None:
    assert expected in refusal(name, value, "config")
