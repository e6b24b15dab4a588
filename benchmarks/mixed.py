"""What it costs to prepare files of all kinds, beside what it cost in another version."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.media.matrix.files import MAKERS

_APP = """
from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config.from_prefixed_env()
app.register_blueprint(video_bp)
"""
_HERE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Mixed:
    """Processor time for the details, posters and storyboards of files of all kinds."""

    files: int
    ours: float
    """Seconds, of all of them."""
    before: float | None
    """Likewise, in another version; ``None``: there is nothing to compare with."""

    def __str__(self) -> str:
        each = 1000 * self.ours / self.files
        line = f"{self.files} mixed files: {self.ours:.1f} s of processor time, {each:.1f} ms each"
        if self.before is None:
            return f"{line}\n  --beside CHECKOUT compares them with another version"
        ratio = self.ours / self.before
        verdict = "as" if ratio <= 1 else "NOT as"
        return (
            f"{line}; before {self.before:.1f} s\n"
            f"  {ratio:.2f} of it; wanted: no more than 1; {verdict} wanted"
        )


def compare_mixed(folder: Path, files: int, beside: Path | None) -> Mixed:
    """Prepare a library of files of all kinds, by this version and by another one.

    :param folder: where the files are kept, of which each kind is made once.
    :param beside: the checkout of another version.
    """
    matrix = folder / "matrix"
    matrix.mkdir(parents=True, exist_ok=True)
    kinds = [make(matrix) for make in MAKERS.values()]
    with tempfile.TemporaryDirectory(dir=folder) as name:
        scene = Path(name)
        (scene / "app.py").write_text(_APP, encoding="utf-8")
        library = scene / "videos"
        library.mkdir()
        for number in range(files):
            kind = kinds[number % len(kinds)]
            os.link(kind, library / f"{number}-{kind.name}")
        ours = prepare(scene, _HERE)
        return Mixed(files, ours, prepare(scene, beside) if beside else None)


def prepare(scene: Path, checkout: Path) -> float:
    """Prepare all by the version in a checkout; return the processor time that it took.

    :raises RuntimeError: it was not done.
    """
    with tempfile.TemporaryDirectory(dir=scene) as cache:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(checkout),
            "QUART_APP": "app:app",
            "QUART_MEDIA_ROOT": str(scene / "videos"),
            "QUART_VIDEO_CACHE": cache,
            "QUART_VIDEO_SURVEY": "false",
        }
        began = _time_of_children()
        command = [sys.executable, "-m", "quart", "video", "prepare"]
        done = subprocess.run(
            command, cwd=scene, env=environment, check=False, capture_output=True, text=True
        )
        # Some of them have nothing to make a poster of, which is told by the status 1.
        if not any(Path(cache).iterdir()):
            raise RuntimeError(f"{checkout} prepares nothing: {done.stderr[-1000:]}")
        return _time_of_children() - began


def _time_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
