"""Every cache is bounded in bytes, whatever it is filled with and by whom."""

from __future__ import annotations

import ast
import gc
import threading
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quart import Quart

import quart_video
from quart_video.bounded import BoundedCache, Memo, size_of
from quart_video.catalogue import Item, Page, Query
from quart_video.catalogue.catalogue import Catalogue
from quart_video.catalogue.index import listing
from quart_video.catalogue.sidecars.captions import Caption
from quart_video.catalogue.sidecars.marks import Marks
from quart_video.catalogue.text import bulk, natural, terms
from quart_video.catalogue.types import Contents
from quart_video.media.cache import MemoryCache
from quart_video.settings import MAX_PAGE_SIZE
from quart_video.storage.base import Entry, FileFacts
from quart_video.storage.memory import MemoryStorage
from quart_video.web import urls
from tests.support.asgi import call

KIBIBYTE = 1024
MEBIBYTE = 1024 * 1024


def left(fill: Callable[[], object]) -> int:
    """Return the bytes that are still held after *fill*."""
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        fill()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


class TestMemo:
    def test_asks_once(self) -> None:
        asked: list[str] = []

        def double(text: str) -> str:
            asked.append(text)
            return 2 * text

        memo = Memo(double, MEBIBYTE)
        assert [memo[each] for each in ("a", "b", "a")] == ["aa", "bb", "aa"]
        assert asked == ["a", "b"]

    def test_what_is_long_is_made_anew(self) -> None:
        memo: Memo[str, str] = Memo(str.upper, 10_000)
        assert memo["a" * 5000] == "A" * 5000
        assert not memo
        assert memo.size == 0

    @pytest.mark.parametrize("length", [1, 10, 100, 300])
    @pytest.mark.sample(1)
    def test_bytes(self, length: int) -> None:
        memo: Memo[str, str] = Memo(lambda text: f"{text}\N{MAN}", 200 * KIBIBYTE)

        def fill() -> None:
            for number in range(3000):
                memo[f"{number:0{length}}"]

        assert left(fill) <= 200 * KIBIBYTE
        assert memo
        assert memo.size <= 200 * KIBIBYTE

    def test_threads(self) -> None:
        memo: Memo[int, int] = Memo(lambda number: number + 1, 20 * KIBIBYTE)

        def use() -> None:
            assert all(memo[number % 500] == number % 500 + 1 for number in range(5000))

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert memo.size == sum(size_of(entry) + 200 for entry in memo.items())


class TestBoundedCache:
    def test_the_oldest_goes_first(self) -> None:
        cache: BoundedCache[str, bytes] = BoundedCache(1000)
        for key in "abc":
            cache.put(key, b"", 50)
        assert cache.get("a") == b""
        cache.put("d", b"", 50)
        assert [key for key in "abcd" if cache.get(key) is not None] == ["a", "c", "d"]
        cache.put("e", b"", 1001)  # too big by itself: nothing goes for it
        assert [key for key in "acde" if cache.get(key) is not None] == ["a", "c", "d"]

    def test_one_takes_the_place_of_another(self) -> None:
        cache: BoundedCache[str, int] = BoundedCache(10_000)
        sizes = []
        for number in range(3):
            cache.put("a", number)
            sizes.append(cache.size)
        assert (cache.get("a"), len(cache)) == (2, 1)
        assert sizes[1] == sizes[2]
        cache.remove("a")
        cache.remove("a")
        assert (cache.get("a"), len(cache), cache.size) == (None, 0, 0)

    def test_what_is_nothing_is_remembered_too(self) -> None:
        made: list[str] = []
        cache: BoundedCache[str, None] = BoundedCache(10_000)
        for _ in range(2):
            assert cache.of("a", lambda: made.append("a")) is None
        assert made == ["a"]
        cache.clear()
        assert (len(cache), cache.size) == (0, 0)

    @pytest.mark.parametrize("length", [1, 100, 5000])
    def test_bytes(self, length: int) -> None:
        """Of the keys, too: those are what clients choose."""
        cache: BoundedCache[str, bytes] = BoundedCache(100 * KIBIBYTE)

        def fill() -> None:
            for number in range(2000):
                cache.put(f"{number:0{length}}", b"")

        assert left(fill) <= 110 * KIBIBYTE  # beside the bound, the table of the last growth
        assert len(cache) > 10


def item(path: str, captions: int) -> Item:
    facts = FileFacts(1 << 60, 1 << 62, "f" * 32)
    own = [Caption(f"{path}.{number}.vtt", Marks("de-AT")) for number in range(captions)]
    return Item(Entry(path, facts), tuple(own), 1.5, Entry(f"{path}.jpg", facts))


