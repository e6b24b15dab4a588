"""What the package keeps for one app: its mounts, and what they share.

Nothing of it is kept on the blueprint, which may be registered several times, in several apps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from quart import Quart, current_app

from quart_video.delivery.context import this_app, this_request
from quart_video.delivery.signals import Announcer
from quart_video.library.library import Library
from quart_video.library.mount import Mount
from quart_video.settings import configured
from quart_video.storage.local.disk import Disk


@dataclass(slots=True)
class AppState:
    """What the package keeps for one app."""

    mounts: dict[str, Mount] = field(default_factory=dict)
    """By the full, dotted name of the blueprint as registered."""
    prefixes: set[str] = field(default_factory=set)
    """What the paths of the mounts begin with, without a slash at its end."""
    places: dict[tuple[str | None, str], str] = field(default_factory=dict)
    """The name of the mount at each subdomain and prefix."""
    disk: Disk | None = None
    """Threads for the files that the app's own views send."""
    announcer: Announcer = field(default_factory=Announcer)
    """Calls those who want to know of transfers."""


def app_state(app: Quart) -> AppState:
    """Return the state of *app*, made when it is first asked for."""
    state: AppState | None = app.extensions.get("quart_video")
    if state is None:
        state = app.extensions["quart_video"] = AppState()
    return state


def app_disk() -> Disk:
    """Return the threads for the files that the current app's own views send."""
    state = app_state(current_app)
    if state.disk is None:
        state.disk = Disk(configured("read_threads", current_app.config))
    return state.disk


async def library_of(mount: str) -> Library:
    """Return the library of a mount of the current app.

    :param mount: full name of the blueprint as registered.
    """
    app = this_app()
    return await app_state(app).mounts[mount].library(app)


async def current_library() -> Library:
    """Return the library of the mount that the current request came in by."""
    return await library_of(cast(str, this_request().blueprint))
