"""The folder of media that the servers serve, with every oddity the tests speak of."""

from __future__ import annotations

import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path

SECRET = b"SECRET-outside-of-the-root-"
"""What no answer may ever hold; the files outside of the root are full of it."""

CLIP = hashlib.shake_128(b"clip").digest(10_000)
"""The bytes of ``clip.mp4``."""

CLIP_MTIME_NS = 1_577_934_245_678_901_234
CLIP_DATE = "Thu, 02 Jan 2020 03:04:05 GMT"
"""The time of ``clip.mp4``, which is no whole second, and its Last-Modified."""

LARGE = hashlib.shake_128(b"large").digest(16 << 20)
"""The bytes of ``large.mp4``: more than sockets buffer."""

SPARSE_SIZE = 5 << 30
SPARSE_TAIL = b"the very end"
"""``sparse.mp4`` is 5 GiB of zeros, but for these bytes at the end."""

GOOD_NAMES = (
    "hash#tag.mp4",
    "question?.mp4",
    "100%.mp4",
    "%41.mp4",
    "%2e%2e%2fsecret.mp4",
    'quo"te.mp4',
    "it's.mp4",
    "<b>bold</b>.mp4".replace("/", "\N{DIVISION SLASH}"),
    "a&amp;b.mp4",
    "a=1&b=2;c+d,e@f$g!h*i(j)k:l~m|n^o`p{q}[r].mp4",
    "line\nbreak.mp4",
    "tab\there.mp4",
    "carriage\rreturn.mp4",
    "bell\x07.mp4",
    "emoji \N{CLAPPER BOARD}\N{FAMILY}.mp4",
    " lead.mp4",
    "trail .mp4",
    "  .mp4",
    "-rf.mp4",
    "-.mp4",
    "two..dots.mp4",
    "UPPER.MP4",
    "caf\N{LATIN SMALL LETTER E WITH ACUTE}.mp4",
    "cafe\N{COMBINING ACUTE ACCENT}.mp4",
    "\N{HEBREW LETTER ALEF}\N{RIGHT-TO-LEFT OVERRIDE}4pm.mp4",
    "no\N{NO-BREAK SPACE}break\N{ZERO WIDTH SPACE}.mp4",
    "line\N{LINE SEPARATOR}separator\x85.mp4",
    "{{ 7*7 }}.mp4",
    "{% raw %}.mp4",
    "javascript:alert(1).mp4",
    "watch.mp4",
    "n" * 251 + ".mp4",
    "\N{CLAPPER BOARD}" * 62 + "abc.mp4",
)
"""Odd names that name a video all the same."""

UNDECODABLE = (b"\xff\xfe.mp4", b"latin-\xe9.mp4", b"half-\xf0\x9f\x8e.mp4", b"\xed\xa0\x80.mp4")
"""Names on disk that are not UTF-8."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where it all lies."""

    root: Path
    outside: Path
    """A folder beside the root, whose name starts as the root's does."""

    def content(self, name: str) -> bytes:
        """Return the bytes of the file with one of the :data:`GOOD_NAMES`."""
        return f"this is {name!r}".encode()


def build(base: Path) -> Site:
    """Make the folder below *base*."""
    site = Site(base / "media", base / "media-private")
    for folder in (site.root, site.root / "names", site.root / "folder" / "deep", site.outside):
        folder.mkdir(parents=True)
    _plain(site.root)
    for name in GOOD_NAMES:
        (site.root / "names" / name).write_bytes(site.content(name))
    _secrets(base, site)
    _odd(site)
    return site


def _plain(root: Path) -> None:
    (root / "clip.mp4").write_bytes(CLIP)
    os.utime(root / "clip.mp4", ns=(CLIP_MTIME_NS, CLIP_MTIME_NS))
    os.link(root / "clip.mp4", root / "folder" / "same.mp4")
    (root / "clip.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    (root / "folder" / "deep" / "inner.webm").write_bytes(CLIP[:100])
    (root / "empty.mp4").touch()
    (root / "one.mp4").write_bytes(b"1")
    (root / "large.mp4").write_bytes(LARGE)
    (root / "notes.txt").write_text("notes\n")
    with (root / "sparse.mp4").open("wb") as sparse:
        sparse.truncate(SPARSE_SIZE)
        sparse.seek(SPARSE_SIZE - len(SPARSE_TAIL))
        sparse.write(SPARSE_TAIL)
    for name, seconds in (("future", 4_000_000_000), ("epoch", 0), ("ancient", -1_000_000_000)):
        (root / f"{name}.mp4").write_bytes(CLIP[:100])
        os.utime(root / f"{name}.mp4", (seconds, seconds))


def _secrets(base: Path, site: Site) -> None:
    for folder in (base, site.outside):
        (folder / "secret.mp4").write_bytes(SECRET * 500)
        (folder / "secret.vtt").write_bytes(b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + SECRET)
    # What a server that decodes too much, or cuts at a NUL, would come upon.
    (site.root / ".hidden.mp4").write_bytes(SECRET)
    (site.root / ".folder").mkdir()
    (site.root / ".folder" / "inside.mp4").write_bytes(SECRET)
    for name in UNDECODABLE:
        Path(os.fsdecode(os.fsencode(site.root / "names") + b"/" + name)).write_bytes(SECRET)


def _odd(site: Site) -> None:
    root = site.root
    (root / "folder.mp4").mkdir()
    (root / "folder.mp4" / "within.mp4").write_bytes(CLIP[:50])
    links: dict[str, str | Path] = {
        "link-absolute.mp4": site.outside / "secret.mp4",
        "link-relative.mp4": "../secret.mp4",
        "link-sibling.mp4": "../media-private/secret.mp4",
        "link-through.mp4": "link-folder/secret.mp4",
        "link-folder": site.outside,
        "link-parent": "..",
        "link-dangling.mp4": "nowhere.mp4",
        "link-loop.mp4": "link-loop.mp4",
        "link-ping.mp4": "link-pong.mp4",
        "link-pong.mp4": "link-ping.mp4",
        "link-device.mp4": "/dev/zero",
        "link-proc.mp4": "/proc/self/environ",
        "link-inside.mp4": "clip.mp4",
        "link-inside-absolute.mp4": root / "clip.mp4",
        "link-inside-folder": "folder",
        "folder/link-up.mp4": "../clip.mp4",
        "folder/link-to-parent": "..",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "fifo.mp4")
    with socket.socket(socket.AF_UNIX) as unix:
        # Its address holds 108 bytes at most, so it is made where the path is short enough.
        here = os.open(root, os.O_PATH | os.O_DIRECTORY)
        try:
            unix.bind(f"/proc/self/fd/{here}/socket.mp4")
        finally:
            os.close(here)
