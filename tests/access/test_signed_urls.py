"""Signed addresses: what they open, until when, for whom, and what they never give away."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import string
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quart import Quart
from quart.typing import ResponseReturnValue

from quart_video import ConfigurationError, VideoBlueprint, is_signed, sign_url, transfer_started
from quart_video.access import request_signature
from quart_video.policy.url_signer import UrlSigner, round_expiry
from tests.support.asgi import call, follow

KEY, OLD_KEY = "the newest of all keys", "the one before it, still known"
NOW = 1_763_817_300


class TestSigner:
    @pytest.fixture
    def signer(self) -> UrlSigner:
        return UrlSigner([KEY, OLD_KEY], "video")

    def test_right(self, signer: UrlSigner) -> None:
        token = signer.sign("media", "a/b.mp4", expires=NOW + 1)
        assert signer.problem("media", "a/b.mp4", token, now=NOW, client="x") is None
        assert re.fullmatch(r"[0-9A-Za-z._~-]+", token)

    @pytest.mark.parametrize(
        ("kind", "path", "mount"),
        [
            ("captions", "a/b.mp4", "video"),
            ("media", "a/c.mp4", "video"),
            ("media", "a/b.mp4 ", "video"),
            ("media", "b.mp4", "video"),
            ("media", "a//b.mp4", "video"),
            ("media", "A/b.mp4", "video"),
            ("media", "a/b.mp4", "other"),
            ("media", "", "video"),
        ],
    )
    def test_something_else(self, signer: UrlSigner, kind: str, path: str, mount: str) -> None:
        token = UrlSigner([KEY], mount).sign(kind, path, expires=NOW + 1)
        problem = signer.problem("media", "a/b.mp4", token, now=NOW, client="x")
        assert problem is not None
        assert "something else" in problem

    @pytest.mark.parametrize(("now", "good"), [(NOW - 1, True), (NOW, False), (NOW + 1, False)])
    def test_expiry(self, signer: UrlSigner, now: int, good: bool) -> None:  # noqa: FBT001
        token = signer.sign("media", "a", expires=NOW)
        problem = signer.problem("media", "a", token, now=now, client="x")
        assert (problem is None) == good
        assert good or "expired" in str(problem)

    def test_client(self, signer: UrlSigner) -> None:
        token = signer.sign("media", "a", expires=NOW + 1, client="192.0.2.1")
        assert signer.problem("media", "a", token, now=NOW, client="192.0.2.1") is None
        assert signer.problem("media", "a", token, now=NOW, client="192.0.2.2")
        everybody = token.replace("~", "")
        assert signer.problem("media", "a", everybody, now=NOW, client="192.0.2.1")
        free = signer.sign("media", "a", expires=NOW + 1)
        bound = free.replace(".", "~.")
        assert signer.problem("media", "a", bound, now=NOW, client="None")

    def test_keys_are_exchanged(self, signer: UrlSigner) -> None:
        before, after = UrlSigner([OLD_KEY], "video"), UrlSigner([KEY], "video")
        for other, opens in (
            (before, True),
            (after, True),
            (UrlSigner(["x" * 20], "video"), False),
        ):
            token = other.sign("media", "a", expires=NOW + 1)
            assert (signer.problem("media", "a", token, now=NOW, client="") is None) == opens
        newest = signer.sign("media", "a", expires=NOW + 1)
        assert after.problem("media", "a", newest, now=NOW, client="") is None
        assert before.problem("media", "a", newest, now=NOW, client="")

    @given(st.text(max_size=80))
    def test_whatever_else_is_none(self, token: str) -> None:
        signer = UrlSigner([KEY], "video")
        assert signer.problem("media", "a", token, now=0, client="")

    @given(st.data())
    def test_one_change_breaks_it(self, data: st.DataObject) -> None:
        signer = UrlSigner([KEY], "video")
        token = signer.sign("media", "a", expires=NOW)
        place = data.draw(st.integers(0, len(token) - 1))
        character = data.draw(st.characters().filter(lambda c: c != token[place]))
        changed = token[:place] + character + token[place + 1 :]
        assert signer.problem("media", "a", changed, now=0, client="")

    @given(st.integers(0, 10**12 - 1), st.booleans())
    def test_one_grant_has_one_spelling(self, expires: int, bound: bool) -> None:  # noqa: FBT001
        signer = UrlSigner([KEY], "video")
        client = "192.0.2.1" if bound else None
        token = signer.sign("media", "a", expires=expires, client=client)
        assert signer.problem("media", "a", token, now=-1, client="192.0.2.1") is None
        letters = string.ascii_letters + string.digits + "-_"
        others = {token[:-1] + letter for letter in letters}
        others |= {f"{token}=", f"{token}A", f"{token}\n", f" {token}", f"+{token}"}
        others |= {"0" * zeros + token for zeros in range(1, 12)}
        others |= {token.replace("-", "+").replace("_", "/"), token.swapcase()}
        for other in others - {token}:
            assert signer.problem("media", "a", other, now=-1, client="192.0.2.1"), other

    @given(*[st.tuples(st.text(max_size=5), st.text(max_size=5))] * 2)
    def test_no_two_things_are_written_alike(
        self, one: tuple[str, str], other: tuple[str, str]
    ) -> None:
        signer = UrlSigner([KEY], "video")
        same = signer.sign(*one, expires=NOW) == signer.sign(*other, expires=NOW)
        assert same == (one == other)

    @given(st.floats(0, 1e10), st.integers(1, 10**7))
    def test_rounding(self, now: float, lifetime: int) -> None:
        expires = round_expiry(now, lifetime)
        assert now + lifetime <= expires <= now + lifetime + max(1, lifetime / 8) + 1e-3

    def test_rounding_settles(self) -> None:
        assert len({round_expiry(NOW + n / 10, 3600) for n in range(1000)}) <= 2


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one #1.mp4").write_bytes(b"0123456789")
    (tmp_path / "a" / "one #1.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    (tmp_path / "two.mp4").write_bytes(b"two")
    return tmp_path


Make = Callable[..., Quart]


@pytest.fixture
def make(root: Path) -> Make:
    def make(blueprint: VideoBlueprint | None = None, **settings: Any) -> Quart:
        app = Quart(__name__)
        app.config["MEDIA_ROOT"] = root
        app.config["VIDEO_SIGNING_KEYS"] = [KEY]
        app.register_blueprint(blueprint or VideoBlueprint(), **settings)
        return app

    return make


async def signed(app: Quart, *args: Any, host: str = "localhost", **options: Any) -> str:
    async with app.test_request_context("/", headers={"Host": host}):
        return await sign_url(*args, **options)


@pytest.fixture
def reasons(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.WARNING, "quart_video")

    def reasons() -> str:
        text = caplog.text
        caplog.clear()
        return text

    return reasons


class TestRequests:
    async def test_instead_of_authorize(self, make: Make) -> None:
        asked = []

        async def nobody(_: object, resource: object) -> bool:
            asked.append(resource)
            return False

        app = make(VideoBlueprint(authorize=nobody))
        url = await signed(app, "a/one #1.mp4")
        assert (await call(app, "/videos/a/one #1.mp4")).status == 404
        asked.clear()
        sent = await follow(app, url, headers={"Range": "bytes=2-4"})
        assert (sent.status, sent.body) == (206, b"234")
        assert (await follow(app, url, "HEAD")).status == 200
        assert not asked

    async def test_never_cached_by_all_nor_leaked(self, make: Make) -> None:
        app = make(max_age=3600)
        url = await signed(app, "two.mp4")
        version = (await call(app, "/videos/two.mp4"))["etag"].strip('"')
        plain = await follow(app, f"/videos/two.mp4?v={quote(version)}")
        assert plain["cache-control"].startswith("public, max-age=3600")
        for headers in ({}, {"Range": "bytes=0-0"}, {"If-None-Match": "*"}):
            for address, rule in (
                (url, "no-cache"),
                (f"{url}&v={quote(version)}", "max-age=3600, immutable"),
            ):
                sent = await follow(app, address, headers=headers)
                assert sent["cache-control"] == f"private, {rule}, no-transform"
                assert sent["referrer-policy"] == "no-referrer"

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda url: url.replace("/two", "/a/one%20%231"), "something else"),
            (lambda url: url.replace("two.mp4", "-/watch/two.mp4"), "something else"),
            (lambda url: url.replace("two.mp4", "-/api/videos/two.mp4"), "something else"),
            (lambda url: url.replace("/two.mp4", "/"), "something else"),
            (lambda url: url.replace("two.mp4", "-/playlist.m3u"), "something else"),
            (lambda url: url.replace("two.mp4", "-/captions/two.vtt"), "something else"),
            (lambda url: url.replace("/videos", "/more"), "something else"),
            (lambda url: url.replace("/two", "/no"), "something else"),
            (lambda url: url[:-2] + ("BA" if url.endswith("AA") else "AA"), "something else"),
            (lambda url: url.replace("signature=1", "signature=9"), "something else"),
            (lambda url: f"{url}x", "none of ours"),
            (lambda url: url[: url.index("=") + 1], "none of ours"),
            (lambda url: f"{url}&signature=x", "2 signatures"),
            (lambda url: url.replace("?", "?signature=x&"), "2 signatures"),
        ],
    )
    async def test_tampered(
        self,
        make: Make,
        reasons: Callable[[], str],
        change: Callable[[str], str],
        reason: str,
    ) -> None:
        app = make()
        app.register_blueprint(VideoBlueprint(), name="more", url_prefix="/more")
        url = change(await signed(app, "two.mp4", mount="video"))
        for method in ("GET", "HEAD"):
            sent = await follow(app, url, method)
            assert sent.status == 403
            assert reason not in sent.body.decode()
            assert sent.body == b"" or b"You may not have this." in sent.body
        assert reason in reasons()

    async def test_expired(self, make: Make, reasons: Callable[[], str]) -> None:
        app = make()
        token = UrlSigner([KEY], "video").sign("media", "two.mp4", expires=int(time.time()) - 5)
        assert (await follow(app, f"/videos/two.mp4?signature={token}")).status == 403
        assert "the signature expired" in reasons()

    async def test_a_transfer_outlives_its_address(
        self, make: Make, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / "two.mp4").write_bytes(bytes(8 << 20))
        app = make()
        started = asyncio.Event()

        async def note(*_: object, **__: object) -> None:
            started.set()

        transfer_started.connect(note, app)
        url = await signed(app, "two.mp4", expires=600)
        transfer = asyncio.create_task(follow(app, url, pause=0.01))
        await started.wait()
        later = SimpleNamespace(time=lambda: time.time() + 600)
        monkeypatch.setattr(request_signature, "time", later)
        assert (await follow(app, url)).status == 403
        assert not transfer.done()
        sent = await transfer
        assert (sent.status, len(sent.body)) == (200, 8 << 20)

    async def test_for_one_client(self, make: Make) -> None:
        app = make()
        url = await signed(app, "two.mp4", client="2001:db8::1")
        assert (await follow(app, url, client="2001:db8::2")).status == 200  # of one household
        assert (await follow(app, url, client="2001:db8:1::1")).status == 403

    async def test_without_any_key(self, make: Make, reasons: Callable[[], str]) -> None:
        app = make()
        url = await signed(app, "two.mp4")
        app = make(signing_keys=())
        assert (await call(app, "/videos/two.mp4")).status == 200
        assert (await follow(app, url)).status == 403
        assert "VIDEO_SIGNING_KEYS" in reasons()
        with pytest.raises(ConfigurationError, match="VIDEO_SIGNING_KEYS"):
            await signed(app, "two.mp4")

    async def test_keys_of_the_app(self, make: Make) -> None:
        old, new = make(signing_keys=()), make(signing_keys=())
        old.config["SECRET_KEY"] = OLD_KEY
        new.config |= {"SECRET_KEY": KEY, "SECRET_KEY_FALLBACKS": [OLD_KEY]}
        url = await signed(old, "two.mp4")
        assert (await follow(new, url)).status == 200
        url = await signed(new, "two.mp4")
        assert (await follow(old, url)).status == 403

    async def test_past_a_login(self, make: Make) -> None:
        blueprint = VideoBlueprint()

        @blueprint.before_request
        async def login() -> ResponseReturnValue | None:
            return None if await is_signed() else ("log in", 401)

        app = make(blueprint)
        url = await signed(app, "two.mp4")
        assert (await follow(app, url)).body == b"two"

        @app.before_request
        async def everywhere() -> None:
            assert isinstance(await is_signed(), bool)

        for other in ("/videos/two.mp4", url[:-3], url.replace("two", "-/watch/two"), "/videos/"):
            assert (await follow(app, other)).status == 401
        assert (await call(app, "/elsewhere")).status == 404

    async def test_with_a_download(self, make: Make) -> None:
        app = make()
        sent = await follow(app, f"{await signed(app, 'two.mp4')}&download=1")
        assert sent["content-disposition"] == 'attachment; filename="two.mp4"'

    async def test_handed_off(self, make: Make) -> None:
        app = make(sendfile="x-sendfile", signed_urls=True)
        url = await signed(app, "two.mp4")
        assert (await follow(app, url))["x-sendfile"].endswith("/two.mp4")
        assert (await call(app, "/videos/two.mp4")).status == 403


class TestSignUrl:
    @pytest.mark.parametrize(
        ("expires", "seconds"),
        [
            (60, 60),
            (1.5, 1.5),
            (timedelta(hours=2), 7200),
            (None, 21_600),
            (datetime(3026, 11, 22, tzinfo=UTC), None),
        ],
    )
    async def test_expires(self, make: Make, expires: Any, seconds: float | None) -> None:
        url = await signed(make(), "two.mp4", expires=expires)
        (signature,) = parse_qs(urlsplit(url).query)["signature"]
        when = expires.timestamp() if seconds is None else time.time() + seconds
        assert int(signature.partition(".")[0]) == pytest.approx(when, abs=60)

    async def test_time_of_nowhere(self, make: Make) -> None:
        with pytest.raises(ValueError, match="time zone"):
            await signed(make(), "two.mp4", expires=datetime.now())  # noqa: DTZ005

    @pytest.mark.parametrize(
        "expires", [0, -1, timedelta(-1), datetime(2020, 1, 1, tzinfo=UTC), 1e12, float("nan")]
    )
    async def test_a_time_that_is_over(self, make: Make, expires: Any) -> None:
        with pytest.raises(ValueError, match="expires has to be after now"):
            await signed(make(), "two.mp4", expires=expires)

    @pytest.mark.parametrize("path", ["", "../x", "a/../b", "/a", "a//b", ".a", "a\\b", "a\0"])
    async def test_what_nothing_is_called(self, make: Make, path: str) -> None:
        with pytest.raises(ValueError, match=r"path of a video|no video can be called"):
            await signed(make(), path)

    async def test_of_another_kind(self, make: Make) -> None:
        app = make(signed_urls=True)
        captions = await signed(app, "a/one #1.en.vtt", "captions")
        assert (await follow(app, captions)).status == 200
        assert (await follow(app, captions.replace("/-/captions", ""))).status != 200
        assert (await signed(app, "two.mp4", "mp4")).startswith("/videos/-/mp4/two.mp4?signature=")
        with pytest.raises(ValueError, match="kind has to be one of media, mp4"):
            await signed(app, "two.mp4", "watch")

    async def test_full(self, make: Make) -> None:
        url = await signed(make(), "a/one #1.mp4", external=True)
        assert url.startswith("http://localhost/videos/a/one%20%231.mp4?signature=")

    @pytest.mark.parametrize(
        ("host", "before"),
        [
            ("web_1", "http://web_1"),  # of a container; Werkzeug takes it for no name
            ("web_1:5000", "http://web_1:5000"),
            ("localhost:0", "http://localhost:0"),
            ("[::1]:80", "http://[::1]"),
            ("", ""),
            ("a b", ""),
            ("a_b@c", ""),
            ("a_b/c", ""),
            ("a_b:99999", ""),
        ],
    )
    async def test_full_by_any_name(self, make: Make, host: str, before: str) -> None:
        url = await signed(make(), "a:/b.mp4", external=True, host=host)
        assert url.startswith(f"{before}/videos/a:/b.mp4?signature=")

    async def test_of_which_mount(self, make: Make) -> None:
        app = make()
        app.register_blueprint(VideoBlueprint(), name="more", url_prefix="/more")
        assert (await signed(app, "a.mp4", mount="more")).startswith("/more/a.mp4?")
        for mount in (None, "none"):
            with pytest.raises(ValueError, match=r"\['more', 'video'\]"):
                await signed(app, "a.mp4", mount=mount)

    async def test_outside_of_a_request(self, make: Make) -> None:
        app = make()
        app.config["SERVER_NAME"] = "media.example.org"
        async with app.app_context():
            url = await sign_url("two.mp4", external=True)
        assert url.startswith("http://media.example.org/videos/two.mp4?signature=")


class TestHandedOut:
    async def listing(self, app: Quart) -> Any:
        sent = await call(app, "/videos/-/api/videos", query="recursive=1")
        return json.loads(sent.body)["videos"]

    async def test_json(self, make: Make) -> None:
        app = make(signed_urls=True)
        one, two = sorted(await self.listing(app), key=lambda video: str(video["path"]))
        for url in (one["url"], one["download_url"], one["captions"][0]["url"], two["url"]):
            assert "signature=" in url
            assert (await follow(app, url)).status == 200
            assert (await follow(app, url.partition("?")[0])).status == 403
        for url in (one["watch_url"], one["api_url"]):
            assert "signature" not in url
            assert (await follow(app, url)).status == 200

    async def test_pages_and_playlists(self, make: Make) -> None:
        app = make(signed_urls=True)
        page = await call(app, "/videos/-/watch/a/one #1.mp4")
        addresses = re.findall(r'(?:src|href)="([^"]*signature[^"]*)"', page.body.decode())
        playlist = await call(app, "/videos/-/playlist.m3u", query="recursive=1")
        lines = playlist.body.decode().splitlines()
        addresses += [line for line in lines if not line.startswith("#")]
        assert len(addresses) >= 5
        for address in addresses:
            assert (await follow(app, address.replace("&amp;", "&"))).status == 200
        for sent in (page, playlist):
            assert sent["cache-control"] == "private, no-cache"
            assert sent["referrer-policy"] == "same-origin"

    @pytest.mark.parametrize(
        ("host", "before"), [("web_1:5000", "http://web_1:5000"), ("a_b@c", ""), ("", "")]
    )
    async def test_playlists_by_any_name(self, make: Make, host: str, before: str) -> None:
        app = make(signed_urls=True)
        sent = await call(app, "/videos/-/playlist.m3u", query="recursive=1", host=host)
        lines = [line for line in sent.body.decode().splitlines() if not line.startswith("#")]
        assert lines
        for line in lines:
            assert line.startswith(f"{before}/videos/")
            assert (await follow(app, line)).status == 200

    async def test_pages_stay_the_same_for_a_while(self, make: Make) -> None:
        app = make(signed_urls=True)
        tags = {(await call(app, "/videos/-/watch/two.mp4"))["etag"] for _ in range(5)}
        assert len(tags) <= 2

    async def test_other_ways_are_closed(self, make: Make) -> None:
        app = make(signed_urls=True)
        for path in ("two.mp4", "no.mp4", "-/captions/a/one #1.en.vtt", "-/captions/no.vtt"):
            sent = await call(app, f"/videos/{path}")
            assert (sent.status, sent["cache-control"]) == (403, "no-store")
        assert (await call(app, "/videos/a")).status == 308

    async def test_beside_authorize(self, make: Make) -> None:
        """Who has a cookie needs no signature, and who has a signature no cookie."""

        async def members(request: Any, _: object) -> bool:
            return "member" in request.cookies

        app = make(VideoBlueprint(authorize=members), signed_urls=True)
        cookie = {"Cookie": "member=1"}
        assert (await call(app, "/videos/two.mp4", headers=cookie)).status == 200
        assert (await call(app, "/videos/two.mp4")).status == 404
        sent = await call(app, "/videos/-/api/videos/two.mp4", headers=cookie)
        assert (await follow(app, json.loads(sent.body)["url"])).status == 200

    async def test_needs_a_key(self, make: Make) -> None:
        app = make(signed_urls=True, signing_keys=())
        with pytest.raises(ConfigurationError, match="VIDEO_SIGNING_KEYS"):
            await app.startup()
