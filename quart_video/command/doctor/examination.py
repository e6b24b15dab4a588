"""All that is looked at, in its order; whatever hangs or breaks holds up nothing else."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from quart import Quart

from quart_video.command.doctor.cache import look_at_cache
from quart_video.command.doctor.children import look_at_children
from quart_video.command.doctor.finding import Finding, failure, ok, warning
from quart_video.command.doctor.installed import look_at_installed
from quart_video.command.doctor.loopback import look_at_server
from quart_video.command.doctor.report import secrets_of, without_secrets
from quart_video.command.doctor.root import look_at_root
from quart_video.command.doctor.system import look_at_system
from quart_video.command.folder_app import Given, given_folder, make_app, mount_of
from quart_video.command.option_names import for_command
from quart_video.library.config_keys import key_warnings
from quart_video.library.descriptors import descriptor_warning
from quart_video.media import available
from quart_video.settings import ConfigurationError, Settings, configured
from quart_video.storage.base import StorageError
from quart_video.storage.object_store.url import Location, is_url

_ANSWER = 30.0
"""Seconds that a disk or a store may take for an answer."""
_PATIENCE = 120.0
"""Seconds that one look may take. A disk that hangs answers later, or never."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is examined."""

    root: str | None
    """As it was typed: a folder, or the URL of one; ``None``: the machine alone."""

    @property
    def is_store(self) -> bool:
        """Whether the videos are in an object store."""
        return self.root is not None and is_url(self.root)

    def app(self) -> Quart:
        """Return the app that would serve it."""
        folder = Path.cwd() if self.root is None or self.is_store else Path(self.root)
        app = make_app(Given(given_folder(folder)))
        if self.is_store:
            app.config["MEDIA_ROOT"] = self.root
        return app

    def in_words(self, text: str) -> str:
        """Name in an error what was typed."""
        return for_command(text, {"MEDIA_ROOT": "DIR"})


def examine(root: str | None) -> Iterator[Finding]:
    """Look at everything, and yield what is found.

    :param root: path of the folder with the videos, or its URL in an object store; ``None``: only
        the machine is looked at.
    """
    subject = Subject(root)
    secrets = secrets_of(os.environ)
    for name, look in _looks(subject):
        yield from without_secrets(bounded(name, look), secrets)


Look = Callable[[], Iterable[Finding]]


def _looks(subject: Subject) -> Iterator[tuple[str, Look]]:
    needed = ["cloud"] if subject.is_store else []
    yield "versions", partial(look_at_installed, needed)
    yield "system", look_at_system
    yield "settings", partial(_look_at_settings, subject)
    yield "child processes", look_at_children
    yield "server", look_at_server


def _look_at_settings(subject: Subject) -> Iterator[Finding]:
    """Look at the settings, and at the folders that they name."""
    app = subject.app()
    try:
        told = key_warnings(app.config, os.environ)
        cache = configured("cache", app.config)
        most = configured("cache_size", app.config)
        few = descriptor_warning(configured("max_transfers", app.config))
    except ConfigurationError as error:
        yield failure("settings", subject.in_words(str(error)), "Set it as it says.")
        return
    for each in told:
        yield warning("settings", subject.in_words(each), "Call it as it is meant, or remove it.")
    if few is not None:
        yield warning("open files", subject.in_words(few), "Do either of the two.")
    folder = os.path.abspath(os.path.expanduser(cache or os.path.join(app.instance_path, "cache")))
    yield from look_at_cache(folder, most)
    if subject.root is None:
        return
    try:
        settings, problem = asyncio.run(_open(app))
    except ConfigurationError as error:
        yield failure("settings", subject.in_words(str(error)), "Set it as it says.")
        return
    yield ok("settings", "they go together")
    yield from _look_at_media(settings, problem, folder)


def _look_at_media(settings: Settings, problem: str | None, cache: str) -> Iterator[Finding]:
    if settings.media_processes == 0 and available():
        told = "QUART_VIDEO_MEDIA_PROCESSES is 0, so nothing looks into videos"
        yield warning("settings", told, "Unset it, for posters, durations and captions.")
    root = settings.media_root
    if problem is not None:
        remedy = "Look at the network and the disk, and at QUART_VIDEO_STORE_OPTIONS for a store."
        yield failure("videos", f"{_shown(root)} does not answer: {problem}", remedy)
    elif isinstance(root, str):
        folder = os.path.abspath(os.path.expanduser(root))
        yield from look_at_root(folder, settings.types, cache)
    else:
        yield ok("videos", f"{_shown(root)} answers")


def _shown(root: object) -> str:
    return str(root) if isinstance(root, str | Location) else "the storage"


async def _open(app: Quart) -> tuple[Settings, str | None]:
    """Open the library; return its settings, and why its storage does not answer.

    :raises ConfigurationError: it cannot be opened.
    """
    mount = mount_of(app)
    library = await mount.library(app)
    problem = None
    try:
        # Not its health, which takes in the index: that would be made here.
        async with asyncio.timeout(_ANSWER):
            await library.storage.check()
    except (StorageError, TimeoutError) as error:
        problem = str(error) or "there is no answer"
    finally:
        await mount.close()
    return library.settings, problem


def bounded(name: str, look: Look, seconds: float = _PATIENCE) -> list[Finding]:
    """Return what a look finds; that it breaks, or takes too long, is a finding as well.

    It is done by a thread: one that waits for a disk cannot be ended, and is left behind.
    """
    found: list[Finding] = []

    def run() -> None:
        try:
            for each in look():
                found.append(each)  # noqa: PERF402 - whatever hangs after it
        except Exception as error:  # noqa: BLE001 - it is told, and the others are looked at
            found.append(_broken(name, f"{type(error).__name__}: {error}"))

    thread = threading.Thread(target=run, name=f"doctor: {name}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        late = f"there is no answer after {seconds:.0f} seconds"
        return [*found, failure(name, late, "A disk or network mount may hang: see dmesg")]
    return found


def _broken(name: str, told: str) -> Finding:
    remedy = "Please report it: https://github.com/quart-video/quart-video/issues"
    return failure(name, f"this could not be looked at: {told}", remedy)
