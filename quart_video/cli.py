"""Commands of an app with a library: ``quart video ...``."""

from __future__ import annotations

import asyncio
import io
import sys

import click
from quart import Quart
from quart.cli import ScriptInfo

from quart_video.formatting import for_terminal
from quart_video.mounts import Mount, app_state
from quart_video.settings import ConfigurationError
from quart_video.storage.base import StorageError
from quart_video.survey import Report, prepare

_MOST_TOLD = 20


@click.command("prepare")
@click.option("--processes", type=click.IntRange(1, 64), help="How many to look into at once.")
@click.option("--retry", is_flag=True, help="Try again what has failed before.")
@click.pass_context
def prepare_command(context: click.Context, processes: int | None, *, retry: bool) -> None:
    """Make posters, storyboards and the like of all videos.

    What is there already is kept, so it can be ended and called again at any time.
    """
    app = context.ensure_object(ScriptInfo).load_app()
    group = context.parent.info_name if context.parent else None
    mounts = app_state(app).mounts
    ours = [mount for name, mount in mounts.items() if name.rpartition(".")[2] == group]
    for mount in ours or mounts.values():
        try:
            reports = asyncio.run(_prepare(app, mount, processes, retry=retry))
        except (ConfigurationError, StorageError) as error:
            raise click.ClickException(str(error)) from error
        problems = [report for report in reports if report.problem is not None]
        click.echo(f"Looked into {len(reports)} of {len(reports)} videos")
        for report in problems[:_MOST_TOLD]:
            click.echo(for_terminal(f"{report.path}: {report.problem}"), err=True)
        if len(problems) > _MOST_TOLD:
            click.echo(f"... and {len(problems) - _MOST_TOLD} more", err=True)


async def _prepare(app: Quart, mount: Mount, processes: int | None, *, retry: bool) -> list[Report]:
    """Prepare one library, with a bar where somebody looks.

    :raises ConfigurationError: the library cannot be used, or nothing in it be looked into.
    :raises StorageError: its videos cannot be listed.
    """
    if processes is not None:
        mount.change(media_processes=processes)
    library = await mount.library(app)
    try:
        if library.studio is None:
            raise ConfigurationError(
                'Nothing looks into videos. Install the extra: pip install "quart-video[media]". '
                "If it is there, VIDEO_MEDIA_PROCESSES is 0."
            )
        reports: list[Report] = []
        shown = sys.stderr if sys.stderr.isatty() else io.StringIO()
        with click.progressbar(length=0, file=shown) as bar:

            def begin(total: int) -> None:
                bar.length = total

            async for report in prepare(library, library.studio, retry=retry, begin=begin):
                reports.append(report)
                bar.update(1)
        return reports
    finally:
        await mount.close()
