"""What runs in the background is begun again when it ends, and its state is told."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import pytest
from quart import Quart

from quart_video import background, video_bp
from quart_video.background import Activity, BackOff, keep_running
from tests.support.asgi import call


async def test_it_is_begun_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.0)
    calls: list[int] = []

    async def fails_at_first() -> None:
        calls.append(len(calls))
        if len(calls) < 4:
            raise ZeroDivisionError("by nothing")

    activity = Activity("Dividing")
    await keep_running(activity, fails_at_first)
    assert len(calls) == 4
    assert (activity.state, activity.restarts) == ("off", 3)
    assert activity.problem == "ZeroDivisionError: by nothing"
    assert [record.getMessage() for record in caplog.records] == [
        "Dividing failed, and is begun again"
    ]


def test_pauses_grow_until_it_has_run_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(background, "monotonic", lambda: now[0])
    tries = BackOff()
    pauses = []
    for _ in range(11):
        tries.begin()
        now[0] += 1
        pauses.append(tries.pause())
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    tries.begin()
    now[0] += 60
    assert tries.pause() == 1


def test_the_log_is_told_when_all_is_well_again(caplog: pytest.LogCaptureFixture) -> None:
    activity = Activity("Dividing")
    with caplog.at_level(logging.INFO):
        activity.fine()
        assert activity.trouble("nothing")
        assert not activity.trouble("nothing")
        activity.fine()
        activity.fine()
    assert [record.getMessage() for record in caplog.records] == ["Dividing: all is well again"]


async def test_health_tells_of_it(tmp_path: Path) -> None:
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(tmp_path), VIDEO_CACHE=str(tmp_path / "cache"))
    app.register_blueprint(video_bp)
    async with app.test_app():
        sent = await call(app, "/videos/-/health")
        assert json.loads(sent.body) == {"status": "ok"}
        states: dict[str, str] = {}

        while states.get("Looking for videos") != "running":
            sent = await call(app, "/videos/-/health", query="verbose")
            told = json.loads(sent.body)["background"]
            assert not any(each["trouble"] for each in told)
            states.update({each["name"]: each["state"] for each in told})
            await asyncio.sleep(0.01)
        assert set(states) >= {"Looking for videos", "Looking into videos"}
