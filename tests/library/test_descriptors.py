"""What an app is told that may open too few files."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from quart import Quart

from quart_video import video_bp
from quart_video.library.descriptors import descriptor_warning


@pytest.mark.parametrize(
    ("limit", "transfers", "told"),
    [
        (1024, None, None),
        (1024, 462, None),
        (1024, 463, "lower VIDEO_MAX_TRANSFERS to 462"),
        (40, 60, "open 220 files, and this one may open 40"),
        (40, 60, "lower VIDEO_MAX_TRANSFERS to 1."),
        (resource.RLIM_INFINITY, 1_000_000, None),
    ],
)
def test_what_is_told(
    limit: int, transfers: int | None, told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    warning = descriptor_warning(transfers)
    assert warning is None if told is None else told in str(warning)


async def test_it_is_told_at_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = Quart(__name__)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    app.config.update(
        MEDIA_ROOT=str(tmp_path), VIDEO_CACHE=str(tmp_path / "cache"), VIDEO_MAX_TRANSFERS=soft
    )
    app.register_blueprint(video_bp)
    async with app.test_app():
        pass
    assert f"VIDEO_MAX_TRANSFERS is {soft}" in caplog.text
