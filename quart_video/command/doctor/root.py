"""The folder with the videos: what is in it, whether it can be read, and who tells of changes."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from quart_video.catalogue.sync.watch import started
from quart_video.command.doctor.file_system import kind_of, may_be_elsewhere
from quart_video.command.doctor.finding import Finding, failure, ok, warning
from quart_video.media_types import extension

_CHECK = "videos"
_WATCH = "changes"
_SECONDS = 10.0
"""How long it is walked through the folders, at most."""
_WORD = 15.0
"""Seconds to wait for the word that folders are watched."""
_BEGINNING = 4096  # bytes of a video that are read
_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
_SPARE = 1.5  # of the limit that is named for folders: more may come, and others have some, too


@dataclass(slots=True)
class Walked:
    """What was seen on the way through a folder."""

    folders: int = 1
    videos: int = 0
    unreadable: int = 0
    """Folders and videos that this user may not read."""
    example: str = ""
    """The path of one of these."""
    first: str = ""
    """Path of a video that can be read."""
    is_whole: bool = True
    """Whether there was time for all."""


def look_at_root(folder: str, types: Collection[str], but: str | None = None) -> Iterator[Finding]:
    """Yield what is found out about the folder with the videos.

    :param types: extensions of videos, in lower case.
    :param but: path of the cache, which is passed over.
    """
    walked = walk(folder, types, but)
    yield from judge_walk(folder, walked)
    if walked.first:
        yield judge_reading(walked.first, _reading_problem(walked.first))
    kind = kind_of(folder)
    yield judge_file_system(kind)
    if find_spec("watchfiles") is not None:
        yield judge_watches(walked, _watches(), _watching_problem(folder, but))


def walk(
    root: str, types: Collection[str], but: str | None = None, seconds: float = _SECONDS
) -> Walked:
    """Walk through a folder as the library does: past hidden names, and over no link."""
    found = Walked()
    until = monotonic() + seconds
    left = [root]
    while left:
        folder = left.pop()
        try:
            with os.scandir(folder) as rows:
                for row in rows:
                    if monotonic() > until:
                        found.is_whole = False
                        return found
                    if row.name.startswith(".") or row.path == but:
                        continue
                    if row.is_dir(follow_symlinks=False):
                        found.folders += 1
                        left.append(row.path)
                    elif extension(row.name) in types and row.is_file():
                        _note_video(found, row.path)
        except OSError:
            _note_unreadable(found, folder)
    return found


def _note_video(found: Walked, path: str) -> None:
    found.videos += 1
    if not os.access(path, os.R_OK):
        _note_unreadable(found, path)
    elif not found.first:
        found.first = path


def _note_unreadable(found: Walked, path: str) -> None:
    found.unreadable += 1
    found.example = found.example or path


def judge_walk(folder: str, walked: Walked) -> Iterator[Finding]:
    """Judge what is in a folder."""
    least = "" if walked.is_whole else "at least "
    told = f"{least}{walked.videos:,} in {least}{walked.folders:,} folders of {folder}"
    if walked.videos:
        yield ok(_CHECK, told)
    else:
        remedy = "Is it the right folder? QUART_VIDEO_TYPES adds types of files."
        yield warning(_CHECK, f"none in {folder}", remedy)
    if walked.unreadable:
        yield warning(
            "permissions",
            f"{walked.unreadable:,} folders or videos cannot be read, such as {walked.example}",
            f'As who may: chmod -R u+rX,go+rX "{folder}", or serve it as another user',
        )


def _reading_problem(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            file.read(_BEGINNING)
    except OSError as error:
        return error.strerror or str(error)
    return None


def judge_reading(path: str, problem: str | None) -> Finding:
    """Judge whether the first bytes of a video can be had."""
    if problem is None:
        return ok("reading", f"{path} can be read")
    return failure("reading", f"{path} cannot be read: {problem}", "Look at the disk, by dmesg")


def judge_file_system(kind: str | None) -> Finding:
    """Judge the file system by whether it tells of all changes."""
    if kind is None:
        return ok("file system", "not known")
    if not may_be_elsewhere(kind):
        return ok("file system", kind)
    return warning(
        "file system",
        f"{kind}, which does not tell of what others change: that is found by looking",
        "See https://github.com/quart-video/quart-video/blob/main/docs/discussion/file_systems.md",
    )


def _watches() -> int | None:
    try:
        return int(_LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no Linux
        return None


def _watching_problem(folder: str, but: str | None) -> str | None:
    """Have the folders watched for a moment, and say what is wrong with that."""
    try:
        process = started(folder, but)
    except OSError as error:
        return str(error)
    with process:
        try:
            return _first_problem(process.stdout.fileno()) if process.stdout else None
        finally:
            process.kill()


def _first_problem(descriptor: int) -> str | None:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    until, data = monotonic() + _WORD, b""
    while (left := until - monotonic()) > 0:
        if not poll.poll(left * 1000):
            continue
        part = os.read(descriptor, 65536)
        data += part
        for line in data.splitlines():
            with suppress(ValueError):
                word = json.loads(line)
                if isinstance(word, dict) and ("problem" in word or "over" in word):
                    return str(word.get("problem") or word["over"])
                if isinstance(word, dict) and "watching" in word:
                    return None
        if not part:
            return "the process that is told of them has ended"
    return None  # so many that it takes longer


def judge_watches(walked: Walked, limit: int | None, problem: str | None) -> Finding:
    """Judge whether the system tells of changes in all folders."""
    enough = max(int(walked.folders * _SPARE), 65_536)
    remedy = f"sysctl fs.inotify.max_user_watches={enough}, and the same in /etc/sysctl.d"
    if limit is not None and walked.folders > limit:
        told = f"{walked.folders:,} folders, and the system watches {limit:,} for this user"
        return warning(_WATCH, told, remedy)
    if problem is not None:
        told = f"the system does not tell of all: {problem}"
        return warning(_WATCH, told, remedy if "inotify" in problem else "See the log of serve")
    return ok(_WATCH, f"the system tells of them in {walked.folders:,} folders")
