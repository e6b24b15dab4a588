"""Posters, storyboards, captions and chapters as a browser asks for them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copy, rmtree
from typing import Any

import pytest
from PIL import Image
from quart import Quart

from quart_video import video_bp
from quart_video.library import media_info, mount
from quart_video.library.state import app_state
from quart_video.media import Derivative, DerivativeService, Failed, Source
from tests.media.closed_captions import captioned, cc_data, clear, pop_on, timeline
from tests.media.films import SRT
from tests.support.asgi import Sent, follow

WEBP = {"Accept": "image/avif,image/webp,*/*;q=0.8"}
Films = Callable[[str], Path]


@asynccontextmanager
async def serving(folder: Path, **config: Any) -> AsyncIterator[Quart]:
    app = Quart(__name__)
    app.config.update(
        MEDIA_ROOT=str(folder / "videos"),
        VIDEO_CACHE=str(folder / "cache"),
        VIDEO_MEDIA_PROCESSES=1,
    )
    app.config.update(config)
    app.register_blueprint(video_bp)
    async with app.test_app():
        yield app


async def get(app: Quart, url: str, headers: dict[str, str] | None = None) -> Sent:
    return await follow(app, url, headers=headers)


async def video(app: Quart, path: str, headers: dict[str, str] | None = None) -> Any:
    sent = await get(app, f"/videos/-/api/videos/{path}", headers)
    assert sent.status == 200
    return json.loads(sent.body)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(media_info, "GLANCE", 60)  # the machine may be busy
    (tmp_path / "videos").mkdir()
    return tmp_path


async def test_details_are_in_the_json_and_durations_in_the_listing(
    root: Path, films: Films
) -> None:
    copy(films("texts.mkv"), root / "videos/a.mkv")
    copy(films("av1.mp4"), root / "videos/b.mp4")
    async with serving(root) as app:
        details = (await video(app, "a.mkv"))["details"]
        assert (details["width"], details["height"], details["video_codec"]) == (160, 90, "h264")
        assert details["chapters"][1] == {"start": 0.8, "stop": 2.0, "title": "End & after"}
        await video(app, "b.mp4")
        sent = await get(app, "/videos/-/api/videos?sort=-duration&min_duration=0.5")
        rows = json.loads(sent.body)["videos"]
        assert [row["name"] for row in rows] == ["a.mkv", "b.mp4"]
        assert rows[0]["duration"] == pytest.approx(2.0, abs=0.1)
        assert "details" not in rows[0]


async def test_a_poster_of_a_version_may_be_kept_for_ever(root: Path, films: Films) -> None:
    copy(films("h264.mp4"), root / "videos/a.mp4")
    async with serving(root) as app:
        url = (await video(app, "a.mp4"))["poster_url"]
        sent = await get(app, url, WEBP)
        assert (sent.status, sent["content-type"]) == (200, "image/webp")
        assert sent["cache-control"] == "private, max-age=31536000, immutable"
        assert sent["vary"] == "Accept"
        again = await get(app, url, {**WEBP, "If-None-Match": sent["etag"]})
        assert (again.status, again.body) == (304, b"")
        assert again["vary"] == "Accept"
        jpeg = await get(app, url, {"Accept": "image/png,image/*;q=0.8"})
        assert jpeg["content-type"] == "image/jpeg"
        plain = await get(app, "/videos/-/poster/a.mp4", WEBP)
        assert (plain.body, plain["cache-control"]) == (sent.body, "no-cache")
        old = await get(app, "/videos/-/poster/a.mp4?v=0123456789abcdef", WEBP)
        assert (old.body, old["cache-control"]) == (sent.body, "no-cache")
    async with serving(root, VIDEO_MAX_AGE=60) as app:
        sent = await get(app, url, WEBP)
        assert sent["cache-control"] == "public, max-age=31536000, immutable"


async def test_srcset_has_both_sizes(root: Path, films: Films) -> None:
    copy(films("h264.mp4"), root / "videos/a.mp4")
    async with serving(root) as app:
        srcset = (await video(app, "a.mp4"))["poster_srcset"]
        assert [part.split(" ")[1] for part in srcset.split(", ")] == ["320w", "640w"]
        for part in srcset.split(", "):
            assert (await get(app, part.split(" ")[0], WEBP))["content-type"] == "image/webp"


async def test_where_there_is_no_picture_there_is_a_placeholder(root: Path, films: Films) -> None:
    (root / "videos/broken.mp4").write_bytes(b"no video")
    copy(films("sound.mp4"), root / "videos/sound.mp4")
    async with serving(root) as app:
        for name in ("broken.mp4", "sound.mp4"):
            url = (await video(app, name))["poster_url"]
            sent = await get(app, url, WEBP)
            assert (sent.status, sent["content-type"]) == (200, "image/svg+xml")
            assert sent["cache-control"] == "no-store"
        assert (await get(app, "/videos/-/poster/missing.mp4")).status == 404


async def test_an_image_beside_a_video_goes_first(root: Path, films: Films) -> None:
    copy(films("h264.mp4"), root / "videos/a.mp4")
    copy(films("h264.mp4"), root / "videos/b.mp4")
    Image.new("RGB", (64, 64), "red").save(root / "videos/a-poster.png")
    (root / "videos/film").mkdir()
    copy(films("h264.mp4"), root / "videos/film/c.mp4")
    Image.new("RGB", (64, 64), "red").save(root / "videos/film/folder.jpg")
    async with serving(root) as app:
        bodies = [
            (await get(app, (await video(app, path))["poster_url"], WEBP)).body
            for path in ("a.mp4", "film/c.mp4", "b.mp4")
        ]
        assert len(bodies[0]) < 200 > len(bodies[1])
        assert len(bodies[2]) > 1000
        await get(app, "/videos/-/api/videos?folder=film")
        listing = json.loads((await get(app, "/videos/-/api/videos")).body)
        (folder,) = listing["folders"]
        sent = await get(app, folder["poster_url"], WEBP)
        assert (sent["content-type"], len(sent.body)) == ("image/webp", len(bodies[1]))
        assert "immutable" in sent["cache-control"]
        # Another image is another address.
        before = (await video(app, "a.mp4"))["poster_url"]
        Image.new("RGB", (65, 64), "blue").save(root / "videos/a-poster.png")
        async with asyncio.timeout(30):  # it was changed in place, which the index sees later
            while (await video(app, "a.mp4"))["poster_url"] == before:
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("image", [b"", b"<!doctype html>", b"\xff\xd8\xff\xe0JFIF", b"BM"])
@pytest.mark.parametrize("name", ["a.jpg", "folder.jpg"])
async def test_a_picture_out_of_the_video_is_there_where_that_beside_it_is_broken(
    root: Path, films: Films, name: str, image: bytes
) -> None:
    copy(films("h264.mp4"), root / "videos/a.mp4")
    (root / "videos" / name).write_bytes(image)
    async with serving(root) as app:
        url = (await video(app, "a.mp4"))["poster_url"]
        sent = await get(app, url, WEBP)
        assert (sent.status, sent["content-type"]) == (200, "image/webp")
        assert len(sent.body) > 1000
        assert sent["cache-control"] == "no-cache"  # the address names the version of the image


async def test_a_storyboard_names_sheets_that_are_there(root: Path, films: Films) -> None:
    copy(films("h264.mp4"), root / "videos/a b.mp4")
    async with serving(root) as app:
        url = (await video(app, "a b.mp4"))["storyboard_url"]
        sent = await get(app, url)
        assert sent["content-type"] == "text/vtt; charset=utf-8"
        assert "immutable" in sent["cache-control"]
        addresses = set(re.findall(r"^/[^#\n]+", sent.body.decode(), re.MULTILINE))
        (address,) = addresses
        sheet = await get(app, address)
        assert (sheet.status, sheet["content-type"]) == (200, "image/jpeg")
        assert "immutable" in sheet["cache-control"]
        for number in ("1", "-1", "x", "", "9999999999"):
            assert (await get(app, f"/videos/-/storyboard/a b.mp4?sheet={number}")).status == 404


async def test_captions_beside_in_folders_and_inside(root: Path, films: Films) -> None:
    videos = root / "videos"
    copy(films("texts.mkv"), videos / "a.mkv")
    (videos / "a.fr.forced.srt").write_text(SRT)
    (videos / "a.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n")
    (videos / "Subs").mkdir()
    (videos / "Subs/2_Spanish.sdh.srt").write_text(SRT)
    (videos / "Subs/readme.txt").write_text("nothing")
    async with serving(root) as app:
        tracks = (await video(app, "a.mkv"))["captions"]
        assert [(t["language"], t["label"], t["forced"], t["sdh"]) for t in tracks] == [
            (None, "Captions", False, False),
            ("de", "Deutsch (forced)", True, False),
            ("en", "English", False, False),
            ("es", "Español (SDH)", False, True),
            ("fr", "Français (forced)", True, False),
        ]
        for track in tracks:
            sent = await get(app, track["url"])
            assert (sent.status, sent["content-type"]) == (200, "text/vtt; charset=utf-8")
            assert sent.body.startswith(b"WEBVTT\n\n00:00:00.") or b"00:00.000" in sent.body
        listing = json.loads((await get(app, "/videos/-/api/videos")).body)
        assert [t["language"] for t in listing["videos"][0]["captions"]] == [None, "fr"]


@pytest.mark.parametrize(
    ("wanted", "default"),
    [("de,en;q=0.5", "de"), ("en-GB,de;q=0.9", "en"), ("ja", None), ("", None), ("*", None)],
)
async def test_the_default_is_in_a_language_of_the_client(
    root: Path, films: Films, wanted: str, default: str | None
) -> None:
    copy(films("h264.mp4"), root / "videos/a.mp4")
    for name in ("a.vtt", "a.de.vtt", "a.en.vtt"):
        (root / "videos" / name).write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n")
    async with serving(root) as app:
        tracks = (await video(app, "a.mp4", {"Accept-Language": wanted}))["captions"]
        assert [t["language"] for t in tracks if t["default"]] == [default]
        sent = await get(app, "/videos/-/api/videos/a.mp4")
        assert sent["vary"] == "Accept-Language"


HELLO = "WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n"
FOREVER = "private, max-age=31536000, immutable"


@pytest.mark.parametrize("max_age", [None, 60])
async def test_captions_of_a_version_may_be_kept_for_ever(
    root: Path, films: Films, max_age: int | None
) -> None:
    copy(films("texts.mkv"), root / "videos/a.mkv")
    beside = root / "videos/a.xx.vtt"
    beside.write_text(HELLO.format("Hello"))
    kept = FOREVER if max_age is None else FOREVER.replace("private", "public")
    async with serving(root, VIDEO_MAX_AGE=max_age) as app:
        tracks = (await video(app, "a.mkv"))["captions"]
        assert len(tracks) > 1
        for track in tracks:
            assert (await get(app, track["url"]))["cache-control"] == kept
            unnamed = re.sub(r"([?&])v=\w+", r"\1", track["url"])
            for url in (unnamed, unnamed.rstrip("?&") + "&v=0123"):
                assert (await get(app, url.replace("vtt&", "vtt?")))["cache-control"] == "no-cache"
        (old,) = [track["url"] for track in tracks if track["language"] is None]
        beside.write_text(HELLO.format("Good evening"))  # the folder is as it was
        present = await get(app, old)
        assert b"Good evening" in present.body
        assert present["cache-control"] == "no-cache"
        found = (await video(app, "a.mkv"))["captions"]
        (new,) = [track["url"] for track in found if track["language"] is None]
        assert new != old
        sent = await get(app, new)
        assert (sent.body, sent["cache-control"]) == (present.body, kept)


async def test_captions_that_are_read_otherwise_have_another_address(
    root: Path, films: Films
) -> None:
    copy(films("h264.mp4"), root / "videos/a.mp4")
    (root / "videos/a.srt").write_bytes(SRT.replace("Hello", "Žofie").encode("cp1250"))
    urls: list[str] = []
    for encoding in ("cp1250", "cp1251"):
        async with serving(root, VIDEO_CAPTION_ENCODING=encoding) as app:
            (track,) = (await video(app, "a.mp4"))["captions"]
            assert (await get(app, track["url"]))["cache-control"] == FOREVER
            for url in urls:
                assert (await get(app, url))["cache-control"] == "no-cache"
            urls.append(track["url"])
    assert urls[0] != urls[1]


async def test_captions_that_are_sent_as_they_are(root: Path, films: Films) -> None:
    """Without what looks into files they are kept as a video is."""
    copy(films("h264.mp4"), root / "videos/a.mp4")
    beside = root / "videos/a.vtt"
    beside.write_text(HELLO.format("Hello"))
    async with serving(root, VIDEO_MEDIA_PROCESSES=0) as app:
        (track,) = (await video(app, "a.mp4"))["captions"]
        assert track["url"] == "/videos/-/captions/a.vtt"
    async with serving(root, VIDEO_MEDIA_PROCESSES=0, VIDEO_MAX_AGE=60) as app:
        (track,) = (await video(app, "a.mp4"))["captions"]
        sent = await get(app, track["url"])
        assert sent["cache-control"] == "public, max-age=60, immutable, no-transform"
        beside.write_text(HELLO.format("Good evening"))
        sent = await get(app, track["url"])
        assert b"Good evening" in sent.body
        assert sent["cache-control"] == "no-cache, no-transform"


async def test_captions_that_are_not_there(root: Path, films: Films) -> None:
    copy(films("texts.mkv"), root / "videos/a.mkv")
    (root / "videos/empty.srt").write_text("")
    (root / "videos/notes.txt").write_text("notes")
    async with serving(root) as app:
        for path in (
            "a.mkv",
            "a.mkv?track=0",
            "a.mkv?track=9",
            "a.mkv?track=x",
            "b.mkv?track=2",
            "empty.srt",
            "missing.srt",
            "missing.vtt",
            "notes.txt",
        ):
            assert (await get(app, f"/videos/-/captions/{path}")).status == 404, path


async def test_what_takes_long_to_be_looked_into_is_looked_into_all_the_same(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "videos/a.mp4").touch()
    (root / "videos/a.fr.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\n\n")
    monkeypatch.setattr(media_info, "GLANCE", 0.1)  # less than a first process takes to start
    async with serving(root) as app:
        told = (await video(app, "a.mp4"))["captions"]
        library = await app_state(app).mounts["video"].library(app)
        entry = await library.storage.stat("a.fr.srt")
        source = media_info.source_at(library, entry)
        made = media_info.caption_product(library, "a.fr.srt")
        assert library.derivatives is not None
        async with asyncio.timeout(60):
            while told:
                try:
                    await library.derivatives.raise_failure(source, made)
                except Failed:
                    told = (await video(app, "a.mp4"))["captions"]
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("processes", [0, 1])
async def test_webvtt_that_is_none_is_no_empty_track(root: Path, processes: int) -> None:
    (root / "videos/a.mp4").touch()
    for name, data in [
        ("a.de", b"\xff\xfe\xfd"),
        ("a.en", b"WEBVTT\n"),
        ("a.fr", b"WEBVTT\n\nNOTE x\n"),
        ("a.it", b""),
        ("a.nl", b"WEBVTT\n\n00:02.000 --> 00:01.000\nHello\n"),
        ("a", b"\xef\xbb\xbfWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nHello\r\n"),
    ]:
        (root / f"videos/{name}.vtt").write_bytes(data)
    async with serving(root, VIDEO_MEDIA_PROCESSES=processes) as app:
        for language in ("de", "en", "fr", "it", "nl"):
            sent = await get(app, f"/videos/-/captions/a.{language}.vtt")
            assert (sent.status, b"no captions at this address" in sent.body) == (404, True)
        found = await video(app, "a.mp4")
        assert [track["language"] for track in found["captions"]] == [None]
        assert len(found["unavailable_captions"]) == 5
        assert b"Hello" in (await get(app, found["captions"][0]["url"])).body


async def test_what_cannot_be_shown_is_not_offered_and_the_json_says_why(
    root: Path, films: Films
) -> None:
    videos = root / "videos"
    copy(films("h264.mp4"), videos / "a.mp4")
    (videos / "a.srt").write_text(SRT)
    (videos / "a.en.srt").write_text("nothing to be seen here")
    (videos / "a.de.vtt").write_text("WEBVTT\n\nNOTE nobody said a word\n")
    (videos / "a.fr.sub").write_bytes(b"\x00\x00\x01\xba" + bytes(2044))
    (videos / "a.it.Commento.ttml").write_text("<tt><body><p>when?</p></body></tt>")
    (videos / "a.ja.ttml").write_text("<tt><not-closed")
    async with serving(root) as app:
        found = await video(app, "a.mp4")
        shown = [(t["language"], t["label"], t["title"], t["default"]) for t in found["captions"]]
        assert shown == [(None, "Captions", None, True)]
        assert found["unavailable_captions"] == [
            {"label": label, "language": tag, "path": f"a.{name}", "reason": reason}
            for label, tag, name, reason in [
                ("Deutsch", "de", "de.vtt", "empty"),
                ("English", "en", "en.srt", "unreadable"),
                ("Français", "fr", "fr.sub", "pictures"),
                ("Italiano: Commento", "it", "it.Commento.ttml", "empty"),
                ("日本語", "ja", "ja.ttml", "unreadable"),
            ]
        ]
        page = " ".join((await get(app, "/videos/-/watch/a.mp4")).body.decode().split())
        assert "which browsers cannot show: <bdi>Français</bdi></p>" in page
        assert "<bdi>Deutsch</bdi>, <bdi>Italiano: Commento</bdi></p>" in page
        assert "Captions that cannot be read: <bdi>English</bdi>, <bdi>日本語</bdi></p>" in page
        # As soon as there is something in it, it is there.
        (videos / "a.en.srt").write_text(SRT)
        found = await video(app, "a.mp4")
        assert [track["language"] for track in found["captions"]] == [None, "en"]


async def test_the_encoding_of_captions_can_be_set(root: Path) -> None:
    (root / "videos/a.srt").write_bytes(SRT.replace("Hello", "Ħello").encode("iso8859_3"))
    async with serving(root, VIDEO_CAPTION_ENCODING="latin3") as app:
        assert "Ħello" in (await get(app, "/videos/-/captions/a.srt")).body.decode()


async def test_closed_captions_in_the_picture_are_a_track_unless_they_are_filling(
    root: Path,
) -> None:
    spoken = {0: pop_on("Hi"), 40: clear()}
    for name, pairs in (("a.ts", timeline(spoken, 60)), ("b.ts", timeline({}, 60))):
        captioned(root / "videos" / name, "mpeg2video", [cc_data(pair) for pair in pairs])
    async with serving(root) as app:
        (track,) = (await video(app, "a.ts"))["captions"]
        assert (track["label"], track["language"], track["default"]) == ("CC1", None, True)
        sent = await get(app, track["url"])
        assert (sent.status, sent["cache-control"]) == (200, FOREVER)
        assert sent.body.decode().endswith("\nHi\n")
        assert (await video(app, "a.ts"))["captions"] == [track]

        (track,) = (await video(app, "b.ts"))["captions"]
        assert (await get(app, track["url"])).status == 404
        found = await video(app, "b.ts")
        assert found["captions"] == []
        (problem,) = found["unavailable_captions"]
        assert (problem["label"], problem["reason"]) == ("CC1", "empty")


async def test_closed_captions_that_cannot_be_read_are_told_as_such(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole film can be more than what one file may cost."""
    pairs = timeline({0: pop_on("Hi"), 40: clear()}, 60)
    captioned(root / "videos/a.ts", "mpeg2video", [cc_data(pair) for pair in pairs])
    usual = DerivativeService.raise_failure

    async def raise_failure(self: DerivativeService, source: Source, product: Derivative) -> None:
        if product.kind == "closed":
            raise Failed("not done after 300 seconds of processor time")
        await usual(self, source, product)

    async with serving(root) as app:
        (track,) = (await video(app, "a.ts"))["captions"]
        monkeypatch.setattr(DerivativeService, "raise_failure", raise_failure)
        assert (await get(app, track["url"])).status == 404
        found = await video(app, "a.ts")
        assert found["captions"] == []
        (problem,) = found["unavailable_captions"]
        assert (problem["label"], problem["reason"]) == ("CC1", "unreadable")


