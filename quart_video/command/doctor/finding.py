"""What is found out about one thing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failure"]
"""``warning``: something is missing, or will be; ``failure``: videos cannot be served so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is found out about one thing."""

    check: str
    """What was looked at, in a word or two."""
    state: State
    told: str
    """How it stands."""
    remedy: str = ""
    """What to do about it."""


def ok(check: str, told: str) -> Finding:
    """Return that all is well."""
    return Finding(check, "ok", told)


def warning(check: str, told: str, remedy: str) -> Finding:
    """Return that something is missing, or will be."""
    return Finding(check, "warning", told, remedy)


def failure(check: str, told: str, remedy: str) -> Finding:
    """Return that videos cannot be served so."""
    return Finding(check, "failure", told, remedy)
