"""FLV files put together anew, as those who record streams write them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

_SOUND, _PICTURE, _SCRIPT = 8, 9, 18


@dataclass(frozen=True)
class Tag:
    kind: int
    time: int
    """Milliseconds."""
    data: bytes

    @property
    def is_head(self) -> bool:
        """Whether it tells of the codec (AVCPacketType, AACPacketType)."""
        return self.kind != _SCRIPT and self.data[1] == 0

    @property
    def is_key(self) -> bool:
        return self.kind == _PICTURE and self.data[0] >> 4 == 1 and not self.is_head


def read_tags(path: Path) -> list[Tag]:
    data = path.read_bytes()
    tags = []
    at = 13
    while at + 15 <= len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        time = data[at + 7] << 24 | int.from_bytes(data[at + 4 : at + 7], "big")
        tags.append(Tag(data[at], time, data[at + 11 : at + 11 + size]))
        at += 15 + size
    return tags


def write_tags(path: Path, tags: Iterable[Tag]) -> Path:
    parts = [b"FLV\1\5\0\0\0\x09\0\0\0\0"]
    for tag in tags:
        size = len(tag.data)
        time = (tag.time & 0xFFFFFF).to_bytes(3, "big") + bytes([tag.time >> 24])
        parts.append(bytes([tag.kind]) + size.to_bytes(3, "big") + time + bytes(3))
        parts.append(tag.data + (size + 11).to_bytes(4, "big"))
    path.write_bytes(b"".join(parts))
    return path


def with_heads_before(tags: list[Tag], *, keys: bool) -> list[Tag]:
    """Tell of the codecs again: before each key frame, or before a frame in the middle."""
    heads = [tag for tag in tags if tag.is_head]
    middle = tags[len(tags) // 2]
    found = []
    for number, tag in enumerate(tags):
        if (tag.is_key and number > 10) if keys else tag is middle:
            found += [replace(head, time=tag.time) for head in heads]
        found.append(tag)
    return found


def followed_by(tags: list[Tag], others: list[Tag], *, by: int) -> list[Tag]:
    """Return both, the second so many milliseconds later."""
    return tags + [replace(tag, time=tag.time + by) for tag in others if tag.kind != _SCRIPT]


def without_sound(tags: list[Tag], start: int, stop: int) -> list[Tag]:
    """Leave out the sound between two times."""
    return [tag for tag in tags if tag.kind != _SOUND or not start < tag.time < stop]
