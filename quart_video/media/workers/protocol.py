"""What is asked of a child process, and how it travels there and back. Pure.

A frame is four bytes of length, a header as JSON, and what the header counts: named blobs. That of
a task has a second length behind the first, and one blob without a name.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from quart_video.storage.names import name_problem

Kind = Literal[
    "details",
    "poster",
    "picture",
    "storyboard",
    "texts",
    "closed",
    "caption",
    "film",
    "movie",
    "sound",
]
"""What there is to make. ``poster`` is out of a video, ``picture`` out of an image beside one;
``texts`` are the tracks inside a video, ``closed`` the closed captions in its picture, ``caption``
is a file beside one. ``film`` is the index of a virtual MP4, ``movie`` that of another one of the
same film, and ``sound`` a part of its sound."""

LONG: frozenset[Kind] = frozenset({"storyboard", "texts", "closed", "sound"})
"""What takes a reading of the whole file. All else is quick, or someone wants to see the film."""
AWAITED: frozenset[Kind] = frozenset({"details", "film", "movie"})
"""What a page or a player waits for that has nothing to show until then."""

WIDTHS = (320, 640)
"""Widths in pixels that posters come in, the smallest first."""

CAPTIONS = "2"
"""Version of what is made of captions, to be raised with every change of that: what was made
before, and what could not be made, is not asked for any more."""

LENGTH = struct.Struct(">I")
TASK_LENGTHS = struct.Struct(">II")
MOST_BYTES = 64 * 1024 * 1024
"""Longest answer that a child may give."""


def caption_name(options: Mapping[str, str]) -> str:
    """Return what the WebVTT made of a caption file is kept as."""
    return "-".join(["caption", *(f"{key}={value}" for key, value in options.items() if value)])


PICTURES = "it is made of pictures"
EMPTY = "there are no captions in it"
"""Why some caption files cannot be shown, as :class:`Failed` says it."""


class Failed(Exception):
    """The task cannot be done with this file. The text says why, and is for logs."""


class Interrupted(Exception):
    """The task was not done, through no fault of the file, and may be tried again later.

    Its process was ended from outside, or got no time.
    """


Blame = Literal["file", "machine", "process"]
"""Whose fault it is that nothing came of a task: the same file would fail again, or may not; or the
process that has tasks done is of no use."""
_BLAMED: dict[Blame, type[Exception]] = {
    "file": Failed,
    "machine": Interrupted,
    "process": InterruptedError,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take."""

    memory: int = 2 * 1024**3
    """Bytes of address space (RLIMIT_AS); a child takes about 130 MB of it for itself."""
    cpu: int = 30
    """Seconds of processor time (RLIMIT_CPU)."""
    wall: float = 120.0
    """Seconds from the start to the end."""
    reads: int = 64 * 1024 * 1024
    """Bytes that may be read of a file that is not on a local disk."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to make out of one file."""

    kind: Kind
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    payload: bytes = b""
    """What the child is given beside the file."""
    is_awaited: bool = False
    """Whether it has the priority of the server for some seconds, as someone waits for it."""


def encode_task(task: Task, *, remote_size: int | None) -> bytes:
    """Write *task* as a frame, but for its payload, which follows.

    :param remote_size: size of the file where its bytes come through a socket, ``None`` where the
        descriptor is that of the file.
    """
    fields = {"kind": task.kind, "options": dict(task.options), "limits": asdict(task.limits)}
    beside = {"remote_size": remote_size, "is_awaited": task.is_awaited}
    header = json.dumps({**fields, **beside}).encode()
    return TASK_LENGTHS.pack(len(header), len(task.payload)) + header


def decode_task(header: bytes, payload: bytes) -> tuple[Task, int | None]:
    """Read the header of a task's frame."""
    fields: dict[str, Any] = json.loads(header)
    limits = Limits(**fields["limits"])
    task = Task(fields["kind"], fields["options"], limits, payload, fields["is_awaited"])
    return task, fields["remote_size"]


def encode_answer(blobs: Mapping[str, bytes]) -> bytes:
    """Write what came of a task."""
    sizes = [[name, len(blob)] for name, blob in blobs.items()]
    header = json.dumps({"blobs": sizes}).encode()
    return b"".join([LENGTH.pack(len(header)), header, *blobs.values()])


def encode_failure(reason: str, blame: Blame = "file") -> bytes:
    """Write why nothing came of a task, and whose fault it is."""
    header = json.dumps({"failed": reason[:500], "blame": blame}).encode()
    return LENGTH.pack(len(header)) + header


def decode_answer(frame: bytes) -> dict[str, bytes]:
    """Read what :func:`encode_answer` or :func:`encode_failure` wrote.

    :raises Failed: nothing came of it.
    :raises Interrupted: nothing came of it, through no fault of the file.
    :raises InterruptedError: nor will anything come of the next task.
    :raises ValueError: the frame is cut short, or none.
    """
    (length,) = LENGTH.unpack_from(frame.ljust(LENGTH.size, b"\0"))
    try:
        header = json.loads(frame[LENGTH.size : LENGTH.size + length])
    except RecursionError as error:
        raise ValueError("an answer that is none") from error
    match header:
        case {"failed": str(reason), "blame": "file" | "machine" | "process" as blame}:
            raise _BLAMED[blame](reason)
        case {"blobs": list(sizes)}:
            return dict(_blobs(sizes, frame[LENGTH.size + length :]))
    raise ValueError("an answer that is none")


def _blobs(sizes: Iterable[object], data: bytes) -> Iterator[tuple[str, bytes]]:
    """Take apart what is behind the header. A file may have made its process write anything."""
    position = 0
    for each in sizes:
        match each:
            # They become the names of files of ours.
            case [str(name), int(size)] if size >= 0 and name_problem(name) is None:
                yield name, data[position : position + size]
                position += size
            case _:
                raise ValueError("an answer that is none")
    if position != len(data):
        raise ValueError("an answer that is cut short")
