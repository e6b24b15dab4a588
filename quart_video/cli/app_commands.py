"""Commands of an app with a library: ``quart video ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from quart_video.cli.checking import check_options, report_check
from quart_video.cli.libraries import targets_of
from quart_video.cli.listing import list_options, list_videos, listed, scan
from quart_video.cli.preparing import Asked, prepare_options, prepare_videos


@click.command("scan")
@click.pass_context
def scan_command(context: click.Context) -> None:
    """Index the library now, so that nobody has to wait for that.

    What is found is kept, in VIDEO_CACHE. Where a server runs, it finds them by itself.
    """
    scan(targets_of(context))


@click.command("list")
@click.argument("folder", default="")
@list_options
@click.pass_context
def list_command(context: click.Context, /, folder: str, **options: Any) -> None:
    """List the videos in FOLDER, or in the library.

    Each line has duration, where it is known, size, date and path.
    """
    list_videos(targets_of(context), listed(folder, **options))


@click.command("prepare")
@click.argument("path", default="")
@prepare_options
@click.pass_context
def prepare_command(context: click.Context, /, path: str, **options: Any) -> None:
    """Make posters, storyboards and the like of all videos, or of PATH in the library.

    What is there already is kept, so it can be ended and called again at any time. The exit status
    is 1 where something cannot be made.
    """
    prepare_videos(targets_of(context), Asked(path.strip("/"), **options))


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
    targets = targets_of(context)
    report_check(targets[:1] if folder else targets, folder, processes, html)


commands = (scan_command, list_command, prepare_command, check_command)
