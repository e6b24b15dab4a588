"""The command ``quart-video``: the library of one folder, for who has no app to put it in."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import click

from quart_video import ConfigurationError, Settings
from quart_video.cli import check_options, report_check
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
def main() -> None:
    """List, check and stream the videos of a folder, without an app.

    Every setting can be given in the environment, as QUART_VIDEO_PAGE_SIZE=20.
    """
    log_for_command("%(message)s", {"MEDIA_ROOT": "DIR"})


@main.command()
@_DIR
@check_options
def check(folder: Path, processes: int | None, html: Path | None) -> None:
    """Make all there is of the videos in DIR, and say what cannot be made.

    What is made is thrown away. Where ffprobe is installed, it is told in what it disagrees. The
    exit status is 1 where something cannot be made.
    """
    app = make_app(Given(given_folder(folder)))
    report_check([(app, mount_of(app))], folder, processes, html)


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
    opens: bool,
    qr: bool | None,
) -> None:
    """Serve the videos in DIR, to this machine alone unless --host says otherwise."""
    is_local = is_loopback(host)
    if qr and is_local:
        raise click.UsageError(f"--qr: no phone can reach {host}. Add --host 0.0.0.0")
    given = Given(given_folder(folder), title, is_local)
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
    main()
