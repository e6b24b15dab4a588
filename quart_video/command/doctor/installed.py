"""What is installed: versions, and the extras, each of which has to load as well."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from quart_video.command.doctor.finding import Finding, failure, ok, warning

_LONGEST = 60.0  # seconds that modules may take to load, on a slow disk

Version = Callable[[str], str | None]
"""Returns the version of a distribution; ``None``: it is not installed."""
Loads = Callable[[Collection[str]], str | None]
"""Says why modules cannot be loaded; ``None``: they can."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What one extra brings."""

    name: str
    modules: dict[str, str]
    """By the name of their distribution."""
    loss: str
    """What there is not without it."""
    is_for_all: bool = True
    """Whether nearly everybody misses something without it."""


EXTRAS = (
    Extra(
        "media",
        {"av": "av", "Pillow": "PIL", "chardet": "chardet"},
        "there are no posters, durations and captions from inside the videos",
    ),
    Extra(
        "watch",
        {"watchfiles": "watchfiles"},
        "what is new below a folder is found by looking through all folders",
    ),
    Extra(
        "serve",
        {"uvicorn": "uvicorn", "httptools": "httptools", "uvloop": "uvloop", "segno": "segno"},
        "quart-video serve runs on Hypercorn, which takes more processor time, and draws no code",
        is_for_all=False,
    ),
    Extra("cloud", {"obstore": "obstore"}, "no object store can be served", is_for_all=False),
)

_BASE = ("quart-video", "quart", "quart-schema", "hypercorn", "click")


def installed_version(distribution: str) -> str | None:
    """Return the version of what is installed; ``None``: it is not."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def loading_problem(modules: Collection[str]) -> str | None:
    """Load modules in a process of their own, which may die of it; say what is wrong with them."""
    command = [sys.executable, "-c", f"import {', '.join(modules)}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LONGEST, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"it ended with status {done.returncode}"


def look_at_installed(
    needed: Collection[str],
    version_of: Version = installed_version,
    loads: Loads = loading_problem,
) -> Iterator[Finding]:
    """Yield what is installed.

    :param needed: extras without which what was asked for cannot work.
    """
    known = ", ".join(f"{name} {version_of(name) or 'unknown'}" for name in _BASE)
    system = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    yield ok("versions", f"{known}, {system}")
    for extra in EXTRAS:
        yield _look_at(extra, version_of, loads, is_needed=extra.name in needed)


def _look_at(extra: Extra, version_of: Version, loads: Loads, *, is_needed: bool) -> Finding:
    check = f"extra {extra.name}"
    versions = {name: version_of(name) for name in extra.modules}
    missing = [name for name, found in versions.items() if found is None]
    there = ", ".join(f"{name} {found}" for name, found in versions.items() if found)
    remedy = f'pip install "quart-video[{extra.name}]"'
    if missing:
        what = "not installed" if not there else f"without {', '.join(missing)}, beside {there}"
        told = f"{what}, so {extra.loss}"
        if is_needed:
            return failure(check, told, remedy)
        if extra.is_for_all or there:
            return warning(check, told, remedy)
        return ok(check, told)
    problem = loads(list(extra.modules.values()))
    if problem is None:
        return ok(check, there)
    told = f"{there}: it is installed, and does not load ({problem}), so {extra.loss}"
    return failure(check, told, f"Install it anew: {remedy} --force-reinstall")
