"""The command ``quart-video``: the library of one folder, for who has no app to put it in."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from quart_video import ConfigurationError, Settings, __version__
from quart_video.cli.checking import check_options, report_check
from quart_video.cli.libraries import Target
from quart_video.cli.listing import list_options, list_videos, listed
from quart_video.cli.listing import scan as scan_videos
from quart_video.cli.output import tell
from quart_video.cli.preparing import Asked, prepare_options, prepare_videos
from quart_video.command import serving
from quart_video.command.folder_app import (
    Given,
    given_folder,
    log_for_command,
    make_app,
    mount_of,
)
from quart_video.command.option_names import for_command
from quart_video.servers.listening import PORT, CannotListenError, is_loopback, listen

_DIR = click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)


@click.group()
@click.version_option(package_name="quart-video")
@click.pass_context
def main(context: click.Context) -> None:
    """List, check and stream the videos of a folder, without an app.

    Every setting can be given in the environment, as QUART_VIDEO_PAGE_SIZE=20.
    """
    context.call_on_close(log_for_command("%(message)s", {"MEDIA_ROOT": "DIR"}))


@main.command(short_help="Index the videos in DIR now.")
@_DIR
def scan(folder: Path) -> None:
    """Index the videos in DIR now, so that nobody has to wait for that.

    Where `quart-video serve` runs, it finds them by itself.
    """
    scan_videos([_target(folder)])


@main.command("list", short_help="List the videos in DIR.")
@_DIR
@click.argument("below", metavar="[FOLDER]", default="")
@list_options
def list_(folder: Path, below: str, **options: Any) -> None:
    """List the videos in DIR, or in FOLDER there.

    Each line has duration, where it is known, size, date and path.
    """
    list_videos([_target(folder)], listed(below, **options))


@main.command(short_help="Make posters, storyboards and the like ahead of time.")
@_DIR
@click.argument("path", metavar="[PATH]", default="")
@prepare_options
def prepare(folder: Path, path: str, **options: Any) -> None:
    """Make posters, storyboards and the like of the videos in DIR, or of PATH there.

    What is there already is kept, so it can be ended and called again at any time. The exit status
    is 1 where something cannot be made.
    """
    prepare_videos([_target(folder)], Asked(path.strip("/"), **options))


@main.command(short_help="Say which videos in DIR do not work.")
@_DIR
@check_options
def check(folder: Path, processes: int | None, html: Path | None) -> None:
    """Make all there is of the videos in DIR, and say what cannot be made.

    What is made is thrown away. Where ffprobe is installed, it is told in what it disagrees. The
    exit status is 1 where something cannot be made.
    """
    report_check([_target(folder)], folder, processes, html)


@main.command(short_help="Say what is installed, what of it works, and what to do.")
@click.argument("folder", metavar="[DIR]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write one object of JSON.")
@click.pass_context
def doctor(context: click.Context, folder: str | None, *, as_json: bool) -> None:
    """Look at what is installed, and try whether it works: with DIR, for the videos in it.

    What it writes, it deletes again. The exit status is 1 where something fails without which no
    videos can be served.
    """
    # Loaded here: what it tries takes longer to load than the other commands.
    from quart_video.command import doctor as examining  # noqa: PLC0415

    logging.disable()  # what would be logged is among the findings
    context.call_on_close(partial(logging.disable, logging.NOTSET))
    findings: list[examining.Finding] = []

    def noted() -> Iterator[examining.Finding]:
        for each in examining.examine(folder):
            findings.append(each)
            yield each

    if as_json:
        tell(examining.as_json(list(noted()), __version__))
    else:
        style = _plainly if "NO_COLOR" in os.environ else click.style
        for line in examining.as_text(noted(), style):
            tell(line)
    if examining.has_failed(findings):
        raise SystemExit(1)


def _plainly(text: str, **_: Any) -> str:
    return text


def _target(folder: Path) -> Target:
    """Return the library of a folder, the very same that ``serve`` serves."""
    given = Given(given_folder(folder))
    app = make_app(given)
    return Target(app, mount_of(app), partial(for_command, options=given.options))


@main.command(short_help="Serve the videos in DIR, to this machine or to a network.")
@_DIR
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 is all of this machine's.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=f"Port to listen on.  [default: the first that is free from {PORT} on]",
)
@click.option("--title", help="Name of the library; else that of the folder.")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that serve; more make use of more processors.",
)
@click.option("--sitemap", "has_sitemap", is_flag=True, help="Name all videos to search engines.")
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@click.option(
    "--qr/--no-qr",
    default=None,
    help="Draw its address as a QR code.  [default: on a terminal, with --host]",
)
def serve(
    folder: Path,
    host: str,
    port: int | None,
    title: str | None,
    workers: int,
    *,
    has_sitemap: bool,
    opens: bool,
    qr: bool | None,
) -> None:
    """Serve the videos in DIR, to this machine alone unless --host says otherwise."""
    is_local = is_loopback(host)
    if qr and is_local:
        raise click.UsageError(f"--qr: no phone can reach {host}. Add --host 0.0.0.0")
    given = Given(given_folder(folder), title, is_local, has_sitemap=has_sitemap)
    try:
        settings = asyncio.run(_settings(given))
        listening = listen(host, port)
    except ConfigurationError as error:
        raise click.ClickException(for_command(str(error), given.options)) from error
    except CannotListenError as error:
        raise click.ClickException(str(error)) from error
    if port is None and listening.port != PORT:
        click.echo(f"The port {PORT} is taken, so it is {listening.port}.", err=True)
    if settings.cache is not None:  # the processes that serve have another working directory
        given = replace(given, cache=os.path.abspath(os.path.expanduser(settings.cache)))
    raise SystemExit(serving.run(given, settings, listening, workers=workers, opens=opens, qr=qr))


async def _settings(given: Given) -> Settings:
    """Return the settings of the library, which can be opened.

    :raises ConfigurationError: it cannot.
    """
    app = make_app(given)
    mount = mount_of(app)
    settings = (await mount.library(app)).settings
    await mount.close()
    return settings


if __name__ == "__main__":
    main(prog_name="quart-video")
