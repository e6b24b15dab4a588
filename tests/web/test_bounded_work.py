"""No request costs more than in proportion to its length: counted in steps, questions and bytes.

Every route takes 64 KiB in each of its inputs, made of what parsers stumble over.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote, unquote

import pytest
from quart import Quart, Request

from quart_video import Resource, VideoBlueprint
from quart_video.catalogue import MOST_CAPTIONS
from quart_video.models import GalleryQuery
from quart_video.storage.base import Guess, nothing
from quart_video.storage.local.disk import OpenFile
from quart_video.storage.local.storage import LocalStorage
from tests.support.asgi import Sent, call

pytestmark = pytest.mark.thorough

LENGTH = 64 * 1024

MOST_STEPS = 600_000
"""Lines of Python and calls. A short request takes up to some ten thousands; to look at each of
65,536 characters by itself, and do a few things about it, takes no more than this."""

MOST_QUESTIONS = 8
"""An app is asked about each folder on the way to a file, and about the file."""

MOST_BYTES = 256 * LENGTH

FILE = "a/clip.mp4"
CAPTIONS = "a/clip.en.vtt"


class Counter:
    """Counts steps, in all threads that begin while it is installed."""

    def __init__(self) -> None:
        self.steps = 0
        self.is_on = False

    def trace(self, _: FrameType, event: str, __: Any) -> Any:
        if not self.is_on:
            return None
        self.steps += event in {"call", "line"}
        return self.trace


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    counter = Counter()
    threading.settrace(counter.trace)
    yield counter
    threading.settrace(None)


@dataclass
class Site:
    app: Quart
    counter: Counter
    questions: int = 0

    async def ask(self, path: str, *, measure: bool, **options: Any) -> tuple[Sent, int, int]:
        """Return the answer, the steps to it, and the most bytes held meanwhile.

        :param measure: the bytes, which takes as long again.
        """
        self.questions = self.counter.steps = peak = 0
        before = sys.gettrace()
        if measure:
            tracemalloc.start()
        self.counter.is_on = True
        sys.settrace(self.counter.trace)
        try:
            async with asyncio.timeout(60):
                sent = await call(self.app, path, **options)
        finally:
            sys.settrace(before)
            self.counter.is_on = False
            if measure:
                _, peak = tracemalloc.get_traced_memory()
                tracemalloc.stop()
        return sent, self.counter.steps, peak


@pytest.fixture
async def site(tmp_path: Path, counter: Counter) -> Site:
    for name in (FILE, CAPTIONS, "a/other.mp4"):
        path = tmp_path / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("WEBVTT\n\n")
    app = Quart(__name__)
    app.secret_key = "a secret of the tests"
    site = Site(app, counter)

    async def allow(_: Request, __: Resource) -> bool:
        site.questions += 1
        return True

    app.register_blueprint(
        VideoBlueprint(
            authorize=allow,
            media_root=str(tmp_path / "media"),
            cache=str(tmp_path / "cache"),
            media_processes=0,
            cors_origins=["https://videos.example"],
        )
    )
    for known in ("", "a/", f"-/watch/{FILE}", f"-/captions/{CAPTIONS}", "-/no.such.page"):
        await call(app, f"/videos/{known}", headers={"Accept": "text/html"})
    return site


def rules() -> list[Any]:
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint())
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("video.")]
    assert len(found) > 10
    return found


PIECE = "caption_style"

RULES = rules()
each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.rule for rule in RULES])


def address(rule: Any, path: str) -> str:
    """Return the path of a route; *path* need be none that can be escaped."""
    value = PIECE if rule.endpoint == "video.piece" else "PATH"  # of those, there are a few only
    built = rule.build(dict.fromkeys(rule.arguments, value), append_unknown=False)
    return unquote(built[1]).replace(value, path)


def existing(rule: Any) -> str:
    if not rule.arguments:
        return address(rule, "")
    name = rule.endpoint.rpartition(".")[2]
    known = {"captions": CAPTIONS, "gallery": "a", "piece": PIECE, "static": "quart-video.css"}
    return address(rule, known.get(name, FILE))


def filled(pattern: str) -> str:
    return (pattern * (LENGTH // len(pattern) + 1))[:LENGTH]


PATHS = ["a/", "a", "0", ".", "/", "../", "%", "\u00e9", "\u0301", "\u6f22/", " ", "-/", "\0"]
PARAMETERS = sorted(
    {field.name for field in fields(GalleryQuery)}
    | {"download", "sheet", "signature", "t", "track", "v", "verbose", "w", "x"}
)
VALUES = ["a", "9", "a/", "a+", "-1.", quote("\u0301"), "\u0301", "_-", "%", "[{("]
QUERIES = ["a&", "q=a&", "a=1&", "&", ";", "=", "%", "signature=a&", "folder=a%2F&"]
HEADERS = {
    "range": ["bytes=", "0-0,", "bytes=0-,", "-", "9", "0-0, ,"],
    "if-range": ['"', "a", "W/"],
    "if-match": ['"a",', ",", '"', 'W/"a" ', "*", "a"],
    "if-none-match": ['"a",', ",", '"', 'W/"a" ', "*", "a"],
    "if-modified-since": ["Mon, ", "9", " ", "GMT"],
    "if-unmodified-since": ["Mon, ", "9", " ", "GMT"],
    "accept": ["a/b,", ",", ";q=", '"', "text/html,", "a;b=c;"],
    "accept-language": ["de,", "de-", ",", ";q=0.1,", "*"],
    "accept-encoding": ["gzip,", ",", ";q="],
    "cookie": ["a=b;", ";", '"', "\\", "="],
    "origin": ["https://", "a", ","],
    "access-control-request-method": ["GET", ","],
    "access-control-request-headers": ["range,", ","],
    "authorization": ["Basic ", "=", ","],
    "content-type": ["a/b;", ";a=", '"'],
    "referer": ["https://", "/"],
    "sec-fetch-dest": ["video", ","],
    "x-forwarded-for": ["1.2.3.4,", ","],
    "x": ["a", ","],
}
HOSTS = ["_", "1.", ":", "[:", "a_b."]


async def held(
    site: Site, path: str, what: object, *, measure: bool = False, **options: Any
) -> Sent:
    sent, steps, peak = await site.ask(path, measure=measure, **options)
    told = (path[:40], what, sent.status, steps, site.questions, peak)
    assert sent.status < 500, told
    assert sent.complete, told
    assert steps <= MOST_STEPS, told
    assert site.questions <= MOST_QUESTIONS, told
    assert peak <= MOST_BYTES, told
    return sent


@each_rule
@pytest.mark.sample(2)
async def test_paths(site: Site, rule: Any) -> None:
    if "<" not in rule.rule:  # what is in the name of a host is none of it
        pytest.skip("it takes no path")
    for number, pattern in enumerate(PATHS):
        end = some(["x.mp4", "x.srt", "x"], rule, number)
        path = address(rule, filled(pattern)[: -len(end)] + end)
        sent = await held(site, path, (pattern, end), measure=True)
        assert sent.status in {308, 400, 404}


def some(patterns: list[str], rule: Any, number: int = 0) -> str:
    """Return one of *patterns*: another for other rules, so that each takes its turn at some."""
    return patterns[(RULES.index(rule) + 3 * number) % len(patterns)]


@each_rule
@pytest.mark.sample(2)
async def test_parameters(site: Site, rule: Any) -> None:
    for number, parameter in enumerate(PARAMETERS):
        value = some(VALUES, rule, number)
        query = f"{parameter}={filled(value)}"[:LENGTH]
        await held(site, existing(rule), (parameter, value), query=query)


@each_rule
@pytest.mark.sample(2)
async def test_queries(site: Site, rule: Any) -> None:
    pattern = some(QUERIES, rule)
    await held(site, existing(rule), pattern, query=filled(pattern), measure=True)


@each_rule
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.sample(2)
async def test_headers(site: Site, rule: Any, method: str) -> None:
    for name, patterns in HEADERS.items():
        pattern = some(patterns, rule, len(method))
        lines = {name: f"bytes={filled(pattern)}" if name == "range" else filled(pattern)}
        if method == "OPTIONS":
            lines.setdefault("access-control-request-method", "GET")
            lines.setdefault("origin", "https://videos.example")
        await held(site, existing(rule), (name, pattern), method=method, headers=lines)


@each_rule
@pytest.mark.sample(2)
async def test_many_lines(site: Site, rule: Any) -> None:
    for name, value in {
        "range": "bytes=0-0",
        "if-match": '"a"',
        "if-none-match": '"a"',
        "accept": "a/b",
        "accept-language": "de",
        "host": "a_b",
        "cookie": "a=b",
    }.items():
        lines = [(name, value)] * (LENGTH // (len(name) + len(value) + 4))
        await held(site, existing(rule), name, headers=lines)


@each_rule
@pytest.mark.sample(2)
async def test_hosts(site: Site, rule: Any) -> None:
    pattern = some(HOSTS, rule)
    await held(site, existing(rule), pattern, host=filled(pattern))


def test_what_is_counted(counter: Counter) -> None:
    """In threads, too; what grows with its square is found."""

    def steps(call: Callable[[], object]) -> int:
        counter.steps, counter.is_on = 0, True
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        counter.is_on = False
        return counter.steps

    def squared(size: int) -> int:
        return sum(1 for _ in range(size) for _ in range(size))

    small, large = steps(lambda: squared(100)), steps(lambda: squared(1000))
    assert 50 * small < large
    assert large > MOST_STEPS


async def test_captions_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is looked into before it is offered: a page of one video is not a reading of a disk."""
    opened: list[str] = []
    open_it = LocalStorage.open

    async def noted(storage: LocalStorage, path: str, likely: Guess = nothing) -> OpenFile:
        opened.append(path)
        return await open_it(storage, path, likely)

    monkeypatch.setattr(LocalStorage, "open", noted)
    (tmp_path / "clip.mp4").touch()
    for number in range(2 * MOST_CAPTIONS):
        (tmp_path / f"clip.{number}.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\na\n")
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint(media_root=str(tmp_path)))
    for path in ("/videos/-/watch/clip.mp4", "/videos/-/api/videos/clip.mp4"):
        opened.clear()
        sent = await call(app, path)
        assert sent.status == 200
        assert len(opened) <= MOST_CAPTIONS
