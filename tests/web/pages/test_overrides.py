"""A host app replaces our templates by name, whole or one block of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from quart import Quart

from tests.web.pages.conftest import Put, browsing
from tests.web.pages.document import Element


@pytest.fixture
def template(tmp_path: Path) -> Callable[[str, str], None]:
    """Write a template of the host app."""

    def template(name: str, text: str) -> None:
        file = tmp_path / "templates" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return template


async def access(app: Quart, url: str) -> Element:
    async with browsing(app) as browser:
        return await browser.open(url)


async def test_one_block_of_both_pages(
    make_app: Callable[..., Quart], template: Callable[[str, str], None], put: Put
) -> None:
    put("clip.mp4")
    template(
        "quart_video/base.html",
        '{% extends "quart_video/default/base.html" %}'
        "{% block footer %}<p>Our own, for {{ title }}</p>{% endblock %}",
    )
    for url in ("/videos/", "/videos/-/watch/clip.mp4"):
        page = await access(make_app(), url)
        assert page.one("footer").text == "Our own, for Videos"
        assert "clip" in page.one("main").text


async def test_one_block_of_the_gallery(
    make_app: Callable[..., Quart], template: Callable[[str, str], None], put: Put
) -> None:
    put("clip.mp4")
    template(
        "quart_video/gallery.html",
        '{% extends "quart_video/default/gallery.html" %}'
        "{% block heading %}<h1>{{ listing.total }} of ours</h1>{% endblock %}"
        '{% block head %}{{ super() }}<meta name="robots" content="none">{% endblock %}',
    )
    page = await access(make_app(), "/videos/")
    assert page.one("h1").text == "1 of ours"
    assert page.one("meta", name="robots")
    assert page.one("link", type="application/json")
    assert page.one("li", class_="qv-card")
    assert (await access(make_app(), "/videos/-/watch/clip.mp4")).one("h1").text == "clip"


async def test_one_block_of_the_watch_page(
    make_app: Callable[..., Quart], template: Callable[[str, str], None], put: Put
) -> None:
    put("clip.mp4", size=2_000_000)
    template(
        "quart_video/watch.html",
        '{% extends "quart_video/default/watch.html" %}'
        "{% block details %}<p id=size>{{ format_size(video.size) }}</p>{% endblock %}",
    )
    page = await access(make_app(), "/videos/-/watch/clip.mp4")
    assert page.one("p", id="size").text == "2.0 MB"
    assert page.one("video")
    assert not page.all("dl", class_="qv-details")


async def test_a_part(
    make_app: Callable[..., Quart], template: Callable[[str, str], None], put: Put
) -> None:
    put("clip.mp4")
    template("quart_video/_card.html", '<li class="ours">{{ video.title }}</li>')
    assert (await access(make_app(), "/videos/")).one("li", class_="ours").text == "clip"


async def test_the_language(
    make_app: Callable[..., Quart], template: Callable[[str, str], None]
) -> None:
    template(
        "quart_video/base.html",
        '{% extends "quart_video/default/base.html" %}'
        '{% block html_attributes %}lang="he" dir="rtl"{% endblock %}',
    )
    html = (await access(make_app(), "/videos/")).one("html")
    assert (html["lang"], html["dir"]) == ("he", "rtl")


async def test_a_layout_of_the_host(
    make_app: Callable[..., Quart], template: Callable[[str, str], None], put: Put
) -> None:
    put("travel/clip.mp4")
    template("layout.html", "<html><body><h6>Ours</h6>{% block body %}{% endblock %}</body></html>")
    template(
        "quart_video/base.html",
        '{% extends "layout.html" %}{% block body %}<div class="qv">'
        '{% include "quart_video/_breadcrumbs.html" %}'
        "{% block content %}{% endblock %}</div>{% endblock %}",
    )
    page = await access(make_app(), "/videos/travel/")
    assert page.one("h6").text == "Ours"
    assert page.one("div", class_="qv").one("li", class_="qv-card")
    assert page.one("nav", aria_label="Breadcrumbs").link("travel")
    assert (await access(make_app(), "/videos/-/watch/travel/clip.mp4")).one("video")


async def test_templates_of_the_host_keep_their_names(
    make_app: Callable[..., Quart], template: Callable[[str, str], None]
) -> None:
    template("base.html", "nothing of ours")
    template("gallery.html", "nothing of ours")
    assert (await access(make_app(), "/videos/")).one("h1").text == "Videos"
