"""A file has one name: what a file system would find by another one is no second way to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from quart import Quart

from quart_video import video_bp
from tests.support.asgi import call
from tests.support.disk_image import MAKERS, disk, give_short_name, overlay

CUE = "WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n"
SHORT = {".hidden.folder": "HIDDEN~1", "Secret Films": "SECRET~1"}
"""By which a disk may have a folder, too."""


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


@contextmanager
def library(kind: str, tmp_path: Path) -> Iterator[Path]:
    """Make a library on a disk that may find its folders by other names, or in a layer over it."""
    with ExitStack() as stack:
        root = stack.enter_context(disk(kind.removesuffix(" below an overlay"), tmp_path))
        for folder in ("Secret Films", "Open", ".hidden.folder"):
            (root / folder).mkdir()
            (root / folder / "Clip.mp4").write_bytes(b"film")
            (root / folder / "Clip.vtt").write_text(CUE)
            (root / folder / "poster.jpg").write_bytes(b"picture")
        if kind.startswith("ntfs"):
            for folder, short in SHORT.items():
                give_short_name(root / folder, short)
        if kind.endswith("overlay"):
            root = stack.enter_context(overlay(root, tmp_path))
        yield root


@pytest.mark.parametrize("kind", [*MAKERS, "ntfs below an overlay"])
async def test_no_other_name_leads_anywhere(kind: str, tmp_path: Path) -> None:
    with library(kind, tmp_path) as root:
        if not any((root / name).exists() for name in ("secret films", *SHORT.values())):
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
                *(pair for short in SHORT.values() for pair in addresses(short, "Clip")),
                *addresses("Open", "CLIP")[:1],
                *(pair for pair in addresses("Open", "clip") if "lip." in pair[0]),
            ]
            for path, query in others:
                assert (await call(app, path, query=query)).status == 404, (path, query)
            # What has been renamed is called as it is called now, and what is new is there.
            (root / "Open" / "Clip.mp4").rename(root / "Open" / "other.mp4")
            (root / "Open" / "other.mp4").rename(root / "Open" / "CLIP.mp4")
            assert (await call(app, "/videos/Open/CLIP.mp4")).body == b"film"
