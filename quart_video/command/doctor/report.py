"""The findings, for people and for programs, without anything that is secret. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from quart_video.command.doctor.finding import Finding
from quart_video.library.config_keys import ENVIRONMENT
from quart_video.settings import table
from quart_video.web.formatting import for_terminal

_HIDDEN = "..."
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@|(?<=\w)\?[\w%~.-]+=\S*")
_SECRET_NAME = re.compile("SECRET|PASSWORD|TOKEN|CREDENTIAL|ACCESS_KEY|SIGNING_KEY")
_SHORTEST = 4
"""Characters of a value that is a secret; shorter ones would hide half of what is told."""

_COLORS = {"ok": "green", "warning": "yellow", "failure": "red"}


def secrets_of(environment: Mapping[str, str]) -> set[str]:
    """Return what no report may hold: the values of variables that are secret, and all in them."""
    shown_never = {
        f"{ENVIRONMENT}{row.metadata['key']}" for row in table() if row.metadata["show"] is None
    }
    found: set[str] = set()
    for name, value in environment.items():
        parts = name.partition("__")[0]  # QUART_VIDEO_STORE_OPTIONS__endpoint
        if parts in shown_never or _SECRET_NAME.search(name):
            try:
                found |= set(_texts(json.loads(value)))
            except ValueError:
                found.add(value)
    return {text for text in found if len(text) >= _SHORTEST}


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def without_secrets(findings: Iterable[Finding], secrets: Iterable[str]) -> list[Finding]:
    """Return the findings with all taken out that is secret."""
    longest_first = sorted(secrets, key=len, reverse=True)

    def hide(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, _HIDDEN)
        return _CREDENTIALS.sub(_HIDDEN, text)

    return [
        replace(each, told=hide(each.told), remedy=hide(each.remedy), check=hide(each.check))
        for each in findings
    ]


def has_failed(findings: Iterable[Finding]) -> bool:
    """Say whether there is a failure among the findings."""
    return any(each.state == "failure" for each in findings)


def as_json(findings: Sequence[Finding], version: str) -> str:
    """Return the report for programs."""
    checks = [
        {"check": each.check, "state": each.state, "told": each.told, "remedy": each.remedy or None}
        for each in findings
    ]
    worst = max((each.state for each in findings), key=list(_COLORS).index, default="ok")
    return json.dumps({"version": version, "state": worst, "checks": checks}, indent=2)


def as_text(findings: Iterable[Finding], style: Callable[..., str] = click.style) -> Iterable[str]:
    """Yield the lines of the report for people."""
    counted: Counter[str] = Counter()
    for each in findings:
        counted[each.state] += 1
        state = style(f"{each.state:8}", fg=_COLORS[each.state])
        yield f"{state} {for_terminal(f'{each.check}: {each.told}')}"
        for line in each.remedy.splitlines():
            yield f"{'':9}{for_terminal(line)}"
    words = [
        f"{counted[state]} {state}{'' if counted[state] == 1 else 's'}"
        for state in ("failure", "warning")
        if counted[state]
    ]
    yield ", ".join(words) or "All is well"
