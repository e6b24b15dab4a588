"""``scan`` and ``list``: what there is."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import click

from quart_video.catalogue import SORTS, Item, Page, Query, Sort
from quart_video.cli.libraries import Target, use
from quart_video.cli.output import ProgressDisplay, hint, is_seen, tell
from quart_video.library.library import Library
from quart_video.storage.base import NotFound
from quart_video.web.formatting import for_terminal, format_date, format_duration, format_size
from quart_video.web.serializers import iso_time

_POLL = 0.1  # seconds


def scan(targets: Sequence[Target]) -> None:
    """Find all videos of libraries, and keep what is found.

    :raises ClickException: some folders cannot be read.
    """
    for target in targets:
        found, left = use(target, _scan)
        size = _plain(format_size(found.total_size or 0))
        tell(f"Found {found.total:,} videos, {size}")
        if left:
            raise click.ClickException(f"{left} folders could not be read. Call it again later.")


async def _scan(library: Library) -> tuple[Page, int]:
    """Return what there is, and how many folders could not be read."""
    left = 0
    with ProgressDisplay("folders") as display:
        async for progress in library.catalogue.scan():
            display.show(progress.read, progress.folders)
            left = progress.folders - progress.read
    return await library.catalogue.page(Query(recursive=True, limit=1)), left


@dataclass(frozen=True, slots=True)
class Listed:
    """What is to be listed, and how."""

    query: Query
    limit: int | None
    """Most videos."""
    as_json: bool


def list_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of ``list``, which :func:`listed` takes."""
    sorts = click.Choice(SORTS)
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Write JSON, an object on each line."),
        click.option("--limit", type=click.IntRange(1), help="Most videos to list."),
        click.option("--type", "kind", default="", metavar="TYPE", help="mp4, or video/mp4."),
        click.option("--sort", type=sorts, help="Sort by this; the prefix - reverses."),
        click.option(
            *("--search", "-q", "q"),
            default="",
            metavar="WORDS",
            help="Only videos that match all words.",
        ),
        click.option("--recursive", "-r", is_flag=True, help="Include subfolders."),
    ):
        command = option(command)
    return command


def listed(
    folder: str,
    *,
    q: str,
    sort: Sort | None,
    kind: str,
    recursive: bool,
    limit: int | None,
    as_json: bool,
) -> Listed:
    """Return what these options ask for."""
    query = Query(folder.strip("/"), q, recursive or bool(q), kind, sort=sort)
    return Listed(query, limit, as_json)


def list_videos(targets: Sequence[Target], asked: Listed) -> None:
    """List videos of libraries.

    :raises ClickException: there is no such folder.
    """
    for target in targets:
        use(target, lambda library: _list(library, asked))


async def _list(library: Library, asked: Listed) -> None:
    query = asked.query
    write = _as_json if asked.as_json else _as_text
    try:
        page = await library.catalogue.page(replace(query, limit=1))
    except NotFound as error:
        raise click.ClickException(f"There is no folder {query.folder!r}") from error
    while page.scanning and query.recursive:
        await asyncio.sleep(_POLL)
        page = await library.catalogue.page(replace(query, limit=1))
    async for folder in library.catalogue.every_folder(query):
        tell(write(Item(folder, ())))
    count = unknown = 0
    async for item in library.catalogue.every(query):
        if count == asked.limit:
            break
        count += 1
        unknown += item.duration is None
        tell(write(item))
    if count == 0:
        hint("No video matches." if query.q or query.type else "There are no videos here.")
    elif unknown and query.order in ("duration", "-duration"):
        hint(f"Not known is how long {unknown:,} of them last. The command prepare finds it out.")


def _as_text(item: Item) -> str:
    path, facts = item.entry.path, item.entry.facts
    shown = for_terminal(path) if is_seen(sys.stdout) else path
    if facts is None:
        return f"{'':33}{shown}/"
    duration = "" if item.duration is None else format_duration(item.duration)
    date = _plain(format_date(iso_time(facts.modified_ns)))
    return f"{duration:>8}  {_plain(format_size(facts.size)):>9}  {date:>11}  {shown}"


def _plain(text: str) -> str:
    """Return what was made for a page without what keeps it in one line there."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _as_json(item: Item) -> str:
    path, facts = item.entry.path, item.entry.facts
    if facts is None:
        return json.dumps({"folder": path}, ensure_ascii=False)
    modified = iso_time(facts.modified_ns)
    known = {"path": path, "size": facts.size, "modified": modified, "duration": item.duration}
    return json.dumps(known, ensure_ascii=False)
