"""What the browser keeps of what was watched: ``positions.js`` and ``progress.js``, run by Node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import quart_video
from tests.e2e.harness import need_tool

STATIC = Path(quart_video.__file__).parent / "static"

STORES = {
    "kept": """
        const table = new Map();
        globalThis.localStorage = {
            getItem: (key) => table.get(key) ?? null,
            setItem: (key, value) => { table.set(key, value); },
        };""",
    "full": """
        globalThis.localStorage = {
            getItem: () => null,
            setItem: () => { throw new Error("full"); },
        };""",
    "denied": """
        Object.defineProperty(globalThis, "localStorage", {
            get() { throw new Error("denied"); },
        });""",
}


def run(script: str, store: str = "kept") -> Any:
    """Run a script with the modules ``it`` and, for an app, ``app``; return its result."""
    code = f"""
    const [positions, progress, takeOver] = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const told = [];
    globalThis.document = {{ dispatchEvent: (event) => told.push([event.type, event.detail]) }};
    globalThis.CustomEvent ??= class {{
        constructor(type, options) {{ Object.assign(this, {{ type }}, options); }}
    }};
    {STORES[store]}
    const address = (text) => "data:text/javascript," + encodeURIComponent(text);
    (async () => {{
        const url = address(positions);
        const written = address(progress.replace("./positions.js", url));
        const it = {{ ...await import(url), ...await import(written) }};
        const app = await import(address(
            takeOver.replace("./positions.js", url).replace("./progress.js", written)));
        console.log(JSON.stringify(await (async () => {{ {script} }})()));
    }})();"""
    result = subprocess.run(
        [need_tool("node"), "-e", code],
        input=json.dumps(
            [(STATIC / f"{name}.js").read_text() for name in ("positions", "progress", "take_over")]
        ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("store", STORES)
def test_what_is_kept_is_found(store: str) -> None:
    found = run(
        """
        it.keep("/a", 20, 40, { title: "A" });
        it.markWatched("/b", true);
        const watched = it.watchedPaths();
        return [it.position("/a").seconds, it.position("/b") ?? null, it.begun("/").length,
            watched("/a"), watched("/b")];
        """,
        store,
    )
    assert found == [20, None, 1, False, True]


def test_what_is_forgotten_is_gone() -> None:
    found = run(
        """
        it.keep("/a", 20, 40, { title: "A" });
        it.keep("/a", 0);
        it.markWatched("/a", true);
        it.markWatched("/a", false);
        return [it.position("/a") ?? null, it.watchedPaths()("/a")];
        """
    )
    assert found == [None, False]


@pytest.mark.parametrize("table", ["positions", "watched"])
def test_it_is_bounded_and_the_newest_stay(table: str) -> None:
    size, first, last = run(
        f"""
        let now = 1;
        Date.now = () => now++;
        const name = (number) => `/videos/-/watch/${{"x".repeat(400)}}${{number}}`;
        for (let number = 0; number < 600; number++) {{
            if ("{table}" === "watched") it.markWatched(name(number), true);
            else it.keep(name(number), 20, 40, {{ title: "T" }});
        }}
        const kept = localStorage.getItem("quart-video:{table}");
        return [kept.length, name(0) in JSON.parse(kept), name(599) in JSON.parse(kept)];
        """
    )
    assert 60_000 < size <= 120_000
    assert (first, last) == (False, True)


@pytest.mark.parametrize("kept", ["", "{", "null", "[]", "7", '{"/a": null, "/b": {"when": "x"}}'])
def test_whatever_another_has_written(kept: str) -> None:
    found = run(
        f"""
        for (const name of ["positions", "watched"])
            localStorage.setItem(`quart-video:${{name}}`, {json.dumps(kept)});
        it.keep("/c", 20, 40, {{ title: "C" }});
        it.markWatched("/d", true);
        return [it.watchedPaths()("/a"), it.watchedPaths()("/d"), it.begun("/").length];
        """
    )
    assert found == [False, True, 1]


def test_an_app_is_told_and_can_tell() -> None:
    told, position, watched = run(
        """
        it.keep("/a", 20, 40, { title: "A" });
        it.markWatched("/a", true);
        app.takeOver({
            "/a": { seconds: 0, watched: false },
            "/b": { seconds: 7, duration: 40, title: "B" },
            "/c": { watched: true },
        });
        return [told, [it.position("/a") ?? null, it.position("/b").seconds],
            ["/a", "/b", "/c"].map(it.watchedPaths())];
        """
    )
    about = {"path": "/a", "seconds": 20, "duration": 40, "title": "A"}
    assert told[0] == ["quart-video:progress", about]
    assert told[1] == ["quart-video:progress", {"path": "/a", "watched": True}]
    assert told[2][0] == "quart-video:changed"
    assert position == [None, 7]
    assert watched == [False, False, True]
