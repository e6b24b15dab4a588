"""What commands write: what was found, and how far they are."""

from __future__ import annotations

import sys
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Self, TextIO

import click

from quart_video.web.formatting import for_terminal

SELDOM = 10.0
"""Seconds between two lines that say how far it is, for a log."""


def is_seen(stream: TextIO | None) -> bool:
    """Say whether a stream, which may have been closed before we began, is a terminal."""
    return stream is not None and stream.isatty()


def tell(found: str) -> None:
    """Write a line of what was found.

    :raises ClickException: it cannot be written, as on a full disk.
    """
    try:
        click.echo(found)
    except BrokenPipeError:
        raise  # nobody reads on: Click ends quietly then
    except OSError as error:
        raise click.ClickException(f"What was found cannot be written: {error.strerror}") from error


def remark(text: str) -> None:
    """Write a line beside what was found, for who reads along; where it cannot be, none does."""
    try:
        click.echo(for_terminal(text), err=True)
    except BrokenPipeError:
        raise  # who reads along has ended us
    except OSError:
        return


def hint(text: str) -> None:
    """Write a line that helps who looks at a terminal, and would be in the way of a program."""
    if is_seen(sys.stderr):
        remark(text)


class ProgressDisplay:
    """Says how far something is: a bar on a terminal, and a line now and then elsewhere.

    :param what: is counted, in the plural.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Any = None
        self._told = monotonic()

    def __enter__(self) -> Self:
        if is_seen(sys.stderr):
            self._bar = click.progressbar(
                length=0, file=sys.stderr, show_pos=True, item_show_func=lambda now: now or ""
            )
            self._bar.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            with suppress(OSError):
                self._bar.__exit__(kind, error, traceback)

    def show(self, done: int, total: int, now: str = "") -> None:
        """Say that so much is done.

        :param now: what is being done.
        """
        if self._bar is not None:
            self._bar.length = total
            with suppress(OSError):  # the terminal has gone
                self._bar.update(done - self._bar.pos, for_terminal(now))
                self._bar.render_progress()  # which update does only where more is done
        elif monotonic() - self._told >= SELDOM:
            self._told = monotonic()
            remark(f"{done:,} of {total:,} {self._what}{now and '; '}{now}")
