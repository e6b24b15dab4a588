"""What is known of file systems, and how it is found out which one a file is on."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from quart_video.storage.local.file_systems import (
    UNKNOWN,
    Mount,
    Mounts,
    judge,
    known,
    parse_mounts,
)

TABLE = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
30 22 0:26 / /mnt/my\040disk rw - fuse.sshfs host:/films rw,user_id=0
31 22 0:27 / /mnt/pool rw shared:2 master:1 - fuse.mergerfs a:b rw
32 22 0:28 / /mnt/over rw - overlay overlay rw,lowerdir=/srv/a:/srv/b,upperdir=/srv/c,workdir=/srv/w
33 22 0:29 / /mnt/far rw - overlay overlay rw,lowerdir=/mnt/pool/x:/srv/b,upperdir=/srv/c,workdir=/w
34 22 0:30 / /mnt/here rw - overlay overlay rw,lowerdir=x:y
35 22 0:31 / /mnt/twice rw - overlay overlay rw,lowerdir=/mnt/over/x,upperdir=/srv/u,workdir=/srv/w
36 22 0:32 / /mnt/odd rw - overlay overlay rw,lowerdir=/srv/a\:b,upperdir=/srv/u,workdir=/srv/w
37 22 0:33 / /srv rw - nfs4 host:/srv rw
38 37 254:1 / /srv rw - xfs /dev/vdb rw
odd
40 22 0:34 / /mnt/deep rw - overlay
41 22 7:0 / /mnt/windows rw - ntfs3 /dev/sdb1 rw
42 22 0:35 / /mnt/both rw - overlay overlay rw,lowerdir=/mnt/windows/x,upperdir=/srv/u,workdir=/w
"""


def mounts_of(table: str) -> dict[str, Mount]:
    return {mount.point: mount for mount in parse_mounts(table.splitlines())}


def test_the_table_of_the_kernel() -> None:
    found = mounts_of(TABLE)
    assert found["/"] == Mount(22, "/", "ext4", "rw,discard")
    assert found["/mnt/my disk"].kind == "fuse.sshfs"
    assert found["/mnt/pool"].kind == "fuse.mergerfs"
    assert found["/mnt/over"].options.startswith("rw,lowerdir=/srv/a:/srv/b,")


@pytest.mark.parametrize(
    ("point", "where"),
    [
        ("/", "here"),
        ("/mnt/my disk", "elsewhere"),
        ("/mnt/pool", "elsewhere"),
        ("/mnt/over", "here"),  # its layers are on what is mounted last there
        ("/mnt/far", "elsewhere"),
        ("/mnt/here", "elsewhere"),
        ("/mnt/twice", "here"),
        ("/mnt/odd", "elsewhere"),
        ("/mnt/deep", "elsewhere"),
        ("/mnt/both", "here"),
    ],
)
def test_an_overlay_is_as_local_as_its_layers(point: str, where: str) -> None:
    table = [*parse_mounts(TABLE.splitlines())]
    assert judge(mounts_of(TABLE)[point], table).is_local is (where == "here")


@pytest.mark.parametrize(
    ("point", "is_exact"),
    [
        ("/", True),
        ("/mnt/over", True),
        ("/mnt/twice", True),
        ("/mnt/far", False),
        ("/mnt/both", False),  # a short name is found through it, too
        ("/mnt/deep", False),
        ("/mnt/odd", False),
    ],
)
def test_an_overlay_is_as_exact_as_its_layers(point: str, *, is_exact: bool) -> None:
    table = [*parse_mounts(TABLE.splitlines())]
    assert judge(mounts_of(TABLE)[point], table).is_exact is is_exact


