"""What is asked of a child process, and how it travels there and back. Pure.

A frame is four bytes of length, a header as JSON, and what the header counts: named blobs.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["details", "poster", "picture", "storyboard", "texts", "caption"]
"""What there is to make. ``poster`` is out of a video, ``picture`` out of an image beside one;
``texts`` are the tracks inside a video, ``caption`` is a file beside one."""

WIDTHS = (320, 640)
"""Widths in pixels that posters come in, the smallest first."""

LENGTH = struct.Struct(">I")
MOST_BYTES = 64 * 1024 * 1024
"""Longest answer that a child may give."""


class Failed(Exception):
    """The task cannot be done with this file. The text says why, and is for logs."""


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


def encode_task(task: Task, *, remote_size: int | None) -> bytes:
    """Write *task* as a frame.

    :param lent: size of the file where its bytes are lent through a socket, ``None`` where the
        descriptor is that of the file.
    """
    header = json.dumps({**asdict(task), "lent": remote_size}).encode()
    return LENGTH.pack(len(header)) + header


def decode_task(header: bytes) -> tuple[Task, int | None]:
    """Read the header of a task's frame."""
    fields: dict[str, Any] = json.loads(header)
    remote_size = fields.pop("lent")
    return Task(fields["kind"], fields["options"], Limits(**fields["limits"])), remote_size


def encode_answer(blobs: Mapping[str, bytes]) -> bytes:
    """Write what came of a task."""
    sizes = [[name, len(blob)] for name, blob in blobs.items()]
    header = json.dumps({"blobs": sizes}).encode()
    return b"".join([LENGTH.pack(len(header)), header, *blobs.values()])


def encode_failure(reason: str, *, lasting: bool = True) -> bytes:
    """Write why nothing came of a task.

    :param lasting: whether the same file would fail again.
    """
    header = json.dumps({"failed": reason[:500], "lasting": lasting}).encode()
    return LENGTH.pack(len(header)) + header


def decode_answer(frame: bytes) -> dict[str, bytes]:
    """Read what :func:`encode_answer` or :func:`encode_failure` wrote.

    :raises Failed: nothing came of it.
    :raises ValueError: the frame is cut short, or none.
    :raises InterruptedError: nothing came of it, through no fault of the file.
    """
    (length,) = LENGTH.unpack_from(frame.ljust(LENGTH.size, b"\0"))
    header: dict[str, Any] = json.loads(frame[LENGTH.size : LENGTH.size + length])
    if "failed" in header:
        raise (Failed if header["lasting"] else InterruptedError)(header["failed"])
    position = LENGTH.size + length
    blobs = {}
    for name, size in header["blobs"]:
        blobs[name] = frame[position : position + size]
        position += size
    if position != len(frame):
        raise ValueError("an answer that is cut short")
    return blobs
