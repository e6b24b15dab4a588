"""Commands of an app with a library: ``quart video ...``."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO, TypeVar

import click
from quart import Quart
from quart.cli import ScriptInfo

from quart_video.catalogue import SORTS, Item, Page, Query, Sort, natural_key
from quart_video.library.background_probe import Report, prepare
from quart_video.library.check_report import contact_sheet, summary
from quart_video.library.collection_check import Checked, check
from quart_video.library.ffprobe import find_ffprobe
from quart_video.library.library import Library
from quart_video.library.mount import Mount
from quart_video.library.state import app_state
from quart_video.media import DerivativeService
from quart_video.settings import ConfigurationError
from quart_video.storage.base import NotFound, StorageError
from quart_video.web.formatting import for_terminal, format_date, format_duration, format_size
from quart_video.web.serializers import iso_time

T = TypeVar("T")

_MOST_TOLD = 20
_POLL = 0.1  # seconds


def _mounts(context: click.Context) -> Iterator[tuple[Quart, Mount]]:
    """Yield what a command is about: the libraries of the blueprint that it is called by."""
    app = context.ensure_object(ScriptInfo).load_app()
    group = context.parent.info_name if context.parent else None
    mounts = app_state(app).mounts
    ours = [mount for name, mount in mounts.items() if name.rpartition(".")[2] == group]
    for mount in ours or mounts.values():
        yield app, mount


def _use(app: Quart, mount: Mount, use: Callable[[Library], Awaitable[T]]) -> T:
    """Return what is made of a library.

    :raises ClickException: it cannot be used.
    """

    async def run() -> T:
        try:
            return await use(await mount.library(app))
        finally:
            await mount.close()

    try:
        return asyncio.run(run())
    except (ConfigurationError, StorageError) as error:
        raise click.ClickException(for_terminal(str(error))) from error


def _tell(found: str) -> None:
    """Write a line of what was found.

    :raises ClickException: it cannot be written, as on a full disk.
    """
    try:
        click.echo(found)
    except BrokenPipeError:
        raise  # nobody reads on: Click ends quietly then
    except OSError as error:
        raise click.ClickException(f"What was found cannot be written: {error.strerror}") from error


def is_seen(stream: TextIO | None) -> bool:
    """Say whether a stream, which may have been closed before we began, is a terminal."""
    return stream is not None and stream.isatty()


def _bar() -> Any:
    """Return a bar, which is seen where somebody looks."""
    shown = sys.stderr if is_seen(sys.stderr) else io.StringIO()
    return click.progressbar(length=0, file=shown, show_pos=True)


@click.command("scan")
@click.pass_context
def scan_command(context: click.Context) -> None:
    """Find all videos, so that nobody has to wait for that.

    What is found is kept, in VIDEO_CACHE. Where a server runs, it finds them by itself.
    """
    for app, mount in _mounts(context):
        found, left = _use(app, mount, _scan)
        size = _plain(format_size(found.total_size or 0))
        _tell(f"Found {found.total:,} videos, {size}")
        if left:
            raise click.ClickException(f"{left} folders could not be read. Call it again later.")


async def _scan(library: Library) -> tuple[Page, int]:
    """Return what there is, and how many folders could not be read."""
    left = 0
    with _bar() as bar:
        async for progress in library.catalogue.scan():
            bar.length = progress.folders
            bar.update(progress.read - bar.pos)
            left = progress.folders - progress.read
    return await library.catalogue.page(Query(recursive=True, limit=1)), left


@click.command("list")
@click.argument("folder", default="")
@click.option("--recursive", "-r", is_flag=True, help="Also what is in the folders below.")
@click.option("--search", "-q", "q", default="", metavar="WORDS", help="What has all these words.")
@click.option("--sort", type=click.Choice(SORTS), help="By what; with a minus, the other way.")
@click.option("--type", "kind", default="", metavar="TYPE", help="Such as mp4, or video/mp4.")
@click.option("--limit", type=click.IntRange(1), help="How many videos at most.")
@click.option("--json", "as_json", is_flag=True, help="One object of JSON on each line.")
@click.pass_context
def list_command(
    context: click.Context,
    *,
    folder: str,
    q: str,
    sort: Sort | None,
    kind: str,
    recursive: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the videos in FOLDER, or in the library.

    Each line has duration, where it is known, size, date and path.
    """
    query = Query(folder.strip("/"), q, recursive or bool(q), kind, sort=sort)
    write = _as_json if as_json else _as_text
    for app, mount in _mounts(context):
        _use(app, mount, lambda library: _list(library, query, limit, write))


async def _list(
    library: Library, query: Query, limit: int | None, write: Callable[[Item], str]
) -> None:
    try:
        page = await library.catalogue.page(replace(query, limit=1))
    except NotFound as error:
        raise click.ClickException(f"There is no folder {query.folder!r}") from error
    while page.scanning and query.recursive:
        await asyncio.sleep(_POLL)
        page = await library.catalogue.page(replace(query, limit=1))
    async for folder in library.catalogue.every_folder(query):
        _tell(write(Item(folder, ())))
    left = limit
    async for item in library.catalogue.every(query):
        if left == 0:
            break
        left = None if left is None else left - 1
        _tell(write(item))


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


