"""``check``: whether a collection works."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from quart_video.catalogue import natural_key
from quart_video.cli.libraries import Target, derivatives_of, use
from quart_video.cli.output import ProgressDisplay, is_seen, tell
from quart_video.library.check_report import contact_sheet, summary
from quart_video.library.collection_check import Checked, check
from quart_video.library.ffprobe import find_ffprobe
from quart_video.library.library import Library
from quart_video.web.formatting import for_terminal


def check_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of ``check``."""
    for option in (
        click.option("--processes", type=click.IntRange(1, 64), help="Videos to check at once."),
        click.option(
            "--html",
            type=click.Path(dir_okay=False, writable=True, path_type=Path),
            help="Write a page with all posters to this file.",
        ),
    ):
        command = option(command)
    return command


def report_check(
    targets: Sequence[Target], folder: Path | None, processes: int | None, html: Path | None
) -> None:
    """Check libraries, and write the report.

    :param folder: is checked in place of what is in them, and nothing of it is kept.
    :raises SystemExit: something cannot be made.
    :raises ClickException: a library cannot be used, or the report not be written.
    """
    checked: list[Checked] = []
    ffprobe = find_ffprobe()
    with TemporaryDirectory(prefix="quart-video-") as cache:
        for target in targets:
            if folder is not None:
                target.mount.change(media_root=str(folder.absolute()), cache=cache, survey=False)
            if processes is not None:
                target.mount.change(media_processes=processes)
            checked += use(target, lambda library: _check(library, ffprobe))
    checked.sort(key=lambda each: natural_key(each.path))
    for line in summary(checked, ffprobe=ffprobe is not None):
        tell(for_terminal(line) if is_seen(sys.stdout) else line)
    if html is not None:
        try:
            html.write_text(contact_sheet(checked, str(folder or "Videos")), "utf-8", "replace")
        except OSError as error:
            raise click.ClickException(f"{html} cannot be written: {error.strerror}") from error
        tell(f"All posters are in {for_terminal(str(html))}")
    if any(each.problems for each in checked):
        raise SystemExit(1)


async def _check(library: Library, ffprobe: str | None) -> list[Checked]:
    """Check one library.

    :raises ConfigurationError: nothing in it can be looked into.
    :raises StorageError: its videos cannot be listed.
    """
    derivatives = derivatives_of(library)
    checked: list[Checked] = []
    total = 0

    def begin(found: int) -> None:
        nonlocal total
        total = found

    with ProgressDisplay("videos") as display:
        async with aclosing(check(library, derivatives, ffprobe=ffprobe, begin=begin)) as each_one:
            async for each in each_one:
                checked.append(each)
                display.show(len(checked), max(total, len(checked)))
    return checked
