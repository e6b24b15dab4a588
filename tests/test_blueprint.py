from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from quart import Blueprint, Quart, Response
from quart.typing import ResponseReturnValue
from quart_schema import QuartSchema, RequestSchemaValidationError

from quart_video import ConfigurationError, VideoBlueprint, video_bp
from tests.support.asgi import Sent, all_closed, call, follow


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "videos"
    (root / "series" / "one").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "dir.mp4").mkdir()
    (root / "clip 1.mp4").write_bytes(b"0123456789")
    (root / "clip 1.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    (root / "clip 1.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    (root / "clip 10.webm").write_bytes(b"webm")
    (root / "clip 2.mkv").write_bytes(b"mkv")
    (root / "notes.txt").write_text("notes")
    (root / "song.mp3").write_bytes(b"mp3")
    (root / "series" / "one" / "a#?%&\n😀.mp4").write_bytes(b"odd")
    (root / ".secret.mp4").write_bytes(b"secret")
    return root


RANGE = {"Range": "bytes=2-4"}


def make_app(root: Path | None, **config: Any) -> Quart:
    app = Quart(__name__)
    if root is not None:
        app.config["MEDIA_ROOT"] = str(root)
    app.config.update(config)
    return app


@pytest.fixture
def app(root: Path) -> Quart:
    app = make_app(root)
    app.register_blueprint(video_bp)
    return app


async def listing(app: Quart, query: str = "", path: str = "/videos/-/api/videos") -> Any:
    sent = await call(app, path, query=query)
    assert sent.status == 200, sent.body
    return json.loads(sent.body)


def paths(listed: Any) -> list[str]:
    return [video["path"] for video in listed["videos"]]


class TestRoutes:
    async def test_media(self, app: Quart) -> None:
        sent = await call(app, "/videos/clip 1.mp4", headers={"Range": "bytes=2-4"})
        assert (sent.status, sent.body) == (206, b"234")
        assert sent["content-type"] == "video/mp4"
        assert sent["x-accel-buffering"] == "no"

    @pytest.mark.parametrize(
        "address",
        [
            "-/",
            "-/x.mp4",
            "-/api/videos/x.mp4",
            "-/watch/-/x.mp4",
            "-/captions/-/x.vtt",
            "-/api/videos/-/x.mp4",
        ],
    )
    async def test_folder_named_like_our_addresses_does_not_exist(
        self, app: Quart, root: Path, address: str
    ) -> None:
        for folder in (root / "-", root / "-" / "api" / "videos"):
            folder.mkdir(parents=True)
            (folder / "x.mp4").write_bytes(b"shadowed")
            (folder / "x.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
        assert (await call(app, f"/videos/{address}")).status == 404

    async def test_every_video_listed_is_at_its_address(self, app: Quart, root: Path) -> None:
        # "-" in the root would have files at addresses of our own; deeper down it is a name.
        for folder in (root / "-" / "api" / "videos", root / "series" / "-" / "watch"):
            folder.mkdir(parents=True)
            (folder / "x.mp4").write_bytes(b"x")
        listed = await listing(app, "recursive=1")
        assert "series/-/watch/x.mp4" in paths(listed)
        assert "-" not in [folder["name"] for folder in (await listing(app))["folders"]]
        for video in listed["videos"]:
            sent = await call(app, unquote(video["url"]))
            assert (sent.status, len(sent.body)) == (200, video["size"])

    async def test_captions(self, app: Quart) -> None:
        sent = await call(app, "/videos/-/captions/clip 1.en.vtt")
        assert (sent.status, sent.body[:7]) == (200, b"WEBVTT\n")
        assert sent["content-type"] == "text/vtt; charset=utf-8"

    @pytest.mark.parametrize("path", ["clip 1.mp4", "notes.txt", "../videos/clip 1.en.vtt"])
    async def test_captions_are_nothing_else(self, app: Quart, path: str) -> None:
        assert (await call(app, f"/videos/-/captions/{path}")).status == 404

    @pytest.mark.parametrize(
        "path",
        [
            "notes.txt",
            "song.mp3",
            "clip 1.en.vtt",
            ".secret.mp4",
            "dir.mp4",
            "no.mp4",
            "no",
            "no/",
            "../videos/clip 1.mp4",
            "series/../clip 1.mp4",
            "/etc/passwd",
            "clip 1.mp4/",
            "clip 1.mp4/x.mp4",
            "-/nothing",
            "-/watch/no.mp4",
            "-/watch/notes.txt",
            "-/watch/dir.mp4",
            "-/api/videos/no.mp4",
            "-/api/videos/dir.mp4",
            "-/api/videos/series",
            "-/static/no.css",
            "-/static/../blueprint.py",
        ],
    )
    async def test_not_found(self, app: Quart, path: str) -> None:
        for headers in ({}, {"If-Match": '"x"', "If-None-Match": "*"}):
            assert (await call(app, f"/videos/{path}", headers=headers)).status == 404

    async def test_folders(self, app: Quart) -> None:
        sent = await call(app, "/videos/series/one")
        assert (sent.status, sent["location"]) == (308, "/videos/series/one/")
        assert (await call(app, "/videos/series/one/")).status == 200
        assert (await call(app, "/videos")).status == 308
        assert (await call(app, "/videos/dir.mp4/")).status == 200

    @pytest.mark.parametrize("path", ["", "clip 1.mp4", "-/watch/clip 1.mp4", "-/api/videos"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    async def test_method_not_allowed(self, app: Quart, path: str, method: str) -> None:
        sent = await call(app, f"/videos/{path}", method)
        assert sent.status == 405
        assert set(sent["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}

    async def test_options(self, app: Quart) -> None:
        sent = await call(app, "/videos/clip 1.mp4", "OPTIONS", {"If-Match": '"x"'})
        assert sent.status == 200
        assert set(sent["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}

    @pytest.mark.parametrize(
        "path",
        ["", "series/", "-/watch/clip 1.mp4", "-/api/videos", "-/api/videos/clip 1.mp4",
         "-/captions/clip 1.vtt", "-/static/quart-video.css", "clip 1.mp4"],
    )  # fmt: skip
    async def test_everything_is_conditional(self, app: Quart, path: str) -> None:
        while (await listing(app))["scanning"]:  # what a listing tells, so that it changes
            await asyncio.sleep(0.01)
        page = {"Accept": "text/html"}
        whole = await call(app, f"/videos/{path}", headers=page)
        assert whole.status == 200
        assert whole["cache-control"].startswith("no-cache")
        assert whole["x-content-type-options"] == "nosniff"
        head = await call(app, f"/videos/{path}", "HEAD", page)
        assert (head.status, head.chunks) == (200, [])
        assert head["content-length"] == str(len(whole.body))
        again = await call(app, f"/videos/{path}", headers=page | {"If-None-Match": whole["etag"]})
        assert (again.status, again.chunks) == (304, [])

    async def test_pages_say_what_they_are(self, app: Quart) -> None:
        for path in ("", "-/watch/clip 1.mp4"):
            sent = await call(app, f"/videos/{path}")
            assert sent["content-type"] == "text/html; charset=utf-8"


class TestApi:
    async def test_listing(self, app: Quart) -> None:
        listed = await listing(app)
        assert [video["name"] for video in listed["videos"]] == [
            "clip 1.mp4",
            "clip 2.mkv",
            "clip 10.webm",
        ]
        assert [folder["name"] for folder in listed["folders"]] == ["dir.mp4", "empty", "series"]
        assert listed["total"] == 3
        assert listed["next_cursor"] is listed["next_url"] is None

    async def test_video(self, app: Quart, root: Path) -> None:
        os.utime(root / "clip 1.mp4", ns=(0, 784111777_123456789))
        first = (await listing(app))["videos"][0]
        media = await call(app, first["url"].replace("%20", " "))
        assert first == {
            "name": "clip 1.mp4",
            "title": "clip 1",
            "path": "clip 1.mp4",
            "folder": "",
            "size": 10,
            "modified": "1994-11-06T08:49:37.123456Z",
            "duration": None,
            "media_type": "video/mp4",
            "etag": media["etag"],
            "url": "/videos/clip%201.mp4",
            "download_url": "/videos/clip%201.mp4?download=1",
            "watch_url": "/videos/-/watch/clip%201.mp4",
            "api_url": "/videos/-/api/videos/clip%201.mp4",
            "captions": [
                {
                    "url": "/videos/-/captions/clip%201.vtt",
                    "label": "Captions",
                    "language": None,
                    "forced": False,
                    "sdh": False,
                    "title": None,
                    "default": False,
                },
                {
                    "url": "/videos/-/captions/clip%201.en.vtt",
                    "label": "English",
                    "language": "en",
                    "forced": False,
                    "sdh": False,
                    "title": None,
                    "default": False,
                },
            ],
            "poster_url": None,
            "poster_srcset": None,
        }
        alone = await call(app, "/videos/-/api/videos/clip 1.mp4")
        first["captions"][0]["default"] = True
        inside: dict[str, object] = {"details": None, "storyboard_url": None}
        inside |= {"chapters_url": None, "mp4": None, "problem": None}
        inside["unavailable_captions"] = []
        assert json.loads(alone.body) == first | inside

    async def test_parameters(self, app: Quart) -> None:
        assert paths(await listing(app, "folder=series")) == []
        odd = "series/one/a#?%&\n😀.mp4"
        assert paths(await listing(app, "folder=series&recursive=1")) == [odd]
        assert paths(await listing(app, "q=CLIP+1&sort=-name&folder=")) == [
            "clip 10.webm",
            "clip 1.mp4",
        ]
        assert paths(await listing(app, "sort=size&limit=1")) == ["clip 2.mkv"]

    async def test_a_search_looks_below_unless_told_otherwise(self, app: Quart) -> None:
        below = (await listing(app, "recursive=1&sort=-name"))["videos"][0]["path"]
        assert "/" in below
        assert paths(await listing(app, "q=series")) == [below]
        assert paths(await listing(app, "q=series&recursive=true")) == [below]
        assert paths(await listing(app, "q=series&recursive=0")) == []
        assert below not in paths(await listing(app, ""))
        assert below not in paths(await listing(app, "q=%20"))

    async def test_paging_by_url(self, app: Quart) -> None:
        listed = await listing(app, "limit=2&recursive=true")
        found = paths(listed)
        assert listed["total"] == 4
        while listed["next_url"]:
            path, _, query = listed["next_url"].partition("?")
            listed = await listing(app, query, path)
            found += paths(listed)
        assert sorted(found) == sorted(set(found))
        assert len(found) == 4

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("limit=0", "limit"),
            ("limit=501", "500"),
            ("limit=many", "limit"),
            ("sort=colour", "sort"),
            ("recursive=perhaps", "recursive"),
            ("cursor=%00", "cursor"),
            ("cursor=AAAA", "cursor"),
        ],
    )
    async def test_bad_query(self, app: Quart, query: str, words: str) -> None:
        for path in ("/videos/-/api/videos", "/videos/"):
            sent = await call(app, path, query=query)
            assert sent.status == 400
            assert words in sent.body.decode()

    async def test_host_handles_bad_queries_as_those_of_its_own(self, app: Quart) -> None:
        @app.errorhandler(RequestSchemaValidationError)
        async def handle(error: RequestSchemaValidationError) -> ResponseReturnValue:
            return {"problem": type(error.validation_error).__name__}, 400

        sent = await call(app, "/videos/-/api/videos", query="limit=0")
        assert (sent.status, json.loads(sent.body)) == (400, {"problem": "ValidationError"})

    @pytest.mark.parametrize("folder", ["no", "..", "/etc", "clip 1.mp4", ".git", "%00", "%FF"])
    async def test_no_such_folder(self, app: Quart, folder: str) -> None:
        assert (await call(app, "/videos/-/api/videos", query=f"folder={folder}")).status == 404

    async def test_odd_names_lead_to_their_bytes(self, app: Quart) -> None:
        (video,) = (await listing(app, "folder=series/one"))["videos"]
        assert video["url"] == "/videos/series/one/a%23%3F%25&%0A%F0%9F%98%80.mp4"
        assert (await call(app, "/videos/series/one/a#?%&\n😀.mp4")).body == b"odd"


class TestDownloads:
    async def test_under_its_name(self, app: Quart, root: Path) -> None:
        (root / 'Über "uns"\n.mp4').write_bytes(b"x")
        for listed in (await listing(app))["videos"]:
            sent = await call(app, unquote(listed["url"]), query="download=1")
            assert sent["content-disposition"].startswith("attachment; filename=")
        sent = await call(app, '/videos/Über "uns"\n.mp4', query="download=1")
        assert sent["content-disposition"] == (
            'attachment; filename="Uber _uns__.mp4"; '
            "filename*=UTF-8''%C3%9Cber%20%22uns%22%0A.mp4"
        )

    async def test_folder_is_no_part_of_the_name(self, app: Quart, root: Path) -> None:
        (root / "series" / "one" / "b.mp4").write_bytes(b"b")
        sent = await call(app, "/videos/series/one/b.mp4", query="download=1")
        assert sent["content-disposition"] == 'attachment; filename="b.mp4"'

    async def test_resumed(self, app: Quart) -> None:
        sent = await call(app, "/videos/clip 1.mp4", query="download=1", headers=RANGE)
        assert (sent.status, sent.body) == (206, b"234")
        assert sent["content-disposition"] == 'attachment; filename="clip 1.mp4"'

    @pytest.mark.parametrize("query", ["", "download=", "download=0", "other=1"])
    async def test_not_asked_for(self, root: Path, query: str) -> None:
        for downloads in (True, False):
            app = make_app(root, VIDEO_DOWNLOADS=downloads)
            app.register_blueprint(video_bp)
            sent = await call(app, "/videos/clip 1.mp4", query=query)
            assert sent.status == 200
            assert "content-disposition" not in sent

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_turned_off(self, root: Path, method: str) -> None:
        app = make_app(root, VIDEO_DOWNLOADS=False)
        app.register_blueprint(video_bp)
        for query in ("download=1", "download=yes", "download=0&download=1", "download=1&x"):
            sent = await call(app, "/videos/clip 1.mp4", method, query=query)
            assert sent.status == 403 or "content-disposition" not in sent
        assert (await call(app, "/videos/clip 1.mp4", method, query="download=1")).status == 403
        (video, *_) = (await listing(app))["videos"]
        assert video["download_url"] is None

    async def test_handed_off(self, root: Path) -> None:
        app = make_app(root, VIDEO_SENDFILE="x-sendfile")
        app.register_blueprint(video_bp)
        sent = await call(app, "/videos/clip 1.mp4", query="download=1")
        assert sent["content-disposition"] == 'attachment; filename="clip 1.mp4"'


class TestMounts:
    async def test_precedence(self, root: Path, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            (tmp_path / name / f"{name}.mp4").touch()
        app = make_app(root)
        by_argument = VideoBlueprint("arg", url_prefix="/arg", media_root=tmp_path / "a")
        app.register_blueprint(by_argument, media_root=tmp_path / "b")
        app.register_blueprint(video_bp, name="opt", url_prefix="/opt", media_root=tmp_path / "b")
        app.register_blueprint(video_bp)
        assert paths(await listing(app, path="/arg/-/api/videos")) == ["a.mp4"]
        assert paths(await listing(app, path="/opt/-/api/videos")) == ["b.mp4"]
        assert len(paths(await listing(app))) == 3

    async def test_configured_after_registration(self, root: Path) -> None:
        app = make_app(None)
        app.register_blueprint(video_bp)
        app.config["MEDIA_ROOT"] = root
        app.config["VIDEO_PAGE_SIZE"] = 1
        assert len(paths(await listing(app))) == 1

    async def test_two_apps(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        apps = [make_app(root), make_app(tmp_path / "other")]
        for app in apps:
            app.register_blueprint(video_bp)
        assert [(await listing(app))["total"] for app in apps] == [3, 0]

    async def test_nested_and_renamed(self, root: Path) -> None:
        app = make_app(root)
        inner, outer = Blueprint("inner", __name__), Blueprint("outer", __name__)
        inner.register_blueprint(video_bp, name="films", url_prefix="/films")
        outer.register_blueprint(inner, url_prefix="/inner")
        app.register_blueprint(outer, url_prefix="/outer")
        listed = await listing(app, path="/outer/inner/films/-/api/videos")
        assert listed["videos"][0]["url"] == "/outer/inner/films/clip%201.mp4"
        assert (await call(app, "/outer/inner/films/clip 1.mp4")).body == b"0123456789"
        page = await call(app, "/outer/inner/films/", headers={"Accept": "text/html"})
        assert b"/outer/inner/films/-/watch/clip%201.mp4" in page.body

    async def test_at_the_root(self, root: Path) -> None:
        app = make_app(root)
        app.register_blueprint(video_bp, url_prefix="/")
        assert (await call(app, "/clip 1.mp4")).body == b"0123456789"
        assert (await call(app, "/")).status == 200
        assert (await listing(app, path="/-/api/videos"))["videos"][0]["url"] == "/clip%201.mp4"

    async def test_other_types(self, root: Path) -> None:
        app = make_app(root, VIDEO_TYPES={".mp3": "audio/mpeg", ".mkv": None})
        app.register_blueprint(video_bp)
        assert "song.mp3" in paths(await listing(app))
        assert "clip 2.mkv" not in paths(await listing(app))
        assert (await call(app, "/videos/song.mp3"))["content-type"] == "audio/mpeg"
        assert (await call(app, "/videos/clip 2.mkv")).status == 404

    async def test_max_age(self, root: Path) -> None:
        app = make_app(root, VIDEO_MAX_AGE=60)
        app.register_blueprint(video_bp)
        row = next(row for row in (await listing(app))["videos"] if row["name"] == "clip 1.mp4")
        for url in (row["url"], row["download_url"]):
            sent = await follow(app, url)
            assert sent.body == b"0123456789"
            assert sent["cache-control"] == "public, max-age=60, immutable, no-transform"
        for query in ("", "?v=", "?v=another"):
            sent = await follow(app, f"/videos/clip%201.mp4{query}")
            assert (sent.status, sent.body) == (200, b"0123456789")
            assert sent["cache-control"] == "no-cache, no-transform"

    async def test_the_old_address_of_what_was_replaced(self, root: Path) -> None:
        """It leads to the present file, which no cache may take for the old one."""
        app = make_app(root, VIDEO_MAX_AGE=60)
        app.register_blueprint(video_bp)
        row = (await listing(app))["videos"][0]
        (root / "new").write_bytes(b"another one")
        (root / "new").rename(root / row["path"])
        sent = await follow(app, row["url"], headers={"Range": "bytes=0-6"})
        assert (sent.status, sent.body) == (206, b"another")
        assert sent["cache-control"] == "no-cache, no-transform"

    async def test_what_may_change_within_a_tick_is_not_kept(self, root: Path) -> None:
        """Where times are coarse, other bytes could have the same version for a moment."""
        soon = int(time.time()) + 60  # by a clock that is ahead of ours
        os.utime(root / "clip 1.mp4", (soon, soon))
        app = make_app(root, VIDEO_MAX_AGE=60)
        app.register_blueprint(video_bp)
        row = next(row for row in (await listing(app))["videos"] if row["name"] == "clip 1.mp4")
        assert (await follow(app, row["url"]))["cache-control"] == "no-cache, no-transform"

    async def test_without_a_time_no_address_has_a_version(self, root: Path) -> None:
        app = make_app(root)
        app.register_blueprint(video_bp)
        row = (await listing(app))["videos"][0]
        assert "v=" not in row["url"] + row["download_url"]

    async def test_playlists_name_versions(self, root: Path) -> None:
        app = make_app(root, VIDEO_MAX_AGE=60)
        app.register_blueprint(video_bp)
        lines = (await call(app, "/videos/-/playlist.m3u")).body.decode().splitlines()
        urls = [line for line in lines if not line.startswith("#")]
        assert urls
        for url in urls:
            sent = await follow(app, url.replace("http://localhost", ""))
            assert sent["cache-control"] == "public, max-age=60, immutable, no-transform"

    def test_misspelt_option(self, root: Path) -> None:
        app = make_app(root)
        with pytest.raises(TypeError, match="Did you mean media_root"):
            app.register_blueprint(video_bp, medai_root=root)

    def test_misspelt_argument(self) -> None:
        with pytest.raises(TypeError, match=r"'medai_root'. Did you mean media_root\?"):
            VideoBlueprint(medai_root="x")  # type: ignore[call-arg]

    def test_arguments_of_every_blueprint(self, root: Path) -> None:
        blueprint = VideoBlueprint(media_root=root, cli_group="films", subdomain="films")
        assert (blueprint.cli_group, blueprint.subdomain) == ("films", "films")
        with pytest.raises(TypeError, match=r"'static_foldr'. Did you mean static_folder\?"):
            VideoBlueprint(static_foldr="x")  # type: ignore[call-arg]

    async def test_before_request_guards_every_route(self, root: Path) -> None:
        bp = VideoBlueprint()

        @bp.before_request
        async def refuse() -> ResponseReturnValue:
            return "no", 401

        app = make_app(root)
        app.register_blueprint(bp)
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("video."):
                path = rule.rule.split("<")[0] + "clip 1.mp4" * rule.rule.endswith(">")
                assert (await call(app, path)).status == 401, rule


class TestRegistration:
    """What cannot work is told where it is written, and not by who comes across it later."""

    def test_a_prefix_without_a_slash(self) -> None:
        with pytest.raises(ValueError, match=r"url_prefix='films'.*call it \"/films\""):
            Quart(__name__).register_blueprint(video_bp, url_prefix="films")

    @pytest.mark.parametrize("prefix", ["/films", "/films/", "/", ""])
    def test_two_at_one_place(self, prefix: str) -> None:
        app = Quart(__name__)
        app.register_blueprint(VideoBlueprint("films"), url_prefix=prefix)
        app.register_blueprint(VideoBlueprint("talks"), url_prefix="/talks")
        with pytest.raises(ValueError, match="'films' and 'series' are both at"):
            app.register_blueprint(VideoBlueprint("series"), url_prefix=prefix.rstrip("/") or "/")

    def test_two_at_one_prefix_of_two_subdomains(self) -> None:
        app = Quart(__name__)
        app.register_blueprint(VideoBlueprint("films", subdomain="films"))
        app.register_blueprint(VideoBlueprint("talks", subdomain="talks"))

    def test_an_app_of_another_framework(self) -> None:
        with pytest.raises(TypeError, match=r"needs an app of Quart, and this is a flask\.app\.Fl"):
            Flask(__name__).register_blueprint(VideoBlueprint())

    @pytest.mark.parametrize("name", ["/srv/films", "~/films", "C:\\films", "s3://bucket"])
    def test_a_folder_in_the_place_of_the_name(self, name: str) -> None:
        with pytest.raises(ValueError, match="media_root="):
            VideoBlueprint(name)


class TestStartup:
    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda _: None, "MEDIA_ROOT is not set"),
            (lambda tmp: tmp / "no", "does not exist"),
            (lambda tmp: tmp / "file", "is not a folder"),
            (lambda _: "", "must be the path"),
            (lambda _: 5, "must be the path"),
        ],
    )
    async def test_unusable_root_stops_the_app(
        self, tmp_path: Path, make: Callable[[Path], Any], words: str
    ) -> None:
        (tmp_path / "file").touch()
        app = make_app(None, MEDIA_ROOT=make(tmp_path))
        app.register_blueprint(video_bp)
        with pytest.raises(ConfigurationError, match=words) as caught:
            await app.startup()
        assert "MEDIA_ROOT" in str(caught.value)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    async def test_unreadable_root(self, root: Path) -> None:
        root.chmod(0)
        app = make_app(root)
        app.register_blueprint(video_bp)
        with pytest.raises(ConfigurationError, match="cannot be read"):
            await app.startup()

    async def test_root_that_cannot_be_read(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("os.scandir", refuse)
        app = make_app(root)
        app.register_blueprint(video_bp)
        with pytest.raises(ConfigurationError, match=r"cannot be read \(Permission denied\)"):
            await app.startup()

    async def test_a_cache_that_everybody_may_write_to(self, root: Path, tmp_path: Path) -> None:
        cache = tmp_path / "shared"
        cache.mkdir()
        app = Quart(__name__)
        app.config.update(MEDIA_ROOT=str(root), VIDEO_CACHE=str(cache))
        app.register_blueprint(VideoBlueprint())
        for inside in (cache, cache / "media", cache / "catalogue"):
            inside.mkdir(exist_ok=True)
            inside.chmod(0o777)
            with pytest.raises(ConfigurationError, match="VIDEO_CACHE cannot be") as caught:
                await app.startup()
            assert f'"{cache}/quart-video"' in str(caught.value)
            inside.chmod(0o755)
        await app.startup()
        await app.shutdown()

    async def test_home_folder(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(root.parent))
        app = make_app(None, MEDIA_ROOT="~/videos", VIDEO_CACHE="~/cache")
        app.register_blueprint(video_bp)
        assert (await listing(app))["total"] == 3
        assert (root.parent / "cache" / "catalogue").is_dir()

    def test_another_loop(self, app: Quart) -> None:
        with pytest.raises(ConfigurationError, match=r"Make it a quart\.Quart"):
            app.startup().send(None)  # as Trio would, there being no event loop of asyncio

    async def test_life_of_an_app(self, app: Quart) -> None:
        threads = threading.active_count()
        for _ in range(2):  # an app may start again, as in tests
            async with app.test_app():
                assert (await listing(app))["total"] == 3
        for _ in range(100):
            if threading.active_count() <= threads:
                break
            await asyncio.sleep(0.02)
        assert threading.active_count() <= threads

    async def test_root_that_goes_away(self, app: Quart, root: Path) -> None:
        assert (await listing(app))["total"] == 3
        root.rename(root.with_name("moved"))
        sent = await call(app, "/videos/clip 1.mp4")
        assert sent.status == 503
        assert int(sent["retry-after"]) > 0
        assert str(root).encode() not in sent.body
        assert b"The library cannot be read" in sent.body  # it need not be a video
        root.with_name("moved").rename(root)
        assert (await call(app, "/videos/clip 1.mp4")).status == 200


class TestCors:
    async def test_off_by_default(self, app: Quart) -> None:
        sent = await call(app, "/videos/clip 1.mp4", headers={"Origin": "https://a.example"})
        assert not [name for name, _ in sent.lines if name.startswith("access-control")]

    async def send(self, root: Path, origins: object, method: str = "GET", **extra: str) -> Sent:
        app = make_app(root, VIDEO_CORS_ORIGINS=origins)
        app.register_blueprint(video_bp)
        headers = {"Origin": "https://a.example", **extra}
        return await call(app, "/videos/clip 1.mp4", method, headers)

    async def test_any_origin(self, root: Path) -> None:
        sent = await self.send(root, "*")
        assert sent["access-control-allow-origin"] == "*"
        assert "Content-Range" in sent["access-control-expose-headers"]
        assert "vary" not in sent

    @pytest.mark.parametrize("status_of", ["200", "206", "304", "404"])
    async def test_one_origin(self, root: Path, status_of: str) -> None:
        extra = {"206": {"Range": "bytes=0-1"}, "304": {"If-None-Match": "*"}}.get(status_of, {})
        sent = await self.send(root, ["https://a.example"], **extra)
        assert sent["access-control-allow-origin"] == "https://a.example"
        assert sent["vary"] == "Origin"

    async def test_another_origin(self, root: Path) -> None:
        sent = await self.send(root, ["https://b.example"])
        assert sent.status == 200
        assert "access-control-allow-origin" not in sent
        assert sent["vary"] == "Origin"

    async def test_preflight(self, root: Path) -> None:
        asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
        sent = await self.send(root, "*", "OPTIONS", **asked)
        assert sent.status == 200
        assert "Range" in sent["access-control-allow-headers"].split(", ")
        assert "GET" in sent["access-control-allow-methods"].split(", ")

    @pytest.mark.parametrize("origin", ["https://a.example", "https://b.example", "null"])
    @pytest.mark.parametrize("method", ["GET", "OPTIONS"])
    async def test_credentials(self, root: Path, origin: str, method: str) -> None:
        app = make_app(root, VIDEO_CORS_ORIGINS=["https://a.example"], VIDEO_CORS_CREDENTIALS=True)
        app.register_blueprint(video_bp)
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        sent = await call(app, "/videos/clip 1.mp4", method, headers)
        allowed = origin == "https://a.example"
        assert sent.all("access-control-allow-credentials") == ["true"] * allowed
        assert sent.all("access-control-allow-origin") == [origin] * allowed
        assert sent["vary"] == "Origin"

    @pytest.mark.parametrize("path", ["clip 1.mp4", "-/api/videos", "", "no.mp4"])
    async def test_preflight_comes_before_the_login(self, root: Path, path: str) -> None:
        blueprint = VideoBlueprint(authorize=lambda *_: False)

        @blueprint.before_request
        async def login() -> ResponseReturnValue:
            return "log in", 401

        app = make_app(root, VIDEO_CORS_ORIGINS=["https://a.example"])
        app.register_blueprint(blueprint)
        asked = {
            "Origin": "https://a.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization,range",
        }
        sent = await call(app, f"/videos/{path}", "OPTIONS", asked)
        assert (sent.status, sent.body) == (200, b"")
        assert "Authorization" in sent["access-control-allow-headers"].split(", ")
        for headers in ({}, {"Origin": "https://a.example"}):
            assert (await call(app, f"/videos/{path}", "OPTIONS", headers)).status == 401
        assert (await call(app, f"/videos/{path}", "GET", asked)).status == 401

    async def test_resource_policy(self, root: Path) -> None:
        app = make_app(root, VIDEO_CROSS_ORIGIN_RESOURCE_POLICY="same-site")
        app.register_blueprint(video_bp)
        sent = await call(app, "/videos/clip 1.mp4")
        assert sent["cross-origin-resource-policy"] == "same-site"


class TestHosts:
    async def test_files_close_when_the_host_replaces_the_answer(self, root: Path) -> None:
        app = make_app(root)
        app.register_blueprint(video_bp)

        @app.after_request
        async def replace(_: Any) -> Any:
            return Response("other")

        assert (await call(app, "/videos/clip 1.mp4")).body == b"other"
        assert await all_closed("clip 1.mp4")

    async def test_pages_of_the_host_for_errors(self, app: Quart) -> None:
        @app.errorhandler(404)
        async def not_found(_: Exception) -> ResponseReturnValue:
            return "mine", 404

        assert (await call(app, "/videos/no.mp4")).body == b"mine"

    @pytest.mark.parametrize("convert_casing", [False, True])
    async def test_casing_of_the_host(self, app: Quart, *, convert_casing: bool) -> None:
        QuartSchema(app, convert_casing=convert_casing)
        (video, *_) = (await listing(app))["videos"]
        assert ("mediaType" if convert_casing else "media_type") in video
