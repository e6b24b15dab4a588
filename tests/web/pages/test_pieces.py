"""Players and cards in pages of the app, for whoever looks at those."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from quart import Quart, Request, render_template_string

from quart_video import FullVideo, ListingQuery, Resource, VideoBlueprint, library
from quart_video.web.player import PROBLEMS
from tests.support.asgi import Sent, call
from tests.web.pages.document import parse

PIECES = (
    '{% from "quart_video/player.html"'
    " import video_player, video_card, video_grid, video_styles, video_scripts %}"
)
ODD = 'a "b" <i>&amp; #1.mp4'

Shown = Callable[..., Any]


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    for name in ("Welcome.mp4", ODD, "series/one.webm", "series/secret.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"no video")
    (tmp_path / "Welcome.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")

    async def may_see(request: Request, resource: Resource) -> bool:
        return "secret" not in resource.path or request.cookies.get("user") == "ali"

    async def shown(text: str, cookie: str = "", **context: Any) -> Sent:
        app = Quart(__name__)
        app.config["MEDIA_ROOT"] = tmp_path
        app.register_blueprint(VideoBlueprint(authorize=may_see))
        series = VideoBlueprint("series", media_root=tmp_path / "series", url_prefix="/series")
        app.register_blueprint(series)

        @app.get("/article")
        async def article() -> str:
            found = {name: await value() for name, value in context.items()}
            return await render_template_string(PIECES + text, **found)

        return await call(app, "/article", headers={"Cookie": cookie})

    return shown


async def test_a_player(shown: Shown) -> None:
    sent = await shown('{{ video_player("Welcome.mp4", "video") }}')
    video = parse(sent.body.decode()).one("video")
    assert video["src"] == "/videos/Welcome.mp4"
    assert video.one("track")["src"] == "/videos/-/captions/Welcome.en.vtt"
    assert video["aria-label"] == "Welcome"
    assert video.one("a")["href"] == "/videos/-/watch/Welcome.mp4"


async def test_a_player_has_what_the_watch_page_has_around_it(shown: Shown) -> None:
    sent = await shown(
        '{{ video_player("Welcome.mp4", "video") }}{{ video_scripts("video", nonce="a<b") }}'
    )
    page = parse(sent.body.decode())
    stage = page.one("div", class_="qv-stage")
    assert "data-qv-player" in stage
    problems = [each["data-qv-problem"] for each in stage.all() if "data-qv-problem" in each]
    assert problems == list(PROBLEMS)
    assert stage.one("video")["data-qv-page"] == "/videos/-/watch/Welcome.mp4"
    assert stage.one("p", role="status")["data-qv-resumed"]
    assert "hidden" in stage.one("button", class_="qv-link")
    assert page.one("script")["src"].startswith("/videos/-/static/")
    assert page.one("script")["src"].endswith("/players.js")
    assert page.one("script")["nonce"] == "a<b"


async def test_several_on_a_page_and_from_several_libraries(shown: Shown) -> None:
    sent = await shown(
        '{{ video_player("Welcome.mp4", mount="video", start=5) }}'
        '{{ video_player("one.webm", mount="series") }}'
    )
    sources = [each["src"] for each in parse(sent.body.decode()).all("video")]
    assert sources == ["/videos/Welcome.mp4#t=5", "/series/one.webm"]


async def test_a_name_is_text(shown: Shown) -> None:
    sent = await shown(
        "{{ video_player(name, 'video') }}{{ video_card(name, 'video') }}", name=_odd
    )
    page = parse(sent.body.decode())
    title = ODD.removesuffix(".mp4")
    assert page.one("video")["aria-label"] == title
    assert page.one("li", class_="qv-card").one("h3").text == title
    assert not page.all("i")


async def _odd() -> str:
    return ODD


@pytest.mark.parametrize(
    ("cookie", "paths"),
    [("", ["one.webm"]), ("user=ali", ["one.webm", "secret.mp4"])],
)
async def test_a_grid_of_a_listing(shown: Shown, cookie: str, paths: list[str]) -> None:
    async def listing() -> Any:
        return await library("video").list(ListingQuery(folder="series"))

    sent = await shown("{{ video_grid(listing, 'video') }}", cookie, listing=listing)
    cards = parse(sent.body.decode()).all("li", class_="qv-card")
    assert [card.one("a")["href"] for card in cards] == [
        f"/videos/-/watch/series/{p}" for p in paths
    ]


async def test_what_code_has_looked_up_is_taken_as_it_is(shown: Shown) -> None:
    async def video() -> FullVideo:
        return await library("video").get("series/secret.mp4", as_system=True)

    text = "{{ video_player(video, 'video') }}{{ video_grid([video], 'video') }}"
    sent = await shown(text, video=video)
    assert sent.body.count(b"series/secret.mp4") >= 2


@pytest.mark.parametrize("piece", ["video_player", "video_card"])
@pytest.mark.parametrize("path", ["none.mp4", "../x.mp4", "series/secret.mp4"])
async def test_what_may_not_be_had(shown: Shown, piece: str, path: str) -> None:
    assert (await shown(f"{{{{ {piece}('{path}', 'video') }}}}")).status == 404


async def test_styles_are_served(shown: Shown) -> None:
    page = parse((await shown("{{ video_styles('video') }}")).body.decode())
    names = [link["href"].rpartition("/")[2] for link in page.all("link")]
    sheets = ["quart-video.css", "gallery.css", "player.css", "watch.css", "embedded.css"]
    assert names == sheets
    static = Path(__file__).parents[3] / "quart_video" / "static"
    assert all((static / name).is_file() for name in names)


async def test_which_library_has_to_be_said_where_there_are_several(shown: Shown) -> None:
    assert (await shown('{{ video_player("Welcome.mp4") }}')).status == 500
