"""What the watch page makes of an error, decided by ``static/verdict.js``: a table."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import quart_video
from quart_video.web.player import PROBLEMS
from tests.e2e.harness import need_tool

MODULE = Path(quart_video.__file__).parent / "static" / "verdict.js"

NETWORK, DECODE, NOT_SUPPORTED = 2, 3, 4
OK = {"status": 206}


def player(code: int = NETWORK, **more: Any) -> dict[str, Any]:
    known = {"played": True, "loads": 0, "etag": '"1"', "foreseen": None}
    return {"code": code} | known | more


def page(status: int | str = 200, **more: Any) -> dict[str, Any]:
    known = {"size": 9, "etag": '"1"', "problem": None, "details": {}}
    return {"status": status, "video": known | more}


def answers(status: int | str, **more: Any) -> dict[str, Any]:
    return {"status": status} | more


LOAD: dict[str, Any] = {"problem": None, "then": "load"}
LOAD_SLOWLY = {"problem": "network", "then": "load"}
ASK = {"problem": "network", "then": "ask"}
AT_FIRST = {"played": False}

VERDICTS = [
    # The server is asked for what it knows of the video, and tells by its status.
    pytest.param(player(), answers(0), OK, ASK, id="unreachable"),
    pytest.param(player(NOT_SUPPORTED), answers(0), OK, ASK, id="unreachable-at-first"),
    pytest.param(player(), answers(500), OK, ASK, id="server-error"),
    pytest.param(player(), answers(401), answers(401), {"problem": "login"}, id="401"),
    pytest.param(player(), answers(403), answers(403), {"problem": "login"}, id="403"),
    pytest.param(
        player(DECODE), answers("moved"), answers("moved"), {"problem": "login"}, id="to-the-login"
    ),
    pytest.param(player(), answers(404), answers(404), {"problem": "gone"}, id="404"),
    pytest.param(player(), answers(410), answers(410), {"problem": "gone"}, id="410"),
    pytest.param(
        player(),
        answers(429, retryAfter=7),
        OK,
        {"problem": "busy", "then": "ask", "retryAfter": 7},
        id="429",
    ),
    pytest.param(
        player(NOT_SUPPORTED),
        answers(503, retryAfter=0),
        OK,
        {"problem": "busy", "then": "ask", "retryAfter": 0},
        id="503",
    ),
    # It knows the video: then it is asked for its bytes.
    pytest.param(player(), page(size=0), answers(416), {"problem": "empty"}, id="empty"),
    pytest.param(player(NOT_SUPPORTED), page(size=0), OK, {"problem": "empty"}, id="empty-4"),
    pytest.param(player(), page(etag='"2"'), OK, {"problem": "replaced"}, id="replaced"),
    pytest.param(player(DECODE), page(etag='"2"'), OK, {"problem": "replaced"}, id="replaced-3"),
    pytest.param(player(0), page(etag='"2"'), OK, {"problem": "replaced"}, id="replaced-waits"),
    pytest.param(
        player(), page(), answers(403, stale=True), LOAD | {"fresh": True}, id="link-expired"
    ),
    pytest.param(
        player(NOT_SUPPORTED),
        page(),
        answers(401, stale=True),
        LOAD | {"fresh": True},
        id="link-expired-4",
    ),
    pytest.param(player(), page(), answers(403), {"problem": "login"}, id="media-403"),
    pytest.param(player(), page(), answers(404), {"problem": "gone"}, id="media-404"),
    pytest.param(player(), page(), answers(0), ASK, id="media-unreachable"),
    pytest.param(player(), page(), answers(502), ASK, id="media-502"),
    pytest.param(
        player(),
        page(),
        answers(429, retryAfter=1),
        {"problem": "busy", "then": "ask", "retryAfter": 1},
        id="media-429",
    ),
    # An app that has no JSON for its visitors, but videos.
    pytest.param(player(), answers(404), OK, LOAD, id="no-json"),
    pytest.param(player(), answers("moved"), OK, LOAD, id="json-behind-a-login"),
    pytest.param(
        player(DECODE, **AT_FIRST), answers(403), OK, {"problem": "unknown"}, id="no-json-no-words"
    ),
    # Nothing is wrong there, by now.
    pytest.param(player(), page(), OK, LOAD, id="a-reset"),
    pytest.param(player(0), page(), OK, LOAD, id="it-hangs"),
    pytest.param(player(), page(), answers("moved"), LOAD, id="on-to-a-store"),
    pytest.param(player(loads=1), page(), OK, LOAD, id="a-second-reset"),
    pytest.param(player(loads=2), page(), OK, LOAD_SLOWLY, id="resets-again-and-again"),
    # It is the file, or the browser.
    pytest.param(player(DECODE), page(problem="damaged"), OK, {"problem": "damaged"}, id="damaged"),
    pytest.param(
        player(NOT_SUPPORTED, **AT_FIRST),
        page(problem="damaged", details=None),
        OK,
        {"problem": "damaged"},
        id="damaged-4",
    ),
    pytest.param(player(DECODE), page(), OK, LOAD, id="a-wrong-byte-perhaps"),
    pytest.param(player(DECODE, loads=1), page(), OK, {"problem": "damaged"}, id="a-wrong-byte"),
    pytest.param(player(DECODE, **AT_FIRST), page(), OK, {"problem": "type"}, id="mp2-in-chromium"),
    pytest.param(
        player(NOT_SUPPORTED, foreseen="type", **AT_FIRST),
        page(),
        OK,
        {"problem": "type"},
        id="avi",
    ),
    pytest.param(player(NOT_SUPPORTED, **AT_FIRST), page(), OK, LOAD, id="a-type-or-the-network"),
    pytest.param(
        player(NOT_SUPPORTED, loads=1, **AT_FIRST), page(), OK, {"problem": "type"}, id="a-type"
    ),
    pytest.param(
        player(NOT_SUPPORTED, loads=1, **AT_FIRST),
        page(details=None),
        OK,
        {"problem": "unknown"},
        id="nobody-has-looked",
    ),
    pytest.param(player(etag=None), page(etag='"2"'), OK, LOAD, id="a-template-without-the-tag"),
]

RETRY_AFTER = {
    "7": 7,
    "0": 0,
    "": 0,
    "soon": 0,
    "-5": 0,
    "99999999999": 3600,
    "Sun, 29 Nov 2026 12:00:30 GMT": 30,
    "Sun, 29 Nov 2026 11:00:00 GMT": 0,
    None: 0,
}


def run(script: str, *given: Any) -> Any:
    """Run a script with the module ``it`` and what is ``given``; return what it leaves."""
    code = f"""
    const [text, given] = JSON.parse(require("fs").readFileSync(0, "utf8"));
    import("data:text/javascript," + encodeURIComponent(text)).then((it) => {{
        console.log(JSON.stringify({script}));
    }});"""
    result = subprocess.run(
        [need_tool("node"), "-e", code],
        input=json.dumps([MODULE.read_text(), given]),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def verdicts() -> list[Any]:
    """Return what is made of all rows, by one process."""
    rows = [row.values[:3] for row in VERDICTS]
    found = run("given.map((row) => it.judge(...row))", *rows)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("number", range(len(VERDICTS)), ids=[str(row.id) for row in VERDICTS])
def test_what_is_wrong_and_what_to_do(verdicts: list[Any], number: int) -> None:
    assert verdicts[number] == VERDICTS[number].values[3]


def test_attempts_grow_rarer_and_never_rare() -> None:
    delays = run("given.map((args) => it.delayOf(...args))", *[[n] for n in range(9)], [0, 7])
    assert delays == [0.5, 1, 2, 4, 8, 8, 8, 8, 8, 7]


def test_retry_after_is_a_number_or_a_date() -> None:
    now = "Date.parse('Sun, 29 Nov 2026 12:00:00 GMT')"
    found = run(f"given.map((field) => it.secondsOf(field, {now}))", *RETRY_AFTER)
    assert found == list(RETRY_AFTER.values())


def test_each_problem_is_told() -> None:

    told = {row.values[3]["problem"] for row in VERDICTS}  # type: ignore[index]
    assert told - {None} == set(PROBLEMS) - {"picture", "sound"}
