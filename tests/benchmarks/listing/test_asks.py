"""What is asked, of the library itself: the right answers are taken, wrong ones are not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client

from benchmarks.listing.asks import ORDERS, folder_pages, recursive, searches
from benchmarks.listing.tree import Tree
from benchmarks.load import Wrong
from quart_video import video_bp


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    made = Tree(tmp_path_factory.mktemp("shelves") / "small", 1_500)
    made.make()
    return made


@pytest.fixture
async def client(tree: Tree, tmp_path: Path) -> AsyncIterator[Client]:
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = str(tree.root)
    app.config["VIDEO_CACHE"] = str(tmp_path)
    app.register_blueprint(video_bp)
    async with app.test_app():
        client = app.test_client()
        while (await answer(client, "/videos/-/api/videos?recursive=true"))["scanning"]:
            pass
        yield client


async def answer(client: Client, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200
    return json.loads(await response.get_data())


async def test_right_answers_are_taken(client: Client, tree: Tree) -> None:
    asks = [
        *folder_pages(tree, tree.few, 50),
        *folder_pages(tree, tree.many, 500),
        *(
            recursive(tree, order, deep=deep)
            for order in ("name", *ORDERS)
            for deep in (False, True)
        ),
        *(next(ahead) for ahead in searches(tree).values() for _ in range(20)),
    ]
    for ask in asks:
        ask.check(await answer(client, ask.path))


def first(listing: Any) -> Any:
    return listing["videos"][0]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda listing: listing.update(scanning=True), "scanning"),
        (lambda listing: listing.update(total=51), "total"),
        (lambda listing: listing.update(total_size=1), "total_size"),
        (lambda listing: listing["videos"].pop(), "videos"),
        (lambda listing: listing["videos"].reverse(), "videos"),
        (lambda listing: first(listing).update(size=1), "size"),
        (lambda listing: first(listing).update(path="a.mp4"), "a.mp4"),
        (lambda listing: first(listing).update(modified="2000-01-01T00:00:00Z"), "modified"),
    ],
)
async def test_wrong_pages_are_not(
    client: Client, tree: Tree, spoil: Callable[[Any], None], reason: str
) -> None:
    (ask,) = folder_pages(tree, tree.few, 50)
    listing = await answer(client, ask.path)
    spoil(listing)
    with pytest.raises(Wrong, match=reason):
        ask.look(json.dumps(listing).encode())


@pytest.mark.parametrize("order", ["size", "-modified"])
async def test_wrong_orders_are_not(client: Client, tree: Tree, order: Any) -> None:
    ask = recursive(tree, order)
    listing = await answer(client, ask.path)
    listing["videos"].reverse()
    with pytest.raises(Wrong, match="videos"):
        ask.check(listing)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda listing: listing.update(total=0), "total"),
        (lambda listing: listing.update(next_cursor=None), "next_cursor"),
        (lambda listing: listing["videos"].__setitem__(1, first(listing)), "number of videos"),
    ],
)
async def test_wrong_searches_are_not(
    client: Client, tree: Tree, spoil: Callable[[Any], None], reason: str
) -> None:
    ask = next(searches(tree)["common"])
    listing = await answer(client, ask.path)
    spoil(listing)
    with pytest.raises(Wrong, match=reason):
        ask.check(listing)
