"""``prepare``: all that can be made of videos is made before anybody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import click

from quart_video.cli.libraries import Target, derivatives_of, use
from quart_video.cli.output import ProgressDisplay, remark, tell
from quart_video.library.background_probe import Report, prepare
from quart_video.library.library import Library
from quart_video.library.mp4_preparation import Mp4Preparation
from quart_video.library.problem_words import problem_in_words
from quart_video.storage.base import NotFound

_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be prepared, and how."""

    path: str
    """Of a folder or a video in the library; ``""``: all of it."""
    processes: int | None
    retry: bool
    """Whether to try again what has failed."""
    mp4: bool
    """Whether to make MP4s ready, too."""


@dataclass(slots=True)
class Outcome:
    """What came of the videos of a library."""

    total: int = 0
    done: int = 0
    failed: list[Report] = field(default_factory=list)
    """The first of those of which something could not be made."""
    failures: int = 0
    mp4: Mp4Preparation | None = None
    """What has made MP4s ready; ``None``: nobody was asked to."""
    unkept: str | None = None
    """Why what was made could not be kept."""

    def add(self, report: Report) -> None:
        """Count a video."""
        self.done += 1
        if report.problem is not None:
            self.failures += 1
            if len(self.failed) < _MOST_TOLD:
                self.failed.append(report)


def prepare_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of ``prepare``."""
    for option in (
        click.option(
            "--mp4",
            is_flag=True,
            help="Also make the MP4s of those that not all browsers play, with their sound.",
        ),
        click.option("--retry", is_flag=True, help="Try again what has failed before."),
        click.option(
            "--processes", type=click.IntRange(1, 64), help="Videos to look into at once."
        ),
    ):
        command = option(command)
    return command


def prepare_videos(targets: Sequence[Target], asked: Asked) -> None:
    """Prepare the videos of libraries.

    :raises SystemExit: something could not be made, with status 1; or a signal has ended it.
    :raises ClickException: a library cannot be used.
    """
    is_well = True
    for target in targets:
        if asked.processes is not None:
            target.mount.change(media_processes=asked.processes)
        outcome = Outcome()
        try:
            use(target, partial(_prepare, asked, outcome))
        except SystemExit:
            remark(
                f"Ended after {outcome.done:,} of {outcome.total:,} videos. What was made is kept, "
                "and the next call goes on there."
            )
            raise
        is_well &= _report(outcome, target.in_words)
    if not is_well:
        raise SystemExit(1)


async def _prepare(asked: Asked, outcome: Outcome, library: Library) -> None:
    """Prepare one library.

    :raises ConfigurationError: nothing in it can be looked into.
    :raises StorageError: its videos cannot be listed.
    """
    derivatives = derivatives_of(library)

    def begin(total: int) -> None:
        outcome.total = total

    with ProgressDisplay("videos") as display:

        def told(path: str, part: float) -> None:
            total = max(outcome.total, outcome.done)
            display.show(outcome.done, total, f"{path}: {part:.0%} of its sound")

        if asked.mp4:
            room = await derivatives.room()
            outcome.mp4 = Mp4Preparation(library, room, retry=asked.retry, told=told)
        reports = prepare(
            library,
            derivatives,
            below=asked.path,
            retry=asked.retry,
            mp4=outcome.mp4,
            begin=begin,
        )
        try:
            async with aclosing(reports):
                async for report in reports:
                    outcome.add(report)
                    display.show(outcome.done, max(outcome.total, outcome.done))
        except NotFound as error:
            raise click.ClickException(f"There is no folder or video {asked.path!r}") from error
    outcome.unkept = derivatives.unkept


def _report(outcome: Outcome, in_words: Callable[[str], str]) -> bool:
    """Say what came of a library, and return whether all of it could be made."""
    made = outcome.done - outcome.failures
    tell(f"Prepared {made:,} of {outcome.done:,} videos")
    if outcome.mp4 is not None:
        tell(f"{outcome.mp4.ready:,} of {outcome.mp4.wanted:,} MP4s are ready")
    for report in outcome.failed:
        remark(f"{report.path}: {in_words(problem_in_words(report.problem or ''))}")
    if outcome.failures > len(outcome.failed):
        remark(f"... and {outcome.failures - len(outcome.failed):,} more")
    if outcome.unkept is not None:
        remark(in_words(f"VIDEO_CACHE cannot be written, so nothing is kept: {outcome.unkept}"))
    return outcome.failures == 0 and outcome.unkept is None
