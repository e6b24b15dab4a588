"""What the package promises to the outside: its names, its arrows, its dependencies, its clips."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import quart_video
from tests.e2e.harness import need_tool

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "quart_video"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]

PARTS = ("quart_video/", "tests/")

MODULES = sorted(PACKAGE.rglob("*.py"))
FRAMEWORK = {"quart", "quart_schema", "flask", "werkzeug", "hypercorn", "blinker", "jinja2"}
WORLD = {"asyncio", "io", "os", "pathlib", "socket", "threading", "time"}
ROOMS = {"http": {"http"}, "policy": {"policy", "http"}, "storage": {"storage"}}
ROOMS |= {"catalogue": {"catalogue", "storage"}, "remux": {"remux", "storage"}}
ROOMS["media"] = {"media", "remux", "storage"}


def _name(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports, at its top or anywhere else in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            assert node.module
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in _imports(path)}


def _rooms(path: Path) -> set[str]:
    """Return the rooms of the house that a module imports from."""
    parts = (name.split(".") for name in _imports(path))
    return {part[1] for part in parts if part[0] == "quart_video" and len(part) > 1} & set(ROOMS)


def test_every_public_name_is_in_all() -> None:
    found = {
        name
        for name, value in vars(quart_video).items()
        if not name.startswith("_") and not isinstance(value, ModuleType) and name != "annotations"
    }
    assert {*found, "__version__"} == set(quart_video.__all__)


def test_all_is_sorted_and_holds_nothing_twice() -> None:
    assert list(quart_video.__all__) == sorted(set(quart_video.__all__))


@pytest.mark.parametrize("name", quart_video.__all__)
def test_public_names_say_what_they_are(name: str) -> None:
    assert getattr(quart_video, name).__doc__


def test_the_changes_begin_with_this_version() -> None:
    changes = (REPOSITORY / "CHANGES.md").read_text(encoding="utf-8")
    newest = next(line for line in changes.splitlines() if line.startswith("## "))
    assert newest.split()[1] == quart_video.__version__


def test_types_are_shipped() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_users_see_the_extras_that_are_theirs() -> None:
    extras = set(PROJECT["optional-dependencies"])
    assert extras == {"cloud", "media", "serve", "watch"}
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| Extra |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == extras


def test_there_are_two_dependencies() -> None:
    names = {requirement.partition(">=")[0] for requirement in PROJECT["dependencies"]}
    assert names == {"quart", "quart-schema[pydantic]"}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_arrows_between_rooms_point_one_way(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    if room in ROOMS:
        assert not _tops(path) & FRAMEWORK
        assert _rooms(path) <= ROOMS[room]


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("http/*.py")), ids=_name)
def test_what_decides_touches_nothing(path: Path) -> None:
    assert not _tops(path) & WORLD


def test_the_blueprint_is_imported_by_nothing_but_the_front_door() -> None:
    importers = {_name(path) for path in MODULES if "quart_video.blueprint" in _imports(path)}
    assert importers == {"quart_video"}


def test_nothing_is_tracked_that_is_ignored() -> None:
    """What an app keeps in its ``instance`` folder got in once."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("this is no clone")
    # What its owner alone ignores is not the project's.
    command = [
        need_tool("git"),
        "-c",
        "core.excludesFile=",
        "ls-files",
        "-ci",
        "--exclude-standard",
    ]
    answer = subprocess.run(command, check=True, capture_output=True, cwd=REPOSITORY, text=True)
    assert answer.stdout == ""


SOURCE = PROJECT["urls"]["Source"]
FRONT_PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md")


@pytest.mark.parametrize("page", FRONT_PAGES)
def test_links_lead_to_files_that_are_there(page: str) -> None:
    """In full, as a package index shows the README, where no link of this repository leads on."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert links
    for link in links:
        path = re.sub(rf"^{re.escape(SOURCE)}/(blob|raw)/main/", "", link)
        assert path != link or not link.startswith(f"{SOURCE}/blob"), link
        if path != link:
            assert (REPOSITORY / path).is_file(), link
        elif page == "README.md":
            assert link.startswith("https://"), link
        else:
            assert link.startswith("https://") or (REPOSITORY / link).is_file(), link


def test_paths_in_the_guide_for_contributors_are_there() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = [name for name in re.findall(r"`([\w./-]+)`", text) if name.startswith(PARTS)]
    assert len(paths) > 30
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []


def test_the_screenshots_are_small() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(\S+/raw/main/(\S+)\)", readme)
    assert len(shown) == 2
    assert sum((REPOSITORY / path).stat().st_size for path in shown) < 150_000


CLIPS = sorted(
    path for path in (REPOSITORY / "example/videos").rglob("*") if path.suffix in (".mp4", ".webm")
)


def _probe(clip: Path) -> dict[str, Any]:
    entries = "stream=codec_name,codec_type,sample_aspect_ratio:packet=codec_type,pts_time,flags"
    command = [need_tool("ffprobe"), "-v", "error", "-of", "json"]
    command += ["-show_entries", entries, str(clip)]
    answer = subprocess.run(command, check=True, capture_output=True)
    assert not answer.stderr
    facts: dict[str, Any] = json.loads(answer.stdout)
    return facts


def test_the_clips_are_small() -> None:
    assert len(CLIPS) >= 5
    files = [path for path in (REPOSITORY / "example").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_000_000


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_a_clip_plays_and_has_a_key_frame_a_second(clip: Path) -> None:
    facts = _probe(clip)
    codecs = {stream["codec_type"]: stream["codec_name"] for stream in facts["streams"]}
    promised = {".mp4": ("h264", "aac"), ".webm": ("vp9", "opus")}[clip.suffix]
    assert (codecs["video"], codecs["audio"]) == promised
    # Not 1:1, and the clip is squeezed into bars.
    assert {stream.get("sample_aspect_ratio", "1:1") for stream in facts["streams"]} == {"1:1"}
    frames = [packet for packet in facts["packets"] if packet["codec_type"] == "video"]
    keys = sorted(float(frame["pts_time"]) for frame in frames if frame["flags"].startswith("K"))
    end = max(float(frame["pts_time"]) for frame in frames)
    for start, stop in zip([0.0, *keys], [*keys, end], strict=True):
        assert stop - start <= 1.1


@pytest.mark.parametrize(
    "clip", [clip for clip in CLIPS if clip.suffix == ".mp4"], ids=lambda clip: clip.name
)
def test_a_clip_starts_without_its_end(clip: Path) -> None:
    data = clip.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_a_clip_decodes_to_its_end(clip: Path) -> None:
    command = [need_tool("ffmpeg"), "-v", "error", "-xerror", "-i", str(clip), "-f", "null", "-"]
    answer = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    assert (answer.returncode, answer.stderr) == (0, b"")