def test_an_overlay_of_an_overlay_without_end() -> None:
    table = [Mount(1, "/m", "overlay", "lowerdir=/m/a")]
    assert not judge(table[0], table).is_local
    assert not judge(table[0], table).is_exact


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("ext4", "inodes ctimes entries exact"),
        ("xfs", "inodes ctimes entries exact"),
        ("btrfs", "inodes ctimes entries exact"),
        ("zfs", "inodes ctimes entries"),  # by names with other letters, too
        ("tmpfs", "inodes ctimes entries exact"),
        ("ntfs3", "inodes ctimes entries"),
        ("exfat", ""),
        ("vfat", ""),
        ("overlay", "ctimes entries"),
        ("nfs4", "ctimes entries"),
        ("cifs", "ctimes"),
        ("fuseblk", "ctimes"),
        ("fuse", ""),
        ("fuse.passthrough", ""),
        ("fuse.rclone", ""),
        ("fuse.sshfs", "entries"),
        ("fuse.bindfs", "ctimes entries"),
        ("fuse.mergerfs", "ctimes"),
        ("of another world", "inodes ctimes entries"),
    ],
)
def test_what_each_keeps(kind: str, kept: str) -> None:
    found = known(kind)
    keeps = {
        "inodes": found.keeps_inodes,
        "ctimes": found.keeps_ctimes,
        "entries": found.tells_of_entries,
        "exact": found.is_exact,
    }
    assert [what for what, is_kept in keeps.items() if is_kept] == kept.split()


def test_what_a_file_is_on(tmp_path: Path) -> None:
    mounts = Mounts()
    for path, there in ((tmp_path, True), (Path("/proc/self/status"), False)):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            found = mounts.of(descriptor, os.fstat(descriptor).st_dev)
        finally:
            os.close(descriptor)
        if not there:
            assert found == UNKNOWN
    assert mounts.changes() == mounts.changes()


_SEES_A_MOUNT = """
import os, subprocess, sys
from quart_video.storage.local import file_systems
from quart_video.storage.local.file_systems import Mounts, known
file_systems.LOOK_EVERY = 0
folder = sys.argv[1]
mounts = Mounts()

def seen():
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return mounts.of(descriptor, os.fstat(descriptor).st_dev)
    finally:
        os.close(descriptor)

before, changes = seen(), mounts.changes()
subprocess.run(["mount", "-t", "ramfs", "x", folder], check=True)
assert mounts.changes() > changes
assert seen() == known("ramfs")
changes = mounts.changes()
subprocess.run(["umount", folder], check=True)
assert mounts.changes() > changes
assert seen() == before
child = os.fork()
if child == 0:  # what its parent has been told, it is told itself
    changes = mounts.changes()
    subprocess.run(["mount", "-t", "ramfs", "x", folder], check=True)
    os._exit(0 if mounts.changes() > changes and seen() == known("ramfs") else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_what_is_mounted_while_it_runs(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    space = ["unshare", "--mount", "--map-root-user"]
    try:
        subprocess.run([*space, "mount", "-t", "ramfs", "x", folder], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"nothing can be mounted here: {error}")
    subprocess.run([*space, sys.executable, "-c", _SEES_A_MOUNT, folder], check=True, timeout=60)


def test_a_folder_that_takes_names_in_any_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``chattr +F`` makes one: its disk is not exact from then on."""
    mounts = Mounts()
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        device = os.fstat(descriptor).st_dev
        if not mounts.of(descriptor, device).is_exact:
            pytest.skip("the folder for tests is on no disk that is exact")
        mounts.look_for_folding(descriptor, device)
        assert mounts.of(descriptor, device).is_exact
        changes = mounts.changes()
        flags = (0x40080000).to_bytes(4, sys.byteorder) + bytes(4)
        monkeypatch.setattr(fcntl, "ioctl", lambda *_: flags)
        mounts.look_for_folding(descriptor, device)
        found = mounts.of(descriptor, device)
        assert (found.is_exact, found.is_local) == (False, known("ext4").is_local)
        assert mounts.changes() == changes + 1
    finally:
        os.close(descriptor)