texts = st.text(max_size=300)
items = st.builds(item, texts, st.integers(0, 3))
entries = st.builds(Entry, texts)
pages = st.builds(
    Page,
    folders=st.lists(entries, max_size=3).map(tuple),
    total_folders=st.just(1 << 40),
    next_folders_cursor=st.none() | st.text("abc", max_size=5500),
    caption_folders=st.lists(entries, max_size=3).map(tuple),
    folder_posters=st.dictionaries(texts, entries, max_size=3),
    folder_contents=st.dictionaries(texts, st.builds(Contents, st.just(9), items), max_size=3),
    items=st.lists(items, max_size=5).map(tuple),
    total=st.just(1 << 40),
    total_size=st.just(1 << 60),
    types=st.lists(st.just(".mp4"), max_size=9).map(tuple),
    scanning=st.booleans(),
    next_cursor=st.none() | st.text("abc", max_size=5500),
)


@given(pages)
def test_the_weight_of_a_page_is_no_less_than_it_takes(page: Page) -> None:
    assert size_of(page) <= page.weight <= 8 * size_of(page) + 4000


HOSTILE: dict[str, Callable[[int], str]] = {
    "no blanks": lambda number: f"{number:x}" + "q" * 4000,
    "digits": lambda number: f"{number}" + "7" * 4000,
    "dense": lambda number: f"{number}" + "\N{HIRAGANA LETTER A}" * 4000,
    "mixed": lambda number: f"a{number}b" + "1a" * 2000,
    "short": lambda number: f"{number:x}z",
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "function",
    [
        terms.searched,
        natural.natural_key,
        urls._escape,  # noqa: SLF001 - what is bounded is in there
        lambda text: bulk.keys_and_words([text[:80], f"{text[:80]}\u00e9"]),
    ],
    ids=["search", "order", "addresses", "scan"],
)
@pytest.mark.sample(2)
def test_what_is_known_of_texts(
    function: Callable[[str], object], make: Callable[[int], str]
) -> None:
    def fill() -> None:
        for number in range(50 if make in (HOSTILE["dense"], HOSTILE["mixed"]) else 700):
            function(make(number))

    assert left(fill) < 4 * MEBIBYTE


@pytest.mark.slow
async def test_searches(tmp_path: Path) -> None:
    """As anyone can fill them: what is known of pages, and of how much is on them."""
    for number in range(50):
        (tmp_path / f"clip {number}.mp4").touch()
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=tmp_path, VIDEO_CACHE=tmp_path / "cache")
    app.register_blueprint(quart_video.VideoBlueprint())

    async def ask(numbers: Iterable[int], kind: str) -> None:
        for number in numbers:
            q = HOSTILE[kind](number)
            sent = await call(app, "/videos/-/api/videos", query=f"q={q}&sort=-size")
            assert sent.status == 200

    await ask(range(20), "no blanks")
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for kind in ("no blanks", "mixed", "short"):
            await ask(range(20, 80), kind)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 12 * MEBIBYTE


async def test_pages_of_long_names() -> None:
    storage = MemoryStorage()
    for number in range(600):
        storage.put(f"{number:03}{'x' * 200}.mp4", b"")
    catalogue = Catalogue(storage, {".mp4": "video/mp4"})
    try:
        for most in range(MAX_PAGE_SIZE - 30, MAX_PAGE_SIZE):
            await catalogue.page(Query(limit=most))
        kept = catalogue._pages  # noqa: SLF001 - what is bounded is in there
        assert 0 < kept.size <= 4 * MEBIBYTE
        assert 1 < len(kept) < 30
    finally:
        await catalogue.aclose()


async def test_what_is_made_where_there_is_no_folder() -> None:
    """Notes of what has failed are small, and may be many."""
    cache = MemoryCache(100 * KIBIBYTE)
    for number in range(5000):
        await cache.write(f"{number:032}", {"failed-poster": b""})
    assert await cache.read(f"{4999:032}", "failed-poster") == b""
    assert await cache.read(f"{0:032}", "failed-poster") is None


def test_figures() -> None:
    figures = listing.TotalsCache()
    for number in range(20_000):
        figures.of(1).of((f"SELECT {number}", ("q" * 4000,)), lambda: listing.Totals(1, 2))
    assert figures.known.size <= 4 * MEBIBYTE
    assert len(figures.of(1)) > 100
    assert len(figures.of(2)) == 0


def test_there_are_no_others() -> None:
    """What functools remembers is bounded in entries alone: of numbers, and of our own choices."""
    uses, decorated = 0, set()
    for path in Path(quart_video.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            uses += isinstance(node, ast.Name) and node.id == "lru_cache"
            if isinstance(node, ast.FunctionDef) and "lru_cache" in map(
                ast.unparse, (getattr(each, "func", each) for each in node.decorator_list)
            ):
                decorated.add(node.name)
    assert decorated == {"format_date", "file_fields"}
    assert uses == len(decorated)
