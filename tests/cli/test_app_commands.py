"""The commands of an app: ``quart video scan`` and ``list``, as somebody types them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from quart_video.catalogue import natural_key

pytestmark = pytest.mark.thorough

APP = """
from quart import Quart
from quart_video import VideoBlueprint, video_bp
app = Quart(__name__)
app.config.from_prefixed_env()
app.register_blueprint(video_bp)
app.register_blueprint(VideoBlueprint("films"), url_prefix="/films", media_root="films")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with an app, and its videos."""
    (tmp_path / "app.py").write_text(APP)
    for folder in ("videos", "videos/Series", "films"):
        (tmp_path / folder).mkdir()
    for name, size in (("Clip 10.mp4", 1000), ("Clip 2.webm", 20), ("Series/Été 1.mp4", 3)):
        path = tmp_path / "videos" / name
        path.write_bytes(b"x" * size)
        os.utime(path, (1_760_000_000, 1_760_000_000))
    (tmp_path / "films/Metropolis.mkv").touch()
    return tmp_path


def environment(root: Path, **config: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "QUART_APP": "app:app",
        "QUART_MEDIA_ROOT": str(root / "videos"),
        "QUART_VIDEO_CACHE": str(root / "cache"),
        **config,
    }


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "quart", *words]


def call(root: Path, *words: str, **config: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        cwd=root,
        env=environment(root, **config),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def lines(root: Path, *words: str) -> list[str]:
    done = call(root, "video", "list", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def paths(root: Path, *words: str) -> list[str]:
    found = [json.loads(line) for line in lines(root, "--json", *words)]
    return [row.get("path", f"{row.get('folder')}/") for row in found]


def test_what_a_scan_finds_is_kept(root: Path) -> None:
    done = call(root, "video", "scan")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Found 3 videos, 1.0 kB\n", "")
    assert list((root / "cache").rglob("*.sqlite3"))


@pytest.mark.slow
def test_it_sees_what_no_folder_tells_of(root: Path) -> None:
    call(root, "video", "scan")
    with (root / "videos/Series/Été 1.mp4").open("ab") as file:
        file.write(bytes(10**6))
    (root / "videos/Clip 10.mp4").unlink()
    assert call(root, "video", "scan").stdout == "Found 2 videos, 1.0 MB\n"


@pytest.mark.slow
def test_a_bar_shows_how_far_a_scan_is(root: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            command("video", "scan"),
            cwd=root,
            env=environment(root, TERM="xterm"),
            stdout=subprocess.PIPE,
            stderr=theirs,
            timeout=100,
            check=True,
        )
        shown = os.read(ours, 65536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout.startswith(b"Found 3 videos")
    assert "2/2" in shown


def test_a_folder_that_cannot_be_read_is_told(root: Path) -> None:
    done = call(root, "video", "scan", QUART_MEDIA_ROOT=str(root / "missing"))
    assert done.returncode == 1
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_list_of_a_folder(root: Path) -> None:
    assert lines(root) == [
        f"{'':33}Series/",
        "           20 bytes   9 Oct 2025  Clip 2.webm",
        "             1.0 kB   9 Oct 2025  Clip 10.mp4",
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["Series/", "Clip 2.webm", "Clip 10.mp4"]),
        (("--recursive",), ["Clip 2.webm", "Clip 10.mp4", "Series/Été 1.mp4"]),
        (("Series",), ["Series/Été 1.mp4"]),
        (("/Series/",), ["Series/Été 1.mp4"]),
        (("-q", "ete"), ["Series/Été 1.mp4"]),
        (("-q", "nothing of this"), []),
        (("-r", "--sort=-size"), ["Clip 10.mp4", "Clip 2.webm", "Series/Été 1.mp4"]),
        (("-r", "--type", "mp4"), ["Clip 10.mp4", "Series/Été 1.mp4"]),
        (("-r", "--limit", "1"), ["Clip 2.webm"]),
    ],
)
@pytest.mark.sample(1)
def test_what_is_listed(root: Path, words: tuple[str, ...], expected: list[str]) -> None:
    assert paths(root, *words) == expected


@pytest.mark.slow
def test_more_than_a_page_of_folders_is_listed(root: Path) -> None:
    names = [f"Box {number}" for number in range(1, 603)]
    for name in names:
        (root / "films" / name).mkdir()
    done = call(root, "films", "list", "--json")
    found = [json.loads(line).get("folder") for line in done.stdout.splitlines()]
    assert found == [*names, None]


@pytest.mark.slow
def test_more_than_a_page_is_listed(root: Path) -> None:
    names = [f"Clip {number}.mp4" for number in range(1, 1203)]
    for name in names:
        (root / "films" / name).touch()
    done = call(root, "films", "list", "--json")
    found = [json.loads(line)["path"] for line in done.stdout.splitlines()]
    assert found == sorted([*names, "Metropolis.mkv"], key=natural_key)
    assert len(call(root, "films", "list", "--limit", "700").stdout.splitlines()) == 700


def test_all_that_is_known_is_in_the_json(root: Path) -> None:
    (row,) = lines(root, "Series", "--json")
    assert json.loads(row) == {
        "path": "Series/Été 1.mp4",
        "size": 3,
        "modified": "2025-10-09T08:53:20Z",
        "duration": None,
    }


@pytest.mark.parametrize("folder", ["nowhere", "../videos", "Clip 2.webm", "\x1b[2J"])
@pytest.mark.slow
def test_a_folder_that_is_not_there(root: Path, folder: str) -> None:
    done = call(root, "video", "list", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: There is no folder ")
    assert "\x1b" not in done.stderr


@pytest.mark.slow
def test_a_name_does_nothing_to_the_terminal(root: Path) -> None:
    (root / "videos/Series/\x1b]0;bad\x07.mp4").touch()
    ours, theirs = pty.openpty()
    try:
        subprocess.run(
            command("video", "list", "Series"),
            cwd=root,
            env=environment(root, TERM="xterm"),
            stdout=theirs,
            stderr=subprocess.PIPE,
            timeout=100,
            check=True,
        )
        shown = os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)
    assert rb"\x1b]0;bad\x07.mp4" in shown
    assert b"\x1b]" not in shown
    assert "\x1b]0;bad\x07.mp4" in "".join(lines(root, "Series"))  # as it is, for programs


def test_who_reads_no_further_is_not_told_of_it(root: Path) -> None:
    for number in range(3000):
        (root / "films" / f"{number} {'x' * 100}.mp4").touch()
    with subprocess.Popen(
        command("films", "list"),
        cwd=root,
        env=environment(root),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("words", [("scan",), ("list",), ("list", "--json")])
@pytest.mark.sample(1)
def test_what_cannot_be_written_is_told(root: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("video", *words),
            cwd=root,
            env=environment(root),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=100,
            check=False,
        )
    assert done.returncode != 0
    assert done.stderr.startswith("Error: What was found cannot be written: No space left")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_nobody_has_to_look(root: Path) -> None:
    for word in ("scan", "list"):
        closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command("video", word)]
        done = subprocess.run(closed, cwd=root, env=environment(root), timeout=100, check=False)
        assert done.returncode == 0
