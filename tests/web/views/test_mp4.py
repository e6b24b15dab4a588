"""Videos as MP4s, as a browser asks for them: the same rules as for any media."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quart import Quart, Request

from quart_video import Resource, VideoBlueprint
from quart_video.delivery.signals import MediaTransfer, transfer_finished
from quart_video.library import media_info, mp4
from quart_video.media import Movies
from quart_video.media.sound_maker import SoundMaker
from tests.media.films import AAC, H264, Film, ffprobe
from tests.support.asgi import Sent, call
from tests.web.views.test_derivatives import get, serving, video

Films = Callable[[str], Path]
MP4 = "/videos/-/mp4/film.mkv"
AC3 = Film("mp4-ac3.mkv", [*H264, "-c:a", "ac3", "-ac", "2"])
TWO = Film("mp4-two.mkv", [*H264, *AAC, "-map", "0:v", "-map", "1:a", "-map", "1:a"])
LANGUAGES = [
    *("-map", "0:v", "-map", "1:a", "-map", "1:a", "-map", "1:a"),
    *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger"),
    *("-metadata:s:a:2", "language=ger", "-metadata:s:a:2", "title=Commentary"),
    *("-disposition:a", "0", "-disposition:a:0", "default"),
]
DUBBED = Film("mp4-dubbed.mp4", [*H264, *AAC, *LANGUAGES])
DUBBED_AC3 = Film("mp4-dubbed.mkv", [*H264, *AAC, *LANGUAGES, "-c:a:1", "ac3", "-ac", "2"])


@pytest.fixture
def root(tmp_path: Path, films: Films, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(media_info, "GLANCE", 60)  # the machine may be busy
    monkeypatch.setattr(mp4, "PATIENCE", 60)
    (tmp_path / "videos").mkdir()
    copy(films("h264.mkv"), tmp_path / "videos/film.mkv")
    # Of no second that still runs, of which no date may tell.
    os.utime(tmp_path / "videos/film.mkv", (1_700_000_000, 1_700_000_000))
    return tmp_path


async def test_it_is_an_mp4_of_exact_length(root: Path) -> None:
    async with serving(root) as app:
        sent = await get(app, MP4)
        assert (sent.status, sent["content-type"]) == (200, "video/mp4")
        assert sent["accept-ranges"] == "bytes"
        assert int(sent["content-length"]) == len(sent.body)
        assert re.fullmatch(r'"~[0-9a-f]{24}"', sent["etag"])
        assert "no-transform" in sent["cache-control"]
        path = root / "written.mp4"
        path.write_bytes(sent.body)
        assert [each["codec_name"] for each in ffprobe(path)["streams"]] == ["h264", "aac"]
        head = await call(app, MP4, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        for field in ("content-length", "etag", "last-modified", "content-type"):
            assert head[field] == sent[field]


async def test_matroska_that_nobody_has_looked_into_yet_plays_as_an_mp4_first(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_info, "GLANCE", 0)
    address = f"{MP4}?sound=original"
    async with serving(root) as app:
        page = (await get(app, "/videos/-/watch/film.mkv")).body.decode()
        assert re.findall(r'<source src="(.*?)">', page) == [address, "/videos/film.mkv"]
        known = (await video(app, "film.mkv"))["mp4"]
        assert (known["url"], known["codecs"], known["audio"]) == (address, None, [])
        assert (await get(app, address)).status == 200
    (root / "videos/film.mkv").write_bytes(b"\x1a\x45\xdf\xa3 and nothing more")
    monkeypatch.setattr(media_info, "GLANCE", 60)
    async with serving(root) as app:
        assert (await video(app, "film.mkv"))["mp4"] is None


@settings(max_examples=60)
@given(data=st.data())
def test_any_range_is_that_of_the_whole(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, films: Films
) -> None:
    folder = _prepared(tmp_path_factory, films)
    whole = (folder / "whole").read_bytes()
    first = data.draw(st.integers(0, len(whole) - 1))
    last = data.draw(st.integers(first, len(whole) + 10))

    async def ask() -> Sent:
        async with serving(folder) as app:
            return await get(app, MP4, {"Range": f"bytes={first}-{last}"})

    sent = asyncio.run(ask())
    stop = min(last + 1, len(whole))
    assert (sent.status, sent.body) == (206, whole[first:stop])
    assert sent["content-range"] == f"bytes {first}-{stop - 1}/{len(whole)}"


_folders: list[Path] = []


def _prepared(factory: pytest.TempPathFactory, films: Films) -> Path:
    """Return a folder with a film, its index, and its MP4 written out."""
    if not _folders:
        folder = factory.mktemp("mp4")
        (folder / "videos").mkdir()
        copy(films("h264.mkv"), folder / "videos/film.mkv")

        async def write() -> bytes:
            async with serving(folder) as app:
                return (await get(app, MP4)).body

        (folder / "whole").write_bytes(asyncio.run(write()))
        _folders.append(folder)
    return _folders[0]


async def test_conditions_hold_as_for_any_media(root: Path) -> None:
    async with serving(root) as app:
        whole = await get(app, MP4)
        tag = whole["etag"]
        assert (await get(app, MP4, {"If-None-Match": tag})).status == 304
        assert (await get(app, MP4, {"If-Match": '"other"'})).status == 412
        some = {"Range": "bytes=5-9"}
        assert (await get(app, MP4, {**some, "If-Range": tag})).status == 206
        assert (await get(app, MP4, {**some, "If-Range": '"other"'})).body == whole.body
        beyond = await get(app, MP4, {"Range": "bytes=99999999-"})
        assert beyond.status == 416
        assert beyond["content-range"] == f"bytes */{len(whole.body)}"
        tail = await get(app, MP4, {"Range": "bytes=-100"})
        assert tail.body == whole.body[-100:]
        several = await get(app, MP4, {"Range": "bytes=0-3,100-103"})
        assert several["content-type"].startswith("multipart/byteranges")
        assert whole.body[100:104] in several.body


async def test_it_is_saved_under_the_name_of_the_video(root: Path) -> None:
    async with serving(root) as app:
        sent = await get(app, f"{MP4}?download=1")
        assert sent["content-disposition"] == 'attachment; filename="film.mp4"'
    async with serving(root, VIDEO_DOWNLOADS=False) as app:
        assert (await get(app, f"{MP4}?download=1")).status == 403
        assert (await video(app, "film.mkv"))["mp4"]["download_url"] is None


async def test_a_video_that_changes_has_another_mp4(root: Path, films: Films) -> None:
    async with serving(root) as app:
        before = await get(app, MP4)
        copy(films("vfr.mkv"), root / "videos/film.mkv")
        after = await get(app, MP4)
        assert after.status == 200
        assert after["etag"] != before["etag"]
        assert (await get(app, MP4, {"If-Match": before["etag"]})).status == 412
        ranged = await get(app, MP4, {"Range": "bytes=0-9", "If-Range": before["etag"]})
        assert (ranged.status, len(ranged.body)) == (200, len(after.body))


async def test_a_video_that_changes_before_its_index_is_made_is_opened_again(
    root: Path, films: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Movies.open
    turns, left = 0, 99

    async def late(*args: Any, **options: Any) -> Any:
        nonlocal turns, left
        if left:
            turns, left = turns + 1, left - 1
            new = root / "new.mkv"
            copy(films("vfr.mkv" if turns % 2 else "h264.mkv"), new)
            os.utime(new, (1_700_000_000 + turns,) * 2)
            new.rename(root / "videos/film.mkv")
        return await opened(*args, **options)

    monkeypatch.setattr(Movies, "open", late)
    async with serving(root) as app:
        sent = await get(app, MP4)
        assert (sent.status, sent["retry-after"]) == (503, "1")
        left = 1
        assert (await get(app, MP4)).status == 200
        assert left == 0


YEAR = 31_536_000
KEPT = f"public, max-age={YEAR}, immutable, no-transform"
ASKED_ANEW = "no-cache, no-transform"


async def test_its_address_names_its_version_where_it_may_be_kept(root: Path, films: Films) -> None:
    async with serving(root, VIDEO_MAX_AGE=YEAR) as app:
        assert (await video(app, "film.mkv"))["mp4"]["url"] == MP4  # nobody has asked for it
        whole = await get(app, MP4)
        told = (await video(app, "film.mkv"))["mp4"]
        old = told["url"]
        assert old == f"{MP4}?v={whole['etag'][1:-1]}"
        assert told["download_url"] == f"{MP4}?download=1&v={whole['etag'][1:-1]}"
        for headers in ({}, {"Range": "bytes=5-9"}, {"If-None-Match": whole["etag"]}):
            assert (await get(app, old, headers))["cache-control"] == KEPT
            for url in (MP4, f"{MP4}?v=", f"{old}0", f"{MP4}?v=older"):
                sent = await get(app, url, headers)
                assert sent["cache-control"] == ASKED_ANEW, url

        copy(films("vfr.mkv"), root / "videos/film.mkv")
        assert (await video(app, "film.mkv"))["mp4"]["url"] == MP4
        present = await get(app, old)
        assert (present.body != whole.body, present["cache-control"]) == (True, ASKED_ANEW)
        new = (await video(app, "film.mkv"))["mp4"]["url"]
        assert new not in (old, MP4)
        sent = await get(app, new)
        assert (sent.body, sent["cache-control"]) == (present.body, KEPT)
    async with serving(root) as app:  # without a time to keep it, and with the index still there
        told = (await video(app, "film.mkv"))["mp4"]
        assert (told["url"], told["sound"]) == (MP4, "none")  # which says that it is known
        assert (await get(app, new))["cache-control"] == ASKED_ANEW


async def test_each_sound_has_a_version_of_its_own(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(AC3.make(root), root / "videos/film.mkv")

    async def is_not_made(*_: object) -> bool:
        return False

    async with serving(root, VIDEO_MAX_AGE=YEAR) as app:
        before = await get(app, f"{MP4}?sound=original")
        with monkeypatch.context() as patch:
            patch.setattr(SoundMaker, "is_made", is_not_made)  # however soon it is
            original = (await video(app, "film.mkv"))["mp4"]
        assert original["sound"] == "preparing"
        assert original["url"] == f"{MP4}?sound=original&v={before['etag'][1:-1]}"
        while (told := (await video(app, "film.mkv"))["mp4"])["sound"] == "preparing":
            await asyncio.sleep(0.05)
        made = await get(app, told["url"])
        assert told["url"] == f"{MP4}?v={made['etag'][1:-1]}"
        assert made["cache-control"] == KEPT
        again = await get(app, original["url"])  # who plays it goes on with it, and may keep it
        assert (again.body, again["cache-control"]) == (before.body, KEPT)
        mixed = await get(app, f"{MP4}?v={before['etag'][1:-1]}")
        assert (mixed.body, mixed["cache-control"]) == (made.body, ASKED_ANEW)
    # What has been made is lost: the address goes on to lead to what there is.
    for lost in (root / "cache").rglob("*aac*"):
        lost.unlink()
    async with serving(root, VIDEO_MAX_AGE=YEAR) as app:
        sent = await get(app, told["url"])
        assert (sent.body, sent["cache-control"]) == (before.body, ASKED_ANEW)


async def test_who_may_not_share_it_keeps_it_alone(root: Path) -> None:
    config = {"VIDEO_SIGNED_URLS": True, "VIDEO_SIGNING_KEYS": ["long enough to be a key of it"]}
    async with serving(root, VIDEO_MAX_AGE=YEAR, **config) as app:
        first = (await video(app, "film.mkv"))["mp4"]["url"]
        assert (await get(app, first))["cache-control"] == f"private, {ASKED_ANEW}"
        url = (await video(app, "film.mkv"))["mp4"]["url"]
        assert re.fullmatch(rf"{MP4}\?v=~[0-9a-f]{{24}}&signature=.*", url)
        assert (await get(app, url))["cache-control"] == KEPT.replace("public", "private")


async def test_film_that_may_be_written_again_unseen_is_not_kept(root: Path) -> None:
    async with serving(root, VIDEO_MAX_AGE=YEAR) as app:
        await get(app, MP4)
        os.utime(root / "videos/film.mkv", (int(time.time()) + 60,) * 2)  # a clock of whole seconds
        url = (await video(app, "film.mkv"))["mp4"]["url"]
        await get(app, url)
        url = (await video(app, "film.mkv"))["mp4"]["url"]
        sent = await get(app, url)
        assert "v=" in url
        assert sent["etag"].startswith('W/"~')
        assert sent["cache-control"] == ASKED_ANEW


async def test_touched_video_has_another_tag_and_the_same_bytes(root: Path) -> None:
    async with serving(root) as app:
        before = await get(app, MP4)
        os.utime(root / "videos/film.mkv", (1, 1))
        after = await get(app, MP4)
        assert after.body == before.body
        assert after["etag"] != before["etag"]


async def test_who_may_not_have_the_video_has_no_mp4(root: Path) -> None:
    async def authorize(request: Request, resource: Resource) -> bool:
        return resource.is_folder or request.args.get("let") == "me"

    app = Quart(__name__)
    app.config.update(
        MEDIA_ROOT=str(root / "videos"),
        VIDEO_CACHE=str(root / "cache"),
        VIDEO_MEDIA_PROCESSES=1,
    )
    app.register_blueprint(VideoBlueprint(authorize=authorize))
    async with app.test_app():
        assert (await get(app, MP4)).status == 404
        sent = await get(app, f"{MP4}?let=me")
        assert sent.status == 200
        assert sent["cache-control"].startswith("private")


async def test_signed_addresses_are_for_the_mp4_alone(root: Path) -> None:
    config = {"VIDEO_SIGNED_URLS": True, "VIDEO_SIGNING_KEYS": ["a key of sixteen characters"]}
    async with serving(root, **config) as app:
        about = await video(app, "film.mkv")
        url = about["mp4"]["url"]
        assert "signature=" in url
        assert (await get(app, url)).status == 200
        assert (await get(app, about["mp4"]["download_url"])).status == 200
        assert (await get(app, MP4)).status == 403
        foreign = about["url"].partition("?")[2]
        assert (await get(app, f"{MP4}?{foreign}")).status == 403


async def test_no_server_in_front_is_asked_for_it(root: Path) -> None:
    async with serving(root, VIDEO_SENDFILE="x-sendfile") as app:
        sent = await get(app, MP4)
        assert sent.status == 200
        assert len(sent.body) > 1000
        assert "x-sendfile" not in sent


async def test_transfers_of_it_are_counted_and_told(root: Path) -> None:
    heard: list[MediaTransfer] = []

    async def note(_: Any, transfer: MediaTransfer, **__: Any) -> None:
        heard.append(transfer)

    async with serving(root, VIDEO_MAX_TRANSFERS_PER_CLIENT=1) as app:
        with transfer_finished.connected_to(note, app):
            sent = await get(app, MP4, {"Range": "bytes=0-99"})
            assert sent.status == 206
            while not heard:
                await asyncio.sleep(0.01)
    (transfer,) = heard
    assert (transfer.path, transfer.media_type) == ("film.mkv", "video/mp4")
    assert (transfer.ranges, transfer.sent) == (((0, 100),), 100)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/videos/-/mp4/none.mkv", 404),
        ("/videos/-/mp4/film.txt", 404),
        ("/videos/-/mp4/../film.mkv", 404),
        (f"{MP4}?audio=7", 404),
        (f"{MP4}?audio=x", 404),
        (f"{MP4}?audio=-1", 404),
        (f"{MP4}?audio=", 200),
        (f"{MP4}?audio=0", 200),
    ],
)
async def test_what_is_not_there(root: Path, url: str, status: int) -> None:
    async with serving(root) as app:
        assert (await get(app, url)).status == status


@pytest.mark.parametrize("config", [{"VIDEO_MP4": False}, {"VIDEO_MEDIA_PROCESSES": 0}])
async def test_turned_off_there_is_none(root: Path, config: dict[str, Any]) -> None:
    async with serving(root, **config) as app:
        assert (await get(app, MP4)).status == 404
        assert (await video(app, "film.mkv"))["mp4"] is None
        assert "/-/mp4/" not in (await get(app, "/videos/-/watch/film.mkv")).body.decode()


async def test_json_tells_why_it_helps(root: Path) -> None:
    async with serving(root) as app:
        before = (await video(app, "film.mkv"))["mp4"]
        assert before["helps"]
        assert before["reasons"] == ["container", "reads-all"]
        assert (before["url"], before["problem"], before["sound"]) == (MP4, None, None)
        assert (await get(app, before["url"])).status == 200
        after = (await video(app, "film.mkv"))["mp4"]
        assert after == before | {"sound": "copied"}
        assert after["codecs"].endswith("mp4a.40.2")


async def test_json_tells_why_not(root: Path, films: Films) -> None:
    for name, problem in [("h264.ts", "mpegts"), ("vp8.webm", "vp8"), ("h264.mp4", None)]:
        copy(films(name), root / "videos" / name)
        async with serving(root) as app:
            told = (await video(app, name))["mp4"]
            assert (told["helps"], told["url"]) == (False, None)
            assert (problem is None) == (told["problem"] is None)
            assert problem is None or problem in told["problem"]


async def test_refusal_is_told_in_words_and_remembered(root: Path, films: Films) -> None:
    copy(films("h264.ts"), root / "videos/film.mkv")  # no name helps
    async with serving(root) as app:
        for _ in range(2):
            sent = await get(app, MP4)
            assert sent.status == 404
            assert b"transport stream" in sent.body


async def test_page_offers_it_before_the_video_itself(root: Path, films: Films) -> None:
    copy(films("h264.mp4"), root / "videos/plain.mp4")
    async with serving(root) as app:
        page = (await get(app, "/videos/-/watch/film.mkv?t=1")).body.decode()
        sources = re.findall(r'<source src="([^"]+)"', page)
        assert sources == [f"{MP4}#t=1", "/videos/film.mkv#t=1"]
        assert f'href="{MP4}?download=1"' in page
        assert 'data-qv-type="video/mp4"' in page
        plain = (await get(app, "/videos/-/watch/plain.mp4")).body.decode()
        assert "<source" not in plain
        assert 'src="/videos/plain.mp4"' in plain


async def test_sound_is_prepared_and_an_address_keeps_its_own(root: Path) -> None:
    copy(AC3.make(root), root / "videos/film.mkv")
    async with serving(root) as app:
        first = (await video(app, "film.mkv"))["mp4"]
        assert first["reasons"] == ["container", "silent"]
        assert first["url"] == f"{MP4}?sound=original"
        before = await get(app, first["url"])
        told = [(await video(app, "film.mkv"))["mp4"]]
        page = (await get(app, "/videos/-/watch/film.mkv")).body.decode()
        while told[-1]["sound"] == "preparing":
            assert "is being prepared" in page or told[0] != told[-1]
            # Else the board above the player says, too, that nothing is heard.
            assert ("is being prepared" in page) != ("data-qv-sounds" in page)
            assert 0 <= told[-1]["sound_progress"] <= 1
            await asyncio.sleep(0.05)
            told.append((await video(app, "film.mkv"))["mp4"])
        assert told[-1]["sound"] == "ready"
        assert told[-1]["url"] == MP4
        assert told[-1]["codecs"].endswith("mp4a.40.2")
        after = await get(app, MP4)
        assert after["etag"] != before["etag"]
        again = await get(app, first["url"])
        assert (again["etag"], again.body) == (before["etag"], before.body)
        page = (await get(app, "/videos/-/watch/film.mkv")).body.decode()
        assert 'data-qv-sounds="*mp4a.40.2"' in page


async def test_each_sound_track_has_an_address(root: Path) -> None:
    copy(TWO.make(root), root / "videos/film.mkv")
    async with serving(root) as app:
        await get(app, MP4)
        audio = (await video(app, "film.mkv"))["mp4"]["audio"]
        assert [(each["number"], each["codec"]) for each in audio] == [(0, "aac"), (1, "aac")]
        bodies = [(await get(app, each["url"])).body for each in audio]
        assert all(bodies)


async def test_address_of_the_chosen_sound_track_names_its_version(root: Path) -> None:
    copy(TWO.make(root), root / "videos/film.mkv")
    async with serving(root, VIDEO_MAX_AGE=YEAR) as app:
        for number in (0, 1):
            await get(app, f"{MP4}?audio={number}")
        for chosen in (0, 1):
            told = (await video(app, f"film.mkv?audio={chosen}"))["mp4"]["audio"]
            plain = told[1 - chosen]["url"]
            named = told[chosen]["url"]
            assert plain == f"{MP4}?audio={1 - chosen}"
            sent = await get(app, named)
            assert named == f"{MP4}?audio={chosen}&v={sent['etag'][1:-1]}"
            assert sent["cache-control"] == KEPT
            assert (await get(app, plain))["cache-control"] == ASKED_ANEW


async def test_sound_track_is_chosen_by_the_address_of_the_page(root: Path) -> None:
    copy(DUBBED_AC3.make(root), root / "videos/film.mkv")
    async with serving(root) as app:
        first = await video(app, "film.mkv")
        labels = ["English", "Deutsch", "Deutsch: Commentary"]
        assert [each["label"] for each in first["mp4"]["audio"]] == labels
        for _ in range(2):  # before anyone has asked for the MP4, and when it is there
            asked = await video(app, "film.mkv?audio=2")
            assert asked["mp4"]["url"] == f"{MP4}?audio=2"
            assert asked["api_url"] == f"{first['api_url']}?audio=2"
            assert [each["selected"] for each in asked["mp4"]["audio"]] == [False, False, True]
            page = (await get(app, "/videos/-/watch/film.mkv?audio=2&t=1")).body.decode()
            assert f'<source src="{MP4}?audio=2#t=1">' in page
            assert f'data-qv-api="{asked["api_url"]}"' in page
            assert 'data-qv-sounds="*mp4a.40.2"' in page
            assert re.search(r'<a [^>]*lang="de"[^>]*\?audio=2" aria-current="true">', page)
            assert (await get(app, f"{MP4}?audio=2")).status == 200
        other = await video(app, "film.mkv?audio=0")
        assert (other["mp4"]["url"], other["api_url"]) == (MP4, first["api_url"])


async def test_sound_track_that_is_chosen_is_made_aac(root: Path) -> None:
    copy(DUBBED_AC3.make(root), root / "videos/film.mkv")
    async with serving(root) as app:
        told = (await video(app, "film.mkv?audio=1"))["mp4"]
        assert told["url"] == f"{MP4}?audio=1&sound=original"
        before = await get(app, told["url"])
        while (told := (await video(app, "film.mkv?audio=1"))["mp4"])["sound"] != "ready":
            assert told["sound"] == "preparing"
            await asyncio.sleep(0.05)
        assert told["url"] == f"{MP4}?audio=1"
        after = await get(app, told["url"])
        assert after["etag"] != before["etag"]
        assert (await video(app, "film.mkv"))["mp4"]["sound"] == "copied"  # that of the first


async def test_mp4_lets_choose_where_it_helps_in_nothing_else(root: Path) -> None:
    copy(DUBBED.make(root), root / "videos/dubbed.mp4")
    async with serving(root) as app:
        first = (await video(app, "dubbed.mp4"))["mp4"]
        assert (first["helps"], first["url"], len(first["audio"])) == (False, None, 3)
        page = (await get(app, "/videos/-/watch/dubbed.mp4")).body.decode()
        assert "<source" not in page
        assert "data-qv-audio" in page
        asked = (await video(app, "dubbed.mp4?audio=1"))["mp4"]
        assert not asked["helps"]
        sent = await get(app, asked["url"])
        path = root / "written.mp4"
        path.write_bytes(sent.body)
        assert [each.get("tags", {}).get("language") for each in ffprobe(path)["streams"]] == [
            "und",
            "deu",
        ]


@pytest.mark.parametrize("audio", ["7", "x", "-1", "", "9999", "1.5", "%D9%A1"])
async def test_page_with_a_sound_track_that_is_none_plays_the_usual(root: Path, audio: str) -> None:
    copy(DUBBED_AC3.make(root), root / "videos/film.mkv")
    async with serving(root) as app:
        page = await get(app, f"/videos/-/watch/film.mkv?audio={audio}")
        assert page.status == 200
        assert f'<source src="{MP4}">' in page.body.decode()
        sent = await get(app, f"/videos/-/api/videos/film.mkv?audio={audio}")
        assert sent.status == (200 if audio in ("", "7") else 404)
        assert sent.status == 200 or b"audio has to be its number" in sent.body


async def test_film_with_one_sound_track_has_no_menu(root: Path) -> None:
    async with serving(root) as app:
        page = (await get(app, "/videos/-/watch/film.mkv")).body.decode()
        assert "audio.js" not in page
        assert "audio.css" not in page
