"""Completion as it is described, by a real bash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.harness import REPOSITORY, need_tool

pytestmark = pytest.mark.thorough

LINE = 'eval "$(_QUART_VIDEO_COMPLETE=bash_source quart-video)"'
"""What the guide has in ``~/.bashrc``."""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["quart-video", "s"], {"scan", "serve"}),
        (["quart-video", "serve", "--por"], {"--port"}),
        (["quart-video", "list", ".", "--sort", "dur"], {"duration"}),
        (["quart-video", "serve", "--h"], {"--host", "--help"}),
    ],
)
@pytest.mark.sample(1)
def test_what_bash_completes(tmp_path: Path, typed: list[str], expected: set[str]) -> None:
    command = tmp_path / "quart-video"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m quart_video.serve "$@"\n')
    command.chmod(0o755)
    script = (
        f'{LINE}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))\n'
        "complete -p quart-video >/dev/null\n"
        '_quart_video_completion quart-video\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        [need_tool("bash"), "--norc", "-e", "-c", script, "bash", *typed],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.split()) == expected


def test_the_guide_has_this_line() -> None:
    guide = (REPOSITORY / "docs/how_to_guides/commands.md").read_text(encoding="utf-8")
    assert f"echo '{LINE}' >>~/.bashrc" in guide
