"""Errors and warnings, in the words of who typed the command. Pure.

Below, all speak of ``app.config``. Who types a command has none: they have set options, and
variables of the environment.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import suppress

import click

from quart_video.library.config_keys import ENVIRONMENT
from quart_video.settings import table

_KEYS = "|".join(sorted((row.metadata["key"] for row in table()), key=len, reverse=True))
_NAMED = re.compile(
    r'app\.config\["(?P<config>\w+)"\]'
    r"|app\.(?P<secret>secret_key)\b"
    rf"|(?<!\w)(?P<key>{_KEYS})(?!\w)"
)


def for_command(text: str, options: Mapping[str, str]) -> str:
    """Name options and variables where *text* names keys of a configuration.

    :param options: what was typed for a key, as ``{"VIDEO_TITLE": "--title"}``; the values of all
        others come out of the environment.
    """

    def name(match: re.Match[str]) -> str:
        key = (match["config"] or match["secret"] or match["key"]).upper()
        return options.get(key, f"{ENVIRONMENT}{key}")

    return _NAMED.sub(name, text)


class CommandHandler(logging.Handler):
    """Writes what is logged in these words, to standard error as it is by then.

    :param form: as :class:`logging.Formatter` takes it.
    :param options: see :func:`for_command`.
    """

    def __init__(self, form: str, options: Mapping[str, str]) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(form))
        self._options = options

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, if it can be written."""
        with suppress(OSError):
            click.echo(for_command(self.format(record), self._options), err=True)