@click.command("prepare")
@click.option("--processes", type=click.IntRange(1, 64), help="How many to look into at once.")
@click.option("--retry", is_flag=True, help="Try again what has failed before.")
@click.pass_context
def prepare_command(context: click.Context, processes: int | None, *, retry: bool) -> None:
    """Make posters, storyboards and the like of all videos.

    What is there already is kept, so it can be ended and called again at any time.
    """
    for app, mount in _mounts(context):
        if processes is not None:
            mount.change(media_processes=processes)
        reports = _use(app, mount, lambda library: _prepare(library, retry=retry))
        problems = [report for report in reports if report.problem is not None]
        _tell(f"Looked into {len(reports)} of {len(reports)} videos")
        for report in problems[:_MOST_TOLD]:
            click.echo(for_terminal(f"{report.path}: {report.problem}"), err=True)
        if len(problems) > _MOST_TOLD:
            click.echo(f"... and {len(problems) - _MOST_TOLD} more", err=True)


async def _prepare(library: Library, *, retry: bool) -> list[Report]:
    """Prepare one library, with a bar where somebody looks.

    :raises ConfigurationError: nothing in it can be looked into.
    :raises StorageError: its videos cannot be listed.
    """
    derivatives = _derivatives_of(library)
    reports: list[Report] = []
    with _bar() as bar:

        def begin(total: int) -> None:
            bar.length = total

        async for report in prepare(library, derivatives, retry=retry, begin=begin):
            reports.append(report)
            bar.update(1)
    return reports


def check_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what the command that checks a folder takes, wherever it is called from."""
    for option in (
        click.option("--processes", type=click.IntRange(1, 64), help="How many at once."),
        click.option(
            "--html",
            type=click.Path(dir_okay=False, writable=True, path_type=Path),
            help="Write a page with all posters to this file.",
        ),
    ):
        command = option(command)
    return command


@click.command("check")
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@check_options
@click.pass_context
def check_command(
    context: click.Context, folder: Path | None, processes: int | None, html: Path | None
) -> None:
    """Make all there is of the videos in FOLDER, or in the library, and say what cannot be made.

    What is made of FOLDER is thrown away. Where ffprobe is installed, it is told in what it
    disagrees. The exit status is 1 where something cannot be made.
    """
    mounts = list(_mounts(context))
    report_check(mounts[:1] if folder else mounts, folder, processes, html)


def report_check(
    mounts: Sequence[tuple[Quart, Mount]],
    folder: Path | None,
    processes: int | None,
    html: Path | None,
) -> None:
    """Check libraries, and write the report.

    :param folder: is checked in place of what is in them, and nothing of it is kept.
    :raises SystemExit: something cannot be made.
    :raises ClickException: a library cannot be used, or the report not be written.
    """
    checked: list[Checked] = []
    ffprobe = find_ffprobe()
    with TemporaryDirectory(prefix="quart-video-") as cache:
        for app, mount in mounts:
            if folder is not None:
                mount.change(media_root=str(folder.absolute()), cache=cache, survey=False)
            if processes is not None:
                mount.change(media_processes=processes)
            checked += _use(app, mount, lambda library: _check(library, ffprobe))
    checked.sort(key=lambda each: natural_key(each.path))
    for line in summary(checked, ffprobe=ffprobe is not None):
        _tell(for_terminal(line) if is_seen(sys.stdout) else line)
    if html is not None:
        try:
            html.write_text(contact_sheet(checked, str(folder or "Videos")), "utf-8", "replace")
        except OSError as error:
            raise click.ClickException(f"{html} cannot be written: {error.strerror}") from error
        _tell(f"All posters are in {for_terminal(str(html))}")
    if any(each.problems for each in checked):
        raise SystemExit(1)


async def _check(library: Library, ffprobe: str | None) -> list[Checked]:
    """Check one library, with a bar where somebody looks.

    :raises ConfigurationError: nothing in it can be looked into.
    :raises StorageError: its videos cannot be listed.
    """
    derivatives = _derivatives_of(library)
    checked: list[Checked] = []
    with _bar() as bar:

        def begin(total: int) -> None:
            bar.length = total

        async for each in check(library, derivatives, ffprobe=ffprobe, begin=begin):
            checked.append(each)
            bar.update(1)
    return checked


def _derivatives_of(library: Library) -> DerivativeService:
    """Return what looks into the videos of a library.

    :raises ConfigurationError: nothing does.
    """
    if library.derivatives is None:
        raise ConfigurationError(
            'Nothing looks into videos. Install the extra: pip install "quart-video[media]". '
            "If it is there, VIDEO_MEDIA_PROCESSES is 0."
        )
    return library.derivatives


commands = (scan_command, list_command, prepare_command, check_command)
