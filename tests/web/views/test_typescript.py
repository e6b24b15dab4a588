"""Sources in TypeScript are named like MPEG transport streams, and are no videos."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from quart import Quart

from quart_video import video_bp
from quart_video.storage.contents import is_text, may_be_text
from tests.support.asgi import call

SOURCE = b'import { x } from "./x";\nexport const name = "\xc3\xa9t\xc3\xa9";\n'
PACKET = b"G\x40\x00\x10\x00" + b"\xff" * 183
TEXTS = {
    "config.ts": SOURCE,
    "module.MTS": SOURCE,
    "G.ts": b"Generics<T>;\n",
    "marked.ts": b"\xef\xbb\xbf" + SOURCE,
    "by chance.ts": b"// " + b"x" * 185,  # as long as a packet
    "long.ts": b"/" * 1023 + "\u00e9".encode(),  # a letter is cut where looking ends
    "app_de.ts": b'<?xml version="1.0"?><TS language="de"/>',
}
STREAMS = {
    "stream.ts": PACKET * 20,
    "cut.ts": PACKET[50:] + PACKET * 9 + PACKET[:70],
    "camera.m2ts": (b"\x00\x00\x00\x00" + PACKET) * 9,
    "begun.ts": b"",
}


async def names(app: Quart) -> list[str]:
    sent = await call(app, "/videos/-/api/videos")
    return [video["name"] for video in json.loads(sent.body)["videos"]]


@pytest.mark.parametrize("types", [{}, {".ts": "text/plain"}])
async def test_what_is_text_is_no_video(tmp_path: Path, types: dict[str, str]) -> None:
    root = tmp_path / "videos"
    root.mkdir()
    for name, data in {**TEXTS, **STREAMS, "plain.mp4": SOURCE}.items():
        (root / name).write_bytes(data)
    (root / "link.ts").symlink_to("config.ts")
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(root), VIDEO_CACHE=str(tmp_path / "c"), VIDEO_TYPES=types)
    app.register_blueprint(video_bp)
    wanted = {name for name in TEXTS if types and name.endswith(".ts")}
    wanted |= {*STREAMS, "plain.mp4", *(["link.ts"] if types else [])}
    async with app.test_app():
        assert {*await names(app)} == wanted
        for name in (*TEXTS, *STREAMS, "link.ts"):
            for _ in range(2):  # out of memory, too
                status = (await call(app, f"/videos/{name}")).status
                assert status == (200 if name in wanted else 404), name
            page = await call(app, f"/videos/-/watch/{name}")
            assert page.status == (200 if name in wanted else 404), name


@pytest.mark.parametrize("data", [b"\xff\xd8", b"a\x00b", b"G\x1f", b"", b"\xc3"])
def test_what_is_no_text(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    with (tmp_path / "file").open("rb") as file:
        assert not is_text(file.fileno())


def test_large_files_of_whole_packets_are_not_looked_into() -> None:
    assert not may_be_text(188 * 10_000)
    assert not may_be_text(192 * 10_000)
    assert may_be_text(188 * 10_000 + 1)
    assert may_be_text(188)
    assert not may_be_text(0)