async def test_chapters_are_a_track(root: Path, films: Films) -> None:
    copy(films("texts.mp4"), root / "videos/a.mp4")
    copy(films("h264.mp4"), root / "videos/b.mp4")
    async with serving(root) as app:
        sent = await get(app, (await video(app, "a.mp4"))["chapters_url"])
        assert sent.body.decode() == (
            "WEBVTT\n\n00:00:00.000 --> 00:00:00.800\nBeginning\n\n"
            "00:00:00.800 --> 00:00:02.000\nEnd &amp; after\n"
        )
        assert "immutable" in sent["cache-control"]
        assert (await video(app, "b.mp4"))["chapters_url"] is None
        sent = await get(app, "/videos/-/chapters/b.mp4")
        assert (sent.status, b"no chapters" in sent.body) == (404, True)


@pytest.mark.parametrize("how", ["setting", "missing"])
async def test_without_the_extra_all_else_works(
    root: Path, films: Films, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    copy(films("texts.mkv"), root / "videos/a.mkv")
    (root / "videos/a.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    (root / "videos/a.de.srt").write_text(SRT)
    if how == "missing":
        monkeypatch.setattr(mount, "available", lambda: False)
    async with serving(root, **({"VIDEO_MEDIA_PROCESSES": 0} if how == "setting" else {})) as app:
        row = await video(app, "a.mkv")
        for name in ("details", "poster_url", "poster_srcset", "storyboard_url", "chapters_url"):
            assert row[name] is None
        assert [track["language"] for track in row["captions"]] == ["en"]
        assert (await get(app, row["captions"][0]["url"])).body.startswith(b"WEBVTT\n")
        assert (await get(app, "/videos/-/poster/a.mkv"))["content-type"] == "image/svg+xml"
        for path in ("storyboard/a.mkv", "chapters/a.mkv", "captions/a.mkv", "captions/a.de.srt"):
            assert (await get(app, f"/videos/-/{path}")).status == 404
        assert (await get(app, "/videos/-/watch/a.mkv")).status == 200


async def test_deleting_the_cache_loses_nothing(root: Path, films: Films) -> None:
    copy(films("h264.mp4"), root / "videos/a.mp4")
    async with serving(root) as app:
        url = (await video(app, "a.mp4"))["poster_url"]
        before = await get(app, url, WEBP)
        rmtree(root / "cache/media")
        after = await get(app, url, WEBP)
        assert (after.body, after["etag"]) == (before.body, before["etag"])
