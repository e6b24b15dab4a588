"""Keys that nearly are those of a setting, and variables that nobody reads."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from quart import Quart

from quart_video import ConfigurationError, video_bp
from quart_video.library.config_keys import key_warnings, misspelled
from quart_video.settings import table
from tests.support.asgi import call


@pytest.mark.parametrize(
    ("key", "right"),
    [
        ("VIDEO_SIGNED_URL", "VIDEO_SIGNED_URLS"),
        ("VIDEOS_SIGNED_URLS", "VIDEO_SIGNED_URLS"),
        ("video_signed_urls", "VIDEO_SIGNED_URLS"),
        ("VIDEO_SIGNING_KEY", "VIDEO_SIGNING_KEYS"),
        ("VIDEO_MAXAGE", "VIDEO_MAX_AGE"),
        ("VIDEO_PAGESIZE", "VIDEO_PAGE_SIZE"),
        ("VIDEO_TITEL", "VIDEO_TITLE"),
        ("MEDIA_ROT", "MEDIA_ROOT"),
        ("VIDEO_STUDIO", None),  # of the app's own
        ("VIDEO_CODEC", None),
        ("VIDEO_", None),
        ("MEDIA_URL_PREFIX", None),
        ("SECRET_KEY", None),
        ("VIDEO_" + "A" * 100_000, None),
        *((row.metadata["key"], None) for row in table()),
    ],
)
def test_which_is_meant(key: str, right: str | None) -> None:
    assert misspelled([key]) == ({} if right is None else {key: right})


@pytest.mark.parametrize(
    ("config", "environment", "told"),
    [
        ({"VIDEO_MAXAGE": 5}, {}, ['app.config["VIDEO_MAXAGE"]', "Did you mean VIDEO_MAX_AGE?"]),
        ({}, {"QUART_VIDEO_SIGNED_URLS"}, ["QUART_VIDEO_SIGNED_URLS", "from_prefixed_env()"]),
        (
            {"VIDEO": {"PAGE_SIZE": 20}},
            {},
            ['app.config["VIDEO"]["PAGE_SIZE"]', "Did you mean VIDEO_PAGE_SIZE?"],
        ),
        ({"video": {"media_root": "/x"}}, {}, ['["media_root"]', "Did you mean MEDIA_ROOT?"]),
        ({"media": {"ROOT": "/x"}}, {}, ['["ROOT"]', "Did you mean MEDIA_ROOT?"]),
        ({"VIDEO_TYPES": {"TITLE": "x"}}, {}, None),
        ({"VIDEO": {"codec": "x"}, "SHOP": {"TITLE": "x"}, "VIDEO_": "TITLE"}, {}, None),
        ({"VIDEO_MAX_AGE": 5}, {"QUART_VIDEO_MAX_AGE"}, None),
        ({}, {"QUART_DEBUG", "VIDEO_MAX_AGE", "QUART_VIDEO_OF_MINE"}, None),
    ],
)
def test_what_is_told(
    config: dict[str, object], environment: set[str], told: list[str] | None
) -> None:
    lines = key_warnings(config, environment)
    assert len(lines) == (told is not None)
    assert all(part in lines[0] for part in told or ())


async def test_what_keeps_people_out_has_to_be_right(tmp_path: Path) -> None:
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=tmp_path, VIDEO_SIGNED_URL=True)
    app.register_blueprint(video_bp)
    with pytest.raises(ConfigurationError, match="Call it that, or remove it"):
        await app.startup()


async def test_the_rest_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=tmp_path, VIDEO_TITEL="Films")
    app.register_blueprint(video_bp)
    with caplog.at_level(logging.WARNING, "quart_video"):
        for _ in range(2):
            assert (await call(app, "/videos/")).status == 200
    assert caplog.text.count("Did you mean VIDEO_TITLE?") == 1


def test_what_keeps_people_out_is_not_left_in_a_table() -> None:
    """As ``QUART_VIDEO__SIGNED_URLS=true`` in the environment puts it there."""
    with pytest.raises(ConfigurationError, match=r'\["VIDEO"\].*on VIDEO_SIGNED_URLS'):
        key_warnings({"VIDEO": {"SIGNED_URLS": True}}, {})
