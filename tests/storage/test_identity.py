"""By what a file is known: its tag, which is strict, and its bytes: what is made of them stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from quart_video.storage.base import FileFacts
from quart_video.storage.local.disk import facts_of
from quart_video.storage.local.file_systems import known
from quart_video.storage.local.storage import LocalStorage
from tests.support.fuse import mirrored, mounted

SECOND = 1_000_000_000


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    clip = tmp_path / "library" / "clip.mp4"
    clip.write_bytes(b"0123456789")
    return clip


async def seen(root: Path, name: str = "clip.mp4") -> FileFacts:
    """Return what is seen of a file, which is the same in each way to look at it."""
    storage = LocalStorage(str(root))
    media = await storage.open(name)
    found = {
        media.facts,
        (await storage.stat(name)).facts,
        *(entry.facts for entry in await storage.list("") if entry.path == name),
    }
    media.close()
    await storage.aclose()
    (facts,) = found
    assert facts is not None
    return facts


def rewrite(clip: Path) -> None:
    """Write other bytes in place, and set the time back."""
    before = clip.stat()
    with clip.open("r+b") as file:
        file.write(b"9876543210")
    os.utime(clip, ns=(before.st_atime_ns, before.st_mtime_ns))


async def test_a_rewrite_in_place_with_its_time_set_back_is_another_version(clip: Path) -> None:
    before = await seen(clip.parent)
    time.sleep(0.02)  # the clock of inodes ticks
    rewrite(clip)
    after = await seen(clip.parent)
    assert before.version != after.version


@pytest.mark.parametrize("what", ["chown", "chmod", "link", "rename", "cp -a", "replaced"])
async def test_what_the_bytes_are_known_by_outlives(clip: Path, what: str) -> None:
    before = await seen(clip.parent)
    root = clip.parent
    match what:
        case "chown":
            os.chown(clip, os.getuid(), os.getgid())
        case "chmod":
            clip.chmod(0o640)
        case "link":
            os.link(clip, clip.parent / "other.mp4")
        case "rename":
            clip.rename(clip.parent / "other.mp4")
            (clip.parent / "other.mp4").rename(clip)
        case "cp -a":
            root = clip.parent.parent / "copy"
            subprocess.run(["cp", "-a", clip.parent, root], check=True)
        case "replaced":  # as by a move between the disks of a union mount
            shutil.copy2(clip, clip.parent / "new.mp4")
            (clip.parent / "new.mp4").rename(clip)
    after = await seen(root)
    assert after.content == before.content


@pytest.mark.parametrize("what", ["longer", "later"])
async def test_and_not_other_bytes(clip: Path, what: str) -> None:
    before = await seen(clip.parent)
    if what == "longer":
        clip.write_bytes(b"0123456789+")
        os.utime(clip, ns=(before.modified_ns, before.modified_ns))
    else:
        os.utime(clip, ns=(before.modified_ns, before.modified_ns + 1))
    after = await seen(clip.parent)
    assert after.content != before.content
    assert after.version != before.version


def test_a_version_of_a_store_is_what_the_bytes_are_known_by() -> None:
    assert FileFacts(1, 2, "abc-5").content == "abc-5"


@pytest.mark.parametrize(
    ("kind", "inode", "ctime"),
    [
        ("ext4", "counts", "counts"),
        ("overlay", "does not", "counts"),
        ("nfs4", "does not", "counts"),
        ("fuse.mergerfs", "does not", "counts"),
        ("fuse.rclone", "does not", "does not"),
        ("exfat", "does not", "does not"),
    ],
)
def test_what_counts_on_which_file_system(clip: Path, kind: str, inode: str, ctime: str) -> None:
    one = clip.stat()
    shutil.copy2(clip, clip.parent / "other.mp4")
    other = (clip.parent / "other.mp4").stat()
    fields = {name: getattr(one, name) for name in dir(one) if name.startswith("st_")}
    versions = {}
    for name in ("st_ino", "st_ctime_ns"):
        changed = type("Stat", (), fields | {name: getattr(other, name) + 1})
        same = facts_of(one, known(kind)) == facts_of(changed, known(kind))  # type: ignore[arg-type]
        versions[name] = "does not" if same else "counts"
    assert versions == {"st_ino": inode, "st_ctime_ns": ctime}


@pytest.mark.parametrize(
    ("age", "version", "is_settled"),
    [
        (0.0, "~x", "no"),
        (1.9, "~x", "no"),
        (2.0, "~x", "yes"),
        (-5.0, "~x", "no"),  # a server whose clock is ahead
        (-100_000.0, "~x", "yes"),  # a clock that is wrong
        (0.0, "of a store", "yes"),
    ],
)
def test_within_a_tick_of_a_coarse_clock(age: float, version: str, is_settled: str) -> None:
    modified = 1_700_000_000 * SECOND
    now = modified + round(age * SECOND)
    assert FileFacts(1, modified, version).is_settled(now) is (is_settled == "yes")
    assert FileFacts(1, modified + 1, version).is_settled(now)  # no coarse clock tells that


@pytest.mark.parametrize("year", [2300, 1600])
async def test_a_clock_that_is_far_off(clip: Path, year: int) -> None:
    seconds = (year - 1970) * 365 * 86_400
    try:
        os.utime(clip, (seconds, seconds))
    except OSError:
        pytest.skip("this file system has no such times")
    facts = await seen(clip.parent)
    assert -(2**63) < facts.modified_ns < 2**63


class TestFuse:
    """File systems whose inode numbers last no longer than they are mounted, or not even that."""

    @pytest.fixture(params=["bindfs", "mergerfs"])
    def mirror(self, request: pytest.FixtureRequest, clip: Path, tmp_path: Path) -> Iterator[Path]:
        if request.param == "bindfs":
            with mirrored(clip.parent, tmp_path / "mirror") as fuse:
                yield fuse.point
        else:
            command = ["mergerfs", "-f", f"{clip.parent}:{tmp_path / 'library'}"]
            with mounted([*command, str(tmp_path / "mirror")], tmp_path / "mirror") as fuse:
                yield fuse.point

    async def test_a_tag_stays(self, mirror: Path) -> None:
        before = await seen(mirror)
        (mirror / "clip.mp4").rename(mirror / "other.mp4")
        (mirror / "other.mp4").rename(mirror / "clip.mp4")
        after = await seen(mirror)
        assert after.content == before.content

    async def test_a_rewrite_in_place_shows(self, mirror: Path) -> None:
        table = Path("/proc/self/mountinfo").read_text().splitlines()
        if not any(f" {mirror} " in line and "mergerfs" in line for line in table):
            pytest.skip("of a type that gives no name, nobody knows what it keeps")
        before = await seen(mirror)
        time.sleep(1.1)  # for which FUSE takes what it knows of a file for true
        rewrite(mirror / "clip.mp4")
        assert (await seen(mirror)).version != before.version

    async def test_a_remount(self, clip: Path, tmp_path: Path) -> None:
        found = []
        for _ in range(2):
            with mirrored(clip.parent, tmp_path / "mirror") as fuse:
                found.append(await seen(fuse.point))
        assert found[0] == found[1]
