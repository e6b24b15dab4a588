"""What is described, in ways that are quicker than the plain ones: it has to be the same."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from quart import Blueprint, Quart
from quart import url_for as quarts_url_for

from quart_video import VideoBlueprint
from quart_video.catalogue import Caption, Contents, Item, Marks, Page
from quart_video.library import media_info
from quart_video.library.state import current_library
from quart_video.models import ListingQuery, as_json
from quart_video.storage.base import Entry, FileFacts
from quart_video.storage.names import name_problem
from quart_video.web import serializers, urls

NAMES = st.text(min_size=1, max_size=20).filter(lambda name: not name_problem(name))
PATHS = st.lists(
    NAMES | st.sampled_from(["a b", "%2F", "100%", "?#", "+", "é", "'\"<>"]), min_size=1
)


def url_for(endpoint: str, **values: Any) -> str:
    return quarts_url_for(endpoint, **values).replace("'", "%27")


def make_apps(root: Path) -> dict[str, Quart]:
    plain = Quart("plain")
    plain.register_blueprint(VideoBlueprint(media_root=str(root), media_processes=1))
    nested = Quart("nested")
    outer = Blueprint("outer", "outer", url_prefix="/über & so")
    outer.register_blueprint(
        VideoBlueprint(
            "films",
            media_root=str(root),
            media_processes=1,
            downloads=False,
            url_prefix="/films",
        )
    )
    nested.register_blueprint(outer)
    hosted = Quart("hosted")
    hosted.register_blueprint(
        VideoBlueprint(media_root=str(root), media_processes=1), url_prefix="/<lang>/v"
    )

    @hosted.url_value_preprocessor
    def take(_: Any, values: dict[str, Any] | None) -> None:
        (values or {}).pop("lang", None)

    @hosted.url_defaults
    def give(_: Any, values: dict[str, Any]) -> None:
        values.update(lang="de", theme="dark & light")

    return {"plain": plain, "nested": nested, "hosted": hosted}


ADDRESSES = {
    "plain": "/videos/-/api/videos",
    "nested": "/über & so/films/-/api/videos",
    "hosted": "/en/v/-/api/videos",
}


@pytest.mark.parametrize("kind", ADDRESSES)
@pytest.mark.sample(1)
async def test_addresses_are_those_of_url_for(kind: str, tmp_path: Path) -> None:
    app = make_apps(tmp_path)[kind]

    @given(PATHS)
    @example([urls._VERSION])  # noqa: SLF001 - what stands in for others may be a name, too
    @example([urls._PATH])  # noqa: SLF001
    def compare(names: list[str]) -> None:
        path = "/".join(names)
        item = Item(Entry(path, FileFacts(1, 2, "v")), (Caption(path, Marks()),), 1.5)
        image = Entry("a.jpg", FileFacts(1, 2, "w"))
        page = Page(
            *((Entry(path), Entry("b")), 9, "y", (), {path: image}, {"b": Contents(7, item)}),
            *((item,), 1, 1, ()),
            scanning=False,
            next_cursor="x",
        )
        query = ListingQuery(q="a&b", folder=path)
        listing = serializers.listing(page, query, serializers.ListingSerializer(library))
        (video,), (folder, other) = listing.videos, listing.folders
        assert (folder.videos, other.videos) == (None, 7)
        assert listing.next_url == url_for(".api_videos", folder=path, q="a&b", cursor="x")
        assert listing.next_folders_url == url_for(".api_videos", folder=path, q="a&b", cursor="y")
        assert other.poster_url == video.poster_url
        assert video.url == url_for(".media", path=path)
        assert video.watch_url == url_for(".watch", path=path)
        assert video.api_url == url_for(".api_video", path=path)
        assert video.captions[0].url == url_for(".captions", path=path)
        if library.settings.downloads:
            assert video.download_url == url_for(".media", path=path, download=1)
        else:
            assert video.download_url is None
        tag = media_info.source_of(library, item).tag
        assert video.poster_url == url_for(".poster", path=path, v=tag)
        wide = url_for(".poster", path=path, v=tag, w=640)
        assert video.poster_srcset == f"{video.poster_url} 320w, {wide} 640w"
        assert video.large_poster_url == wide
        tag = media_info.image_source(library, image).tag
        assert folder.poster_url == url_for(".poster", path=path, v=tag)
        assert folder.url == url_for(".gallery", folder=path)
        assert folder.api_url == url_for(".api_videos", folder=path)
        assert as_json(listing) == asdict(listing)
        assert as_json(video) == asdict(video)

    async with app.test_request_context(ADDRESSES[kind], root_path="/behind"):
        library = await current_library()
        compare()
        assert library.derivatives
        await library.derivatives.aclose()
        await library.catalogue.aclose()
