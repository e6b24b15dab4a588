"""Errors speak of what was typed, and not of keys that the app below has."""

from __future__ import annotations

import logging

import pytest

from quart_video.command.option_names import CommandHandler, for_command
from quart_video.settings import ConfigurationError, resolve, table

OPTIONS = {"MEDIA_ROOT": "DIR", "VIDEO_TITLE": "--title"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('app.config["VIDEO_PAGE_SIZE"] must', "QUART_VIDEO_PAGE_SIZE must"),
        ('app.config["VIDEO_TITLE"] must be text', "--title must be text"),
        ('Set app.config["MEDIA_ROOT"] to it', "Set DIR to it"),
        ("MEDIA_ROOT is '/x', VIDEO_CACHE is", "DIR is '/x', QUART_VIDEO_CACHE is"),
        ("VIDEO_CACHE_SIZE, VIDEO_CACHE.", "QUART_VIDEO_CACHE_SIZE, QUART_VIDEO_CACHE."),
        ("QUART_VIDEO_MP4 stays", "QUART_VIDEO_MP4 stays"),
        ("a list, or app.secret_key.", "a list, or QUART_SECRET_KEY."),
        ('app.config["VIDEO_MP"] is', "QUART_VIDEO_MP is"),
        ('"/MEDIA_ROOTS/x" VIDEO_MP4_ONE', '"/MEDIA_ROOTS/x" VIDEO_MP4_ONE'),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert for_command(text, OPTIONS) == expected


@pytest.mark.parametrize("row", table(), ids=lambda row: row.metadata["key"])
def test_no_error_of_a_setting_speaks_of_an_app(row: object) -> None:
    key = row.metadata["key"]  # type: ignore[attr-defined]
    config = {"MEDIA_ROOT": "/videos", key: object()}
    with pytest.raises(ConfigurationError) as error:
        resolve({}, {}, config)
    told = for_command(str(error.value), OPTIONS)
    assert "config" not in told
    assert told.startswith(f"{OPTIONS.get(key, f'QUART_{key}')} ")


def test_what_is_logged_speaks_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    handler = CommandHandler("%(levelname)s: %(message)s", OPTIONS)
    record = logging.LogRecord("x", logging.WARNING, "", 1, "%s is %r", ("VIDEO_MP4", 1), None)
    handler.emit(record)
    assert capsys.readouterr().err == "WARNING: QUART_VIDEO_MP4 is 1\n"
