"""Whoever names a folder that cannot be used is told what they may have meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from quart import Quart

from quart_video import video_bp
from quart_video.library import root_advice
from quart_video.settings import ConfigurationError


@pytest.mark.parametrize(
    ("given", "root", "beside", "expected"),
    [
        pytest.param(
            r"C:\Users\me\My Videos",
            r"/app/C:\Users\me\My Videos",
            [],
            "within WSL it is '/mnt/c/Users/me/My Videos'.",
            id="drive",
        ),
        pytest.param("d:/films", "/app/d:/films", [], "'/mnt/d/films'", id="drive-slash"),
        pytest.param(r"\\nas\films", r"/app/\\nas\films", [], "mount it", id="share"),
        pytest.param("s3:/b/films", "/app/s3:/b/films", [], "'s3://b/films'", id="one-slash"),
        pytest.param("'/srv/videos'", "/app/'/srv/videos'", [], "leave them out", id="quotes"),
        pytest.param("'", "/app/'", [], "leave them out", id="one-quote"),
        pytest.param("/srv/videos ", "/srv/videos ", ["videos"], "white space", id="space"),
        pytest.param("$HOME/films", "/app/$HOME/films", [], "of a variable", id="variable"),
        pytest.param(
            "/srv/vidoes", "/srv/vidoes", ["vault", "videos"], "mean '/srv/videos'?", id="misspelt"
        ),
        pytest.param("/srv/Videos", "/srv/Videos", ["videos"], "mean '/srv/videos'?", id="case"),
        pytest.param("films", "/films", ["etc"], "'films' is looked for in the", id="relative"),
    ],
)
def test_advice(given: str, root: str, beside: list[str], expected: str) -> None:
    told = root_advice.for_missing(given, root, beside)
    assert told.startswith(root_advice.SET_IT)
    assert expected in told


@pytest.mark.parametrize("given", ["/srv/films", "~/films"])
def test_no_advice_where_nothing_is_odd(given: str) -> None:
    assert root_advice.for_missing(given, "/srv/films", ["etc"]) == root_advice.SET_IT


async def _refusal(root: str) -> str:
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = root
    app.register_blueprint(video_bp)
    with pytest.raises(ConfigurationError) as raised:
        await app.startup()
    return str(raised.value)


async def test_a_neighbour_is_named(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    (tmp_path / "vidoe.txt").touch()  # no folder
    told = await _refusal(str(tmp_path / "vidoes"))
    assert told.endswith(f"Did you mean {str(tmp_path / 'videos')!r}?")


async def test_a_folder_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests may run as root, who may read all."""
    scandir = os.scandir

    def refused(path: str) -> object:
        if path == str(tmp_path):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    told = await _refusal(str(tmp_path))
    assert "cannot be read (Permission denied). Let the user 54321 read it" in told


async def test_what_is_in_the_environment_and_not_read_is_told_with_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUART_MEDIA_ROOT", "/srv/videos")
    app = Quart(__name__)
    app.register_blueprint(video_bp)
    with pytest.raises(ConfigurationError, match=r"is not set.*QUART_MEDIA_ROOT.*from_prefixed_"):
        await app.startup()


async def test_a_key_that_is_nearly_right_is_told_with_what_is_missing() -> None:
    app = Quart(__name__)
    app.config["VIDEO_MEDIA_ROOT"] = "/srv/videos"
    app.register_blueprint(video_bp)
    with pytest.raises(ConfigurationError, match=r"is not set.*VIDEO_MEDIA_ROOT.*mean MEDIA_ROOT"):
        await app.startup()
