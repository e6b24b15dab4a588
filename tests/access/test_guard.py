"""Who may have what: one function decides, about everything, and no way leads around it."""

from __future__ import annotations

import ast
import asyncio
import functools
import json
import threading
import tracemalloc
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from quart import Quart, Request, Response, session
from quart.typing import ResponseReturnValue
from quart_auth import AuthUser, QuartAuth, Unauthorized, current_user, login_user
from werkzeug.exceptions import Gone

import quart_video
from quart_video import Access, Resource, VideoBlueprint
from quart_video.access import filtered_page, judge
from tests.support.asgi import Sent, all_closed, call

OPEN, HIDDEN = b"open", b"behind a wall"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, data in {
        "a.mp4": OPEN,
        "a.en.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nopen",
        "secret.mp4": HIDDEN,
        "secret.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nbehind a wall",
        "orphan.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nbehind a wall",
        "both.mp4": OPEN,
        "both.secret.mp4": HIDDEN,
        "both.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nopen",
        "both.secret.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nbehind a wall",
        "private/p.mp4": HIDDEN,
        "private/deep/q.mp4": HIDDEN,
        "private/deep/q.en.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nbehind a wall",
        "public/b.mp4": OPEN,
        "public/secret 2.mp4": HIDDEN,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


def may(resource: Resource) -> bool:
    return resource.path != "private" and "secret" not in resource.path


async def rule(_: Request, resource: Resource) -> bool:
    return may(resource)


async def rule_many(_: Request, resources: Sequence[Resource]) -> list[bool]:
    return [may(resource) for resource in resources]


Make = Callable[..., Quart]


@pytest.fixture
def make(root: Path) -> Make:
    def make(authorize: Any = None, authorize_many: Any = None, **settings: Any) -> Quart:
        app = Quart(__name__)
        app.secret_key = "a secret of the tests"
        app.config["MEDIA_ROOT"] = root
        blueprint = VideoBlueprint(authorize=authorize, authorize_many=authorize_many)
        app.register_blueprint(blueprint, **settings)
        return app

    return make


async def listing(app: Quart, query: str = "", **options: Any) -> Any:
    sent = await call(app, "/videos/-/api/videos", query=query, **options)
    assert sent.status == 200, sent.body
    return json.loads(sent.body)


def paths(listed: Any, what: str = "videos") -> list[str]:
    return [row["path"] for row in listed[what]]


REFUSED = [
    "secret.mp4",
    "private/p.mp4",
    "private/deep/q.mp4",
    "private",
    "private/",
    "private/deep",
    "private/deep/",
    "public/secret 2.mp4",
    "-/captions/secret.vtt",
    "-/captions/orphan.vtt",
    "-/captions/both.secret.vtt",
    "-/captions/private/deep/q.en.vtt",
    "-/captions/no.vtt",
    "-/watch/secret.mp4",
    "-/watch/private/p.mp4",
    "-/embed/secret.mp4",
    "-/embed/private/p.mp4",
    "-/api/videos/secret.mp4",
    "-/api/videos/private/deep/q.mp4",
    "-/poster/secret.mp4",
    "-/poster/private",
    "-/storyboard/secret.mp4",
    "-/chapters/private/p.mp4",
    "-/captions/secret.mp4",
]
ALLOWED = [
    "a.mp4",
    "both.mp4",
    "public/b.mp4",
    "public/",
    "",
    "-/captions/a.en.vtt",
    "-/captions/both.vtt",
    "-/watch/a.mp4",
    "-/watch/both.mp4",
    "-/embed/a.mp4",
    "-/embed/both.mp4",
    "-/api/videos/public/b.mp4",
    "-/api/videos",
    "-/playlist.m3u",
    "-/playlist.xspf",
    "-/feed.rss",
]


@pytest.fixture(params=["one", "many", "in a thread", "many in a thread", "partial"])
def app(make: Make, request: pytest.FixtureRequest) -> Quart:
    def in_thread(_: Request, resource: Resource) -> bool:
        assert threading.current_thread() is not threading.main_thread()
        return may(resource)

    def many_in_thread(_: Request, resources: Sequence[Resource]) -> list[bool]:
        assert threading.current_thread() is not threading.main_thread()
        return [may(resource) for resource in resources]

    return {
        "one": make(rule),
        "many": make(authorize_many=rule_many),
        "in a thread": make(in_thread),
        "many in a thread": make(authorize_many=many_in_thread),
        "partial": make(functools.partial(rule)),
    }[request.param]


@pytest.mark.thorough
class TestEverything:
    async def test_hidden(self, app: Quart) -> None:
        for path in REFUSED:
            api = "-/api/videos/" if path.startswith("-/api/") else ""
            missing = await call(app, f"/videos/{api}no.mp4")
            for method in ("GET", "HEAD"):
                sent = await call(app, f"/videos/{path}", method)
                assert sent.status == 404, path
                assert sent["cache-control"] == "no-store"
                # Nothing tells it from what is not there.
                assert sent.body in (missing.body, b"")
                assert {name for name, _ in sent.lines} == {name for name, _ in missing.lines}
        assert await all_closed(".mp4")

    async def test_allowed(self, app: Quart) -> None:
        for path in ALLOWED:
            sent = await call(app, f"/videos/{path}")
            assert sent.status == 200, path
            assert HIDDEN not in sent.body
            assert b"secret" not in sent.body
            assert b"private" not in sent.body
            assert sent["cache-control"].startswith("private, no-cache")

    async def test_listings(self, app: Quart) -> None:
        listed = await listing(app)
        assert paths(listed) == ["a.mp4", "both.mp4"]
        assert paths(listed, "folders") == ["public"]
        assert (listed["total"], listed["total_size"]) == (2, 2 * len(OPEN))
        assert listed["next_cursor"] is None
        listed = await listing(app, "recursive=1")
        assert paths(listed) == ["a.mp4", "both.mp4", "public/b.mp4"]
        for query in (
            "q=secret",
            "q=private",
            "q=priv",
            "folder=public&q=secret",
            "q=secret&limit=1",
        ):
            listed = await listing(app, f"{query}&recursive=1")
            assert not [path for path in paths(listed) if not path.startswith("public/b")]
            assert listed["total"] == len(paths(listed))
        assert (await call(app, "/videos/-/api/videos", query="folder=private")).status == 404
        assert (await call(app, "/videos/-/playlist.m3u", query="folder=private")).status == 404

    async def test_playlist(self, app: Quart) -> None:
        sent = await call(app, "/videos/-/playlist.m3u", query="recursive=1")
        addresses = [line for line in sent.body.decode().splitlines() if line[0] != "#"]
        assert [url.partition("/videos/")[2] for url in addresses] == [
            "a.mp4",
            "both.mp4",
            "public/b.mp4",
        ]

    async def test_neighbours(self, app: Quart, root: Path) -> None:
        """Those that may not be seen are passed over."""
        (root / "public" / "z.mp4").touch()
        page = (await call(app, "/videos/-/watch/public/b.mp4")).body.decode()
        assert "/videos/-/watch/public/z.mp4" in page
        assert "secret" not in page

    @pytest.mark.parametrize("side", ["prev", "next"])
    async def test_many_hidden_neighbours(self, make: Make, root: Path, side: str) -> None:
        """Where one side has more than are passed over, the other side is as it is."""
        (root / "row").mkdir()
        for number in range(30):
            (root / "row" / f"{number} secret.mp4").touch()
        here, there = {"next": ("-2.mp4", "-1.mp4"), "prev": ("50.mp4", "60.mp4")}[side]
        for name in (here, there):
            (root / "row" / name).touch()
        page = (await call(make(rule), f"/videos/-/watch/row/{here}")).body.decode()
        assert f"/videos/-/watch/row/{there}" in page
        assert "secret" not in page

    async def test_pages(self, app: Quart) -> None:
        for sort in ("name", "-name", "size", "-size", "modified", "-modified"):
            for limit in (1, 2, 3, 50):
                found: list[str] = []
                query = f"recursive=1&sort={sort}&limit={limit}"
                listed = await listing(app, query)
                while True:
                    assert len(listed["videos"]) <= limit
                    assert b"secret" not in json.dumps(listed).encode()
                    found += paths(listed)
                    if listed["next_cursor"] is None:
                        break
                    assert listed["videos"], "an empty page would tell that something is hidden"
                    assert b"secret" not in decoded(listed["next_cursor"])
                    assert b"private" not in decoded(listed["next_cursor"])
                    listed = await listing(app, f"{query}&cursor={listed['next_cursor']}")
                assert sorted(found) == ["a.mp4", "both.mp4", "public/b.mp4"]

    async def test_totals_are_not_told_where_they_are_not_known(self, app: Quart) -> None:
        first = await listing(app, "limit=1&recursive=1")
        assert first["total"] is first["total_size"] is None
        second = await listing(app, f"limit=50&recursive=1&cursor={first['next_cursor']}")
        assert second["total"] is None
        page = await call(app, "/videos/", query="limit=1&recursive=1")
        assert "1 or more videos" in page.body.decode().replace("\xa0", " ")


def decoded(cursor: str) -> bytes:
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


@pytest.mark.thorough
class TestNoWayAround:
    """Every rule of the blueprint, those that come in time included."""

    PATHS = ("a.mp4", "a.en.vtt", "secret.mp4", "private", "private/p.mp4", "no.mp4", "no")
    # Nothing of the library is in these.
    OPEN_TO_ALL = ("video.static", "video.health", "video.health_by_any_name", "video.piece")

    @staticmethod
    def addresses(app: Quart) -> list[str]:
        found = []
        for rule in app.url_map.iter_rules():
            if not rule.endpoint.startswith("video."):
                continue
            if rule.endpoint in TestNoWayAround.OPEN_TO_ALL:
                continue
            for path in TestNoWayAround.PATHS:
                built = rule.build(dict.fromkeys(rule.arguments, path), append_unknown=False)
                assert built is not None
                found.append(unquote(built[1]))
        return sorted(set(found))

    @staticmethod
    def statuses(address: str, refused: int) -> set[int]:
        if "/-/oembed" in address or "/-/sitemap" in address:
            return {404}  # they are not there where any video may be hidden
        # An address that is nothing at all, such as captions in .mp4, is a 404.
        return {refused, 404} if "captions" in address else {refused}

    @pytest.mark.parametrize("how", ["hide", "refuse", "raise", "fail", "nonsense"])
    @pytest.mark.parametrize("bulk", [False, True])
    async def test_denied(
        self,
        make: Make,
        how: str,
        bulk: bool,  # noqa: FBT001
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def deny() -> Any:
            if how == "raise":
                raise Gone
            if how == "fail":
                raise RuntimeError("no database")
            return {"hide": False, "refuse": Access.REFUSE, "nonsense": "yes"}[how]

        async def one(_: Request, __: Resource) -> Any:
            return deny()

        async def many(_: Request, resources: Sequence[Resource]) -> Any:
            return [deny() for _ in resources]

        app = make(authorize_many=many) if bulk else make(one)
        status = {"hide": 404, "raise": 410}.get(how, 403)
        addresses = self.addresses(app)
        assert len(addresses) > 20
        for address in addresses:
            for method in ("GET", "HEAD"):
                for headers in ({}, {"Range": "bytes=0-1"}, {"If-None-Match": "*"}):
                    sent = await call(app, address, method, headers)
                    assert sent.status in self.statuses(address, status), (address, sent.status)
                    assert OPEN not in sent.body
        failed = "fail" in how or how == "nonsense"
        assert any(record.levelname == "ERROR" for record in caplog.records) == failed

    async def test_nothing_is_opened_before_it_is_allowed(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app = make(lambda *_: False)
        async with app.test_app():
            library = await app.extensions["quart_video"].mounts["video"].library(app)
            touched: list[str] = []
            monkeypatch.setattr(
                type(library.storage), "open", lambda *args: touched.append(str(args))
            )
            for address in self.addresses(app):
                await call(app, address)
            assert not touched

    @pytest.mark.parametrize(
        "address",
        ["-/captions/private/p.en.vtt", "-/captions/private/Subs/p/x.vtt", "-/poster/private"],
    )
    async def test_nothing_is_looked_up_before_it_is_allowed(
        self, make: Make, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else the time would tell what is there."""
        order: list[str] = []

        async def hide(_: Request, resource: Resource) -> bool:
            order.append("asked")
            return resource.path != "private"

        app = make(hide)
        async with app.test_app():
            library = await app.extensions["quart_video"].mounts["video"].library(app)
            for held in (library.storage, library.catalogue):
                for name in ("list", "study", "stat", "open", "page", "find", "videos_called"):
                    if hasattr(held, name):
                        monkeypatch.setattr(
                            type(held), name, lambda *_, name=name: order.append(name)
                        )
            assert (await call(app, f"/videos/{address}")).status == 404
        assert set(order) == {"asked"}

    def test_views_have_no_other_way(self) -> None:
        """By its source: only these modules ever reach for what a library holds."""
        package = Path(quart_video.__file__).parent
        reaching = set()
        rooms = ("access", "library", "web", "delivery", "policy", "cli", "command")
        for path in (
            *package.glob("*.py"),
            *(f for r in rooms for f in package.glob(f"{r}/**/*.py")),
        ):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in ("storage", "catalogue"):
                    reaching.add(path.name)
        # The blueprint has the catalogue start to read; the background probe and the commands run
        # without any request; and what looks inside a video is given one that has been allowed.
        aside = {
            "library.py",
            "mount.py",
            "blueprint.py",
            "background_probe.py",
            "media_info.py",
            "collection_check.py",
            "examination.py",
            "listing.py",
        }
        assert reaching == {"guard.py", *aside}


LENGTH = 64 * 1024
HOSTILE = {
    "deep": "a/" * (LENGTH // 2),
    "deep, and short enough": "a/" * 2000,
    "just too deep": "a/" * 100,
    "long": "a" * LENGTH,
    "long names": f"{'a' * 255}/" * 200,
    "a name too long": f"{'a' * 1025}/",
    "empty names": "a" + "/" * LENGTH,
    "upwards": "../" * (LENGTH // 3),
    "hidden": f"a/.a/{'a/' * 90}",
    "a NUL": f"a/\0/{'a/' * 90}",
    "a backslash": "a\\a/" * 90,
    "no UTF-8": f"a/\ufffd/{'a/' * 90}",
}


class TestHostilePaths:
    """They cost no question and no memory, whatever takes a path."""

    @pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
    async def test_refused_at_once(
        self, make: Make, hostile: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Resource] = []

        async def allow(_: Request, resource: Resource) -> bool:
            asked.append(resource)
            return True

        app = make(allow)
        made = 0
        make_resource = Resource.__init__

        def counted(*args: Any, **kwargs: Any) -> None:
            nonlocal made
            made += 1
            make_resource(*args, **kwargs)

        monkeypatch.setattr(Resource, "__init__", counted)
        await call(app, "/videos/-/api/videos")
        for address, query in self.requests(app, hostile):
            asked.clear()
            made = 0
            tracemalloc.start()
            sent = await call(app, address, query=query)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            # A query that long is refused before its folder is looked at.
            assert sent.status == (414 if len(query) > LENGTH else 404), (address[:40], query[:20])
            assert (len(asked), made) == (0, 0), (address[:40], query[:20])
            assert peak < 128 * LENGTH, (address[:40], query[:20])

    def requests(self, app: Quart, hostile: str) -> Iterator[tuple[str, str]]:
        """Yield a path and a query for everything in the blueprint that names a file or folder."""
        routes = 0
        for rule in app.url_map.iter_rules():
            if not rule.endpoint.startswith("video."):
                continue
            if rule.endpoint in TestNoWayAround.OPEN_TO_ALL:
                continue
            for argument in rule.arguments:
                routes += 1
                for end in ("x.mp4", "x.vtt", "x"):
                    built = rule.build({argument: "PATH"})
                    assert built is not None
                    yield unquote(built[1]).replace("PATH", hostile + end), ""
            if rule.endpoint in {
                "video.api_videos",
                "video.playlist",
                "video.xspf_playlist",
                "video.feed",
            }:
                routes += 1
                yield rule.rule, f"folder={quote(hostile)}x"
        assert routes > 8

    async def test_what_lies_too_deep_is_not_there(self, make: Make, root: Path) -> None:
        deep = root / "/".join(["d"] * 99)
        (deep / "d").mkdir(parents=True)
        (deep / "in.mp4").touch()
        (deep / "d" / "out.mp4").touch()
        asked: set[str] = set()

        async def allow(_: Request, resource: Resource) -> bool:
            asked.add(resource.path)
            return True

        app = make(allow)
        folder = "/".join(["d"] * 99)
        while True:
            listed = await listing(app, f"recursive=1&folder={folder}")
            if not listed["scanning"]:
                break
        assert paths(listed) == [f"{folder}/in.mp4"]
        assert listed["total"] == 1
        assert paths(await listing(app, f"folder={folder}"), "folders") == [f"{folder}/d"]
        assert (await listing(app, f"folder={folder}/d"))["total"] == 0
        for path, status in {f"{folder}/in.mp4": 200, f"{folder}/d/out.mp4": 404}.items():
            for before in ("", "-/watch/", "-/api/videos/"):
                assert (await call(app, f"/videos/{before}{path}")).status == status
        assert not [path for path in asked if path.count("/") >= 100]
        # Where the app has no say, it is a video like others.
        assert (await call(make(), f"/videos/{folder}/d/out.mp4")).status == 200


class TestBigFolders:
    """What is asked of one is found in the index: the folder is not read for it."""

    @pytest.fixture
    async def listed(self, make: Make, root: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Return the folders that are listed from now on."""
        for number in range(600):  # more than is read again each time
            (root / "public" / f"{number}.mp4").touch()
        for name in ("b.en.srt", "B.de.srt", "loose.srt", "poster.jpg"):
            (root / "public" / name).touch()
        self.app = make(rule)
        await listing(self.app, "folder=public")
        library = await self.app.extensions["quart_video"].mounts["video"].library(self.app)
        listed: list[str] = []
        for name in ("list", "study"):
            before = getattr(type(library.storage), name)

            async def noted(own: Any, what: Any, *args: Any, before: Any = before) -> Any:
                listed.extend([what] if isinstance(what, str) else what)
                return await before(own, what, *args)

            monkeypatch.setattr(type(library.storage), name, noted)
        return listed

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("-/poster/public", 200),
            ("-/captions/public/b.en.srt", 404),  # without what converts it
            ("-/captions/public/b.en.vtt", 404),
            ("-/captions/public/loose.srt", 404),
            ("-/captions/public/599.vtt", 404),
        ],
    )
    async def test_one_request(self, listed: list[str], address: str, status: int) -> None:
        for _ in range(5):
            assert (await call(self.app, f"/videos/{address}")).status == status
        assert "public" not in listed

    async def test_whose_captions_they_are(self, make: Make, root: Path) -> None:
        for name in (
            "x/Film.2.MP4",
            "x/film.2.en.forced.vtt",
            "x/Film.2.de.vtt",
            "x/other.vtt",
            "x/secret.mp4",
            "x/secret.vtt",
            "alone/film.mkv",
            "alone/Subs/2_English.vtt",
            "two/a.mkv",
            "two/b.secret.mkv",
            "two/Subs/2_English.vtt",
            "two/Subs/a/2_English.vtt",
            "two/Subs/b.secret/2_English.vtt",
        ):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n")
        app = make(rule)
        app.config["VIDEO_MEDIA_PROCESSES"] = 1
        for name, status in {
            "x/Film.2.de.vtt": 200,
            "x/other.vtt": 404,
            "x/secret.vtt": 404,
            "alone/Subs/2_English.vtt": 200,
            "two/Subs/2_English.vtt": 404,
            "two/Subs/a/2_English.vtt": 200,
            "two/Subs/b.secret/2_English.vtt": 404,
        }.items():
            assert (await call(app, f"/videos/-/captions/{name}")).status == status, name


class TestQuestions:
    async def test_a_listing_is_one_question(self, make: Make, root: Path) -> None:
        for number in range(70):
            (root / "public" / f"{number}.mp4").touch()
        asked: list[Sequence[Resource]] = []

        async def many(_: Request, resources: Sequence[Resource]) -> list[bool]:
            asked.append(resources)
            return [True] * len(resources)

        app = make(authorize_many=many)
        listed = await listing(app, "folder=public")
        assert len(listed["videos"]) == 50
        folder, rows = asked
        assert [resource.path for resource in folder] == ["", "public"]
        assert len(rows) == 51
        assert all(not resource.is_folder and resource.mount == "video" for resource in rows)
        asked.clear()
        await listing(app, f"folder=public&cursor={listed['next_cursor']}")
        assert len(asked) == 2
        asked.clear()
        await call(app, "/videos/public/1.mp4")
        assert [[(r.path, r.is_folder) for r in resources] for resources in asked] == [
            [("", True), ("public", True), ("public/1.mp4", False)]
        ]

    async def test_the_request_is_there(self, make: Make) -> None:
        async def by_cookie(request: Request, resource: Resource) -> bool:
            return resource.is_folder or request.cookies.get("may") == resource.path

        app = make(by_cookie)
        headers = {"Cookie": "may=secret.mp4"}
        assert (await call(app, "/videos/secret.mp4", headers=headers)).body == HIDDEN
        assert (await call(app, "/videos/a.mp4", headers=headers)).status == 404
        assert paths(await listing(app, headers=headers)) == ["secret.mp4"]

    async def test_session_in_a_thread(self, make: Make) -> None:
        app = make(lambda *_: "user" in session)
        assert (await call(app, "/videos/a.mp4")).status == 404

    async def test_a_folder_holds_what_is_in_it(self, make: Make) -> None:
        """Whoever may not see a folder gets at nothing below it, by whatever address."""
        verdicts = {"private": Access.REFUSE, "private/deep": Access.HIDE}

        async def by_folder(_: Request, resource: Resource) -> Access:
            return verdicts.get(resource.path, Access.ALLOW)

        app = make(by_folder)
        assert (await call(app, "/videos/private/p.mp4")).status == 403
        assert (await call(app, "/videos/private/deep/q.mp4")).status == 403
        del verdicts["private"]
        assert (await call(app, "/videos/private/p.mp4")).status == 200
        assert (await call(app, "/videos/private/deep/q.mp4")).status == 404
        assert "private/p.mp4" in paths(await listing(app, "recursive=1"))
        assert "private/deep/q.mp4" not in paths(await listing(app, "recursive=1"))

    @pytest.mark.parametrize("answers", [[], [True], [True] * 99, None, 5, "yes", [1] * 2])
    async def test_answers_that_do_not_fit(
        self, make: Make, answers: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def many(_: Request, __: Sequence[Resource]) -> Any:
            return answers

        sent = await call(make(authorize_many=many), "/videos/a.mp4")
        assert sent.status == 403
        assert "ERROR" in caplog.text

    async def test_who_leaves_while_it_is_asked(self, make: Make) -> None:
        async def slow(_: Request, __: Resource) -> bool:
            await asyncio.sleep(60)
            return True

        task = asyncio.create_task(call(make(slow), "/videos/a.mp4"))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def test_where_hardly_anything_may_be_seen(
        self,
        make: Make,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """A page asks about so many and no more; the log says what to do instead."""
        (root / "many").mkdir()
        for number in range(200):
            (root / "many" / f"{number:03}.mp4").touch()
        asked = 0

        async def many(_: Request, resources: Sequence[Resource]) -> list[bool]:
            nonlocal asked
            asked += len(resources)
            return [one.is_folder or one.path in seen for one in resources]

        monkeypatch.setattr(judge, "_MOST_ASKED", 60)
        monkeypatch.setattr(filtered_page, "BATCH", 20)
        seen = {"many/005.mp4", "many/150.mp4"}
        app = make(authorize_many=many)
        listed = await listing(app, "folder=many&limit=2")
        assert (paths(listed), listed["total"]) == (["many/005.mp4"], None)
        assert asked <= 60 + 20 + 3
        assert "Hide folders rather than many videos" in caplog.text
        rest = await listing(app, f"folder=many&limit=2&cursor={listed['next_cursor']}")
        assert (paths(rest), rest["next_cursor"]) == ([], None)

    async def test_folders_are_asked_about_until_there_are_enough(
        self,
        make: Make,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        for number in range(200):
            (root / "homes" / f"{number:03}").mkdir(parents=True)
        asked: list[int] = []

        async def many(_: Request, resources: Sequence[Resource]) -> list[bool]:
            asked.append(len(resources))
            return [one.path in seen or one.path.count("/") == 0 for one in resources]

        async def pages(query: str) -> list[Any]:
            asked.clear()
            found = [await listing(app, f"folder=homes&{query}")]
            while url := found[-1]["next_folders_url"]:
                found.append(await listing(app, url.partition("?")[2]))
            return found

        monkeypatch.setattr(filtered_page, "BATCH", 50)
        seen = {f"homes/{number:03}" for number in (3, 77, 150, 199)}
        app = make(authorize_many=many)
        (whole,) = await pages("limit=4")
        assert paths(whole, "folders") == sorted(seen)
        assert whole["total_folders"] == 4
        assert {folder["videos"] for folder in whole["folders"]} == {None}
        assert asked == [2, 5, 50, 55, 90]  # the folder, and what is in it
        found = await pages("limit=2")
        assert [paths(page, "folders") for page in found] == [
            ["homes/003", "homes/077"],
            ["homes/150", "homes/199"],
        ]
        assert [page["total_folders"] for page in found] == [None, None]
        for page in found:  # a cursor is a path, so it is one that may be seen
            cursor = page["next_folders_cursor"]
            assert cursor is None or b"homes/077" in urlsafe_b64decode(cursor + "==")
        seen = {"homes/000", "homes/001", "homes/002", "homes/199"}
        (first, *_) = await pages("limit=2")
        assert paths(first, "folders") == ["homes/000", "homes/001"]
        assert asked[:2] == [2, 3]  # one more than there is room for
        seen = {"homes/199"}
        monkeypatch.setattr(filtered_page, "MOST_READ", 100)
        (page,) = await pages("limit=2")
        assert (page["folders"], page["total_folders"]) == ([], None)
        assert "goes no further" in caplog.text

    async def test_folders_behind_many_that_are_hidden_show_their_images(
        self, make: Make, root: Path
    ) -> None:
        for number in range(9):
            (root / "homes" / str(number)).mkdir(parents=True)
            (root / "homes" / str(number) / "folder.jpg").write_bytes(b"image")

        def may(_: Request, resource: Resource) -> bool:
            return resource.path in {"", "homes", "homes/1", "homes/8"}

        app = make(may, media_processes=1, survey=False)
        async with app.test_app():
            await listing(app, "recursive=1")  # for all folders to have been read
            listed = await listing(app, "folder=homes&limit=2")
        assert paths(listed, "folders") == ["homes/1", "homes/8"]
        assert [bool(folder["poster_url"]) for folder in listed["folders"]] == [True, True]

    async def test_hidden_folders_are_passed_over(
        self, make: Make, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is in them is not asked about, so that there may be any number."""
        for folder in ("m hidden", "n hidden/deep", "z"):
            (root / folder).mkdir(parents=True)
            for number in range(100):
                (root / folder / f"{number}.mp4").touch()
        asked: list[str] = []

        async def many(_: Request, resources: Sequence[Resource]) -> list[bool]:
            asked.extend(one.path for one in resources if not one.is_folder)
            return [not (one.is_folder and "hidden" in one.path) for one in resources]

        monkeypatch.setattr(judge, "_MOST_ASKED", 150)
        monkeypatch.setattr(filtered_page, "BATCH", 10)
        app = make(authorize_many=many)
        listed = await listing(app, "recursive=1&limit=20&q=m+hidden")
        assert paths(listed) == []
        found: list[str] = []
        query = "recursive=1&limit=50"
        listed = await listing(app, query)
        while listed["next_cursor"]:
            found += paths(listed)
            listed = await listing(app, f"{query}&cursor={listed['next_cursor']}")
        found += paths(listed)
        assert len([path for path in found if path.startswith("z/")]) == 100
        assert not [path for path in found if "hidden" in path]
        asked.clear()
        playlist = await call(app, "/videos/-/playlist.m3u", query="recursive=1")
        assert playlist.body.count(b"/z/") == 100
        assert not [path for path in asked if "hidden" in path]

    async def test_listing_that_moves_meanwhile(self, make: Make, root: Path) -> None:
        """A cursor never holds what was hidden, not even where files come between the reads."""
        count = 0

        async def many(_: Request, resources: Sequence[Resource]) -> list[bool]:
            nonlocal count
            count += 1
            if count < 6:
                (root / f"0 secret {count}.mp4").touch()
            return [may(one) for one in resources]

        listed = await listing(make(authorize_many=many), "limit=1")
        assert paths(listed) == ["a.mp4"]
        assert b"secret" not in decoded(listed["next_cursor"])


class TestGiven:
    async def test_by_decorator(self, root: Path) -> None:
        blueprint = VideoBlueprint(media_root=root)
        assert blueprint.authorize(rule) is rule
        app = Quart(__name__)
        app.register_blueprint(blueprint)
        assert (await call(app, "/videos/secret.mp4")).status == 404
        with pytest.raises(AssertionError, match="authorize"):
            blueprint.authorize(rule)
        with pytest.raises(AssertionError, match="authorize_many"):
            blueprint.authorize_many(rule_many)

    def test_two_that_could_disagree(self) -> None:
        with pytest.raises(TypeError, match="one function"):
            VideoBlueprint(authorize=rule, authorize_many=rule_many)
        blueprint = VideoBlueprint(authorize=rule)
        with pytest.raises(TypeError, match="one function"):
            blueprint.authorize_many(rule_many)

    async def test_other_mounts_are_not_asked(self, make: Make) -> None:
        app = make(lambda *_: False)
        app.register_blueprint(VideoBlueprint("open", url_prefix="/open"))
        assert (await call(app, "/videos/a.mp4")).status == 404
        sent = await call(app, "/open/secret.mp4")
        assert (sent.body, sent["cache-control"]) == (HIDDEN, "no-cache, no-transform")

    async def test_each_mount_says_which_it_is(self, root: Path) -> None:
        blueprint = VideoBlueprint(media_root=root)

        @blueprint.authorize
        async def by_mount(_: Request, resource: Resource) -> bool:
            return resource.mount == "one"

        app = Quart(__name__)
        app.register_blueprint(blueprint, name="one", url_prefix="/one")
        app.register_blueprint(blueprint, name="two", url_prefix="/two")
        assert (await call(app, "/one/a.mp4")).status == 200
        assert (await call(app, "/two/a.mp4")).status == 404


class TestCaches:
    @pytest.mark.parametrize("status", [200, 206, 304])
    async def test_protected(self, make: Make, status: int) -> None:
        app = make(rule, max_age=60)
        headers = {206: {"Range": "bytes=0-1"}, 304: {"If-None-Match": "*"}}.get(status, {})
        for path in ("a.mp4", "-/captions/a.en.vtt"):
            version = (await call(app, f"/videos/{path}"))["etag"].strip('"')
            for query, kept in (("", "no-cache"), (f"v={quote(version)}", "max-age=60, immutable")):
                sent = await call(app, f"/videos/{path}", headers=headers, query=query)
                assert sent.status == status
                assert sent["cache-control"] == f"private, {kept}, no-transform"

    async def test_style_is_for_all(self, make: Make) -> None:
        sent = await call(make(rule), "/videos/-/static/quart-video.css")
        assert "private" not in sent["cache-control"]


class TestQuartAuth:
    @pytest.fixture
    def members(self, make: Make) -> Quart:
        async def members_only(_: Request, resource: Resource) -> bool:
            if not await current_user.is_authenticated:
                raise Unauthorized
            return may(resource) or current_user.auth_id == "root"

        app = make(members_only)
        QuartAuth(app, cookie_secure=False)

        @app.get("/login/<name>")
        async def login(name: str) -> ResponseReturnValue:
            login_user(AuthUser(name))
            return "in"

        @app.errorhandler(Unauthorized)
        async def to_login(_: Exception) -> ResponseReturnValue:
            return Response("log in", 401)

        return app

    async def cookie(self, app: Quart, name: str) -> dict[str, str]:
        sent = await call(app, f"/login/{name}")
        return {"Cookie": sent["set-cookie"].partition(";")[0]}

    async def ask(self, app: Quart, path: str, headers: dict[str, str]) -> Sent:
        return await call(app, f"/videos/{path}", headers=headers)

    async def test_everyone_gets_their_own(self, members: Quart) -> None:
        for path in ALLOWED:
            sent = await self.ask(members, path, {})
            assert (sent.status, sent.body) == (401, b"log in")
        ali, root = [await self.cookie(members, name) for name in ("ali", "root")]
        assert (await self.ask(members, "a.mp4", ali)).body == OPEN
        assert (await self.ask(members, "secret.mp4", ali)).status == 404
        assert (await self.ask(members, "secret.mp4", root)).body == HIDDEN
        assert "secret.mp4" not in paths(await listing(members, headers=ali))
        assert "secret.mp4" in paths(await listing(members, headers=root))
        # A cookie that somebody made up is none.
        forged = {"Cookie": ali["Cookie"][:-3] + "AAA"}
        assert (await self.ask(members, "a.mp4", forged)).status == 401
