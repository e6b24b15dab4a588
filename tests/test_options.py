"""The types of arguments agree with the table of settings, and type checkers know them."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import pytest
from flask.sansio.blueprints import Blueprint
from pydantic import ConfigDict, TypeAdapter, ValidationError

from quart_video import VideoBlueprint
from quart_video.options import Options, SettingOptions
from quart_video.settings import REQUIRED, names, table
from tests.test_settings import DIFFERENT

HINTS = get_type_hints(SettingOptions)


def is_of(name: str, value: Any) -> bool:
    adapter = TypeAdapter(HINTS[name], config=ConfigDict(arbitrary_types_allowed=True, strict=True))
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def test_each_setting_is_an_option_in_the_order_of_the_table() -> None:
    assert list(HINTS) == [row.name for row in table()]


def test_all_else_is_what_quart_takes() -> None:
    taken = set(inspect.signature(Blueprint).parameters) - {"name", "import_name", "url_prefix"}
    assert get_type_hints(Options).keys() - names() == taken


@pytest.mark.parametrize("name", sorted(names()))
def test_what_a_setting_takes_is_of_its_type(name: str) -> None:
    (default,) = (row.metadata["default"] for row in table() if row.name == name)
    assert default is REQUIRED or is_of(name, default)
    for value in DIFFERENT[name]:
        assert is_of(name, value), value
    assert not is_of(name, object())


def checked_by_mypy() -> None:
    """Not run: `make lint` fails where one of these is no error."""
    VideoBlueprint(media_root="/srv/videos", page_size=20, max_age=None, subdomain="films")
    VideoBlueprint(pagesize=20)  # type: ignore[call-arg]
    VideoBlueprint(page_size="20")  # type: ignore[arg-type]
    VideoBlueprint(mp4_audio="mono")  # type: ignore[arg-type]
    VideoBlueprint(downloads=None)  # type: ignore[arg-type]
