"""A file has one name: what a file system would find by another one is no second way to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from quart import Quart

from quart_video import video_bp
from tests.support.asgi import call
from tests.support.disk_image import MAKERS, disk

CUE = "WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n"
SHORT = {"vfat": ("HIDDEN~1", "SECRET~1"), "exfat": ()}
"""By which a disk may have a folder that begins with a dot, and another."""


def addresses(folder: str, name: str) -> list[tuple[str, str]]:
    return [
        (f"/videos/{folder}/{name}.mp4", ""),
        (f"/videos/{folder}/", ""),
        (f"/videos/{folder}", ""),
        *((f"/videos/-/{kind}/{folder}/{name}.mp4", "") for kind in ("watch", "api/videos")),
        *((f"/videos/-/{kind}/{folder}/{name}.mp4", "") for kind in ("poster", "mp4", "chapters")),
        (f"/videos/-/storyboard/{folder}/{name}.mp4", ""),
        (f"/videos/-/captions/{folder}/{name}.vtt", ""),
        (f"/videos/-/captions/{folder}/{name}.mp4", "track=0"),
        (f"/videos/-/poster/{folder}", ""),
        ("/videos/-/api/videos", f"folder={folder}"),
        ("/videos/-/api/videos", f"folder={folder}&recursive=true&q=c"),
        ("/videos/-/playlist.m3u", f"folder={folder}"),
    ]


@pytest.mark.parametrize("kind", MAKERS)
async def test_no_other_name_leads_anywhere(kind: str, tmp_path: Path) -> None:
    with disk(kind, tmp_path) as root:
        for folder in ("Secret Films", "Open", ".hidden.folder"):
            (root / folder).mkdir()
            (root / folder / "Clip.mp4").write_bytes(b"film")
            (root / folder / "Clip.vtt").write_text(CUE)
            (root / folder / "poster.jpg").write_bytes(b"picture")
        if not (root / "secret films").exists():
            pytest.skip("this disk takes each name as it is spelled")

        app = Quart(__name__)
        app.config.update(MEDIA_ROOT=str(root), VIDEO_CACHE=str(tmp_path / "cache"))
        app.register_blueprint(video_bp)
        async with app.test_app():
            assert (await call(app, "/videos/Open/Clip.mp4")).body == b"film"
            assert (await call(app, "/videos/Secret Films/Clip.mp4")).body == b"film"
            assert (await call(app, "/videos/-/captions/Open/Clip.vtt")).status == 200
            assert (await call(app, "/videos/-/playlist.m3u", query="folder=Open")).status == 200
            others = [
                *addresses("open", "Clip"),
                *addresses("SECRET FILMS", "Clip"),
                *(pair for short in SHORT[kind] for pair in addresses(short, "Clip")),
                *addresses("Open", "CLIP")[:1],
                *(pair for pair in addresses("Open", "clip") if "lip." in pair[0]),
            ]
            for path, query in others:
                assert (await call(app, path, query=query)).status == 404, (path, query)
            # What has been renamed is called as it is called now, and what is new is there.
            (root / "Open" / "Clip.mp4").rename(root / "Open" / "other.mp4")
            (root / "Open" / "other.mp4").rename(root / "Open" / "CLIP.mp4")
            assert (await call(app, "/videos/Open/CLIP.mp4")).body == b"film"
