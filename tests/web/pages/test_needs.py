"""Templates of ours in templates of the app: they work, or say what they have not been given."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined, Undefined, UndefinedError, meta, nodes
from quart import Quart, render_template, stream_template_string

from quart_video import video_bp
from tests.support.asgi import call

FOLDER = Path(__file__).parents[3] / "quart_video" / "templates" / "quart_video"
GUIDE = Path(__file__).parents[3] / "docs" / "how_to_guides" / "templates.md"
GLOBALS = {"quart_video", "url_for"}
TREES = {
    path.relative_to(FOLDER).as_posix(): Environment(autoescape=True).parse(path.read_text())
    for path in sorted(FOLDER.rglob("*.html"))
}
HTML = {"Accept": "text/html"}


def checks(name: str) -> list[nodes.Call]:
    """Return the calls in a template that look at what it is given."""
    calls = TREES[name].find_all(nodes.Call)
    return [
        each for each in calls if isinstance(each.node, nodes.Getattr) and each.node.attr == "needs"
    ]


def needs(name: str) -> set[str]:
    """Return what a template says that it needs."""
    return {
        node.value
        for each in checks(name)
        for node in each.args[1:]
        if isinstance(node, nodes.Const)
    }


def is_for_pages(name: str) -> bool:
    return any(keyword.key == "page" for each in checks(name) for keyword in each.kwargs)


def optional(name: str) -> set[str]:
    """Return what it does without."""
    return {
        each.node.name
        for each in TREES[name].find_all(nodes.Filter)
        if each.name == "default" and isinstance(each.node, nodes.Name)
    }


def own(name: str) -> set[str]:
    """Return the names that a template has of itself, for those that it includes, too."""
    tree = TREES[name]
    found = {each.name for each in tree.find_all(nodes.Macro)}
    found |= {each.name for each in tree.find_all(nodes.Name) if each.ctx in {"store", "param"}}
    for each in tree.find_all(nodes.FromImport):
        found |= {part if isinstance(part, str) else part[1] for part in each.names}
    return found


def parts(name: str) -> set[str]:
    """Return the templates that one is made of."""
    found = [each.template for each in TREES[name].find_all(nodes.Include)]
    found += [each.template for each in TREES[name].find_all(nodes.Extends)]
    return {
        str(each.value).removeprefix("quart_video/")
        for each in found
        if isinstance(each, nodes.Const)
    }


@cache
def needed(name: str) -> frozenset[str]:
    """Return what it uses, and what its parts need, as far as it has no such thing of itself."""
    used = meta.find_undeclared_variables(TREES[name]) - GLOBALS - optional(name)
    for part in parts(name):
        used |= needed(part)
    return frozenset(used - own(name))


def is_thin(name: str) -> bool:
    """Tell whether it is there for nothing but to be replaced."""
    return f"default/{name}" in TREES


CHECKED = [name for name in TREES if needed(name) and not is_thin(name)]
SMALL = [name for name in CHECKED if name.startswith("_")]


@pytest.mark.parametrize("name", CHECKED)
def test_a_template_says_what_it_uses(name: str) -> None:
    (check,) = checks(name)
    assert check.args[0] == nodes.Const(name)
    assert needs(name) == needed(name)
    beside = any(
        str(each.args[0].value).startswith(".")
        for each in TREES[name].find_all(nodes.Call)
        if each.node == nodes.Name("url_for", "load") and isinstance(each.args[0], nodes.Const)
    )
    assert is_for_pages(name) == beside


def test_the_guide_has_the_needs_of_each_small_part() -> None:
    rows = re.findall(
        r"(?m)^\| `(_\w+\.html)` \|[^|]*\|([^|]*)\|([^|]*)\|$", GUIDE.read_text(encoding="utf-8")
    )
    told = {name: [set(re.findall(r"`(\w+)`", cell)) for cell in cells] for name, *cells in rows}
    assert told == {name: [needs(name), optional(name)] for name in SMALL}


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    (tmp_path / "videos" / "a").mkdir(parents=True)
    for name in ("film.mp4", "other.mp4", "a/b.mp4"):
        (tmp_path / "videos" / name).write_bytes(b"film")
    app = Quart(__name__, template_folder=str(tmp_path / "templates"))
    app.config.update(MEDIA_ROOT=str(tmp_path / "videos"), VIDEO_CACHE=str(tmp_path / "cache"))
    app.register_blueprint(video_bp)
    return app


async def shown(app: Quart, template: str, /, **given: Any) -> str:
    async with app.test_request_context("/"):
        # By itself, as "source" is a parameter of render_template_string().
        made: Any = app.jinja_env.from_string(template)
        return await render_template(made, **given)


@pytest.mark.parametrize("name", CHECKED)
async def test_what_is_not_given_is_named(app: Quart, name: str) -> None:
    for missing in sorted(needs(name)):
        given = dict.fromkeys(needs(name) - {missing}, "")
        with pytest.raises(UndefinedError) as caught:
            await shown(app, f'{{% include "quart_video/{name}" %}}', **given)
        rest = " and the request of a page of a library. " if is_for_pages(name) else ". "
        assert str(caught.value).startswith(f'"quart_video/{name}" needs {missing}{rest}')


async def test_what_is_given_and_yet_is_nothing(app: Quart) -> None:
    with pytest.raises(UndefinedError, match=r'"quart_video/_thumb.html" needs video\. '):
        await shown(
            app, '{% include "quart_video/_thumb.html" %}', video=Undefined(name="x"), drawing=str
        )


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("_card.html", 'take video_card from "quart_video/player.html"'),
        ("_video.html", 'take video_player from "quart_video/player.html"'),
        ("_folder.html", "Give it with render_template(), or around the include by {% with %}."),
        ("base.html", 'your own layout around the pages of the library is "quart_video/base.html"'),
    ],
)
async def test_a_remedy(app: Quart, name: str, remedy: str) -> None:
    with pytest.raises(UndefinedError) as caught:
        await shown(app, f'{{% include "quart_video/{name}" %}}')
    assert remedy in str(caught.value)


async def test_a_page_of_ours_outside_of_a_library(app: Quart) -> None:
    """Its links to what is beside it would lead to what the app has by such a name."""
    source = '{% extends "quart_video/base.html" %}'
    with pytest.raises(UndefinedError) as caught:
        await shown(app, source, title="", crumbs=[], text=str)
    assert "needs the request of a page of a library. In a page of your own" in str(caught.value)


async def test_who_extends_it_is_named(app: Quart, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mine.html").write_text('{% extends "quart_video/base.html" %}')
    async with app.test_request_context("/"):
        with pytest.raises(UndefinedError, match=r'library, which "mine.html" does not give it'):
            await render_template("mine.html", title="", crumbs=[], text=str)


async def test_nothing_is_sent_of_a_page_that_cannot_be_made(app: Quart) -> None:
    sent: list[str] = []
    async with app.test_request_context("/"):
        parts = await stream_template_string('{% extends "quart_video/gallery.html" %}')
        with pytest.raises(UndefinedError):
            await _collect(parts, sent)
    assert "".join(sent) == ""


async def _collect(parts: AsyncIterator[str], sent: list[str]) -> None:
    async for part in parts:
        sent.append(part)  # noqa: PERF401 - what came before it fails


PAGES = ["", "?q=none", "?q=film", "a/", "-/watch/film.mp4", "-/embed/film.mp4", "none"]


@pytest.mark.parametrize("target", PAGES)
async def test_an_app_that_has_what_is_undefined_fail(app: Quart, target: str) -> None:
    path, _, query = target.partition("?")
    app.config["VIDEO_EMBED_ORIGINS"] = "*"
    app.jinja_options = {"undefined": StrictUndefined}
    async with app.test_app():
        sent = await call(app, f"/videos/{path}", headers=HTML, query=query)
    assert sent.status == (404 if path == "none" else 200)
    assert sent.body.endswith(b"</html>")


async def test_pieces_in_an_app_that_has_what_is_undefined_fail(app: Quart) -> None:
    app.jinja_options = {"undefined": StrictUndefined}
    source = (
        '{% from "quart_video/player.html" import video_player, video_grid %}'
        '{{ video_player("film.mp4") }}{{ video_grid(["other.mp4"]) }}'
    )
    assert "other.mp4" in await shown(app, source)
