"""What is installed, and what is told where it is not."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from quart_video.command.doctor.finding import Finding
from quart_video.command.doctor.installed import loading_problem, look_at_installed


def found(
    missing: Collection[str] = (), needed: Collection[str] = (), broken: Collection[str] = ()
) -> dict[str, Finding]:
    def version_of(name: str) -> str | None:
        return None if name in missing else "1.2"

    def loads(modules: Collection[str]) -> str | None:
        return "ImportError: libxyz.so" if set(modules) & set(broken) else None

    return {each.check: each for each in look_at_installed(needed, version_of, loads)}


def test_all_is_there() -> None:
    assert {each.state for each in found().values()} == {"ok"}
    assert found()["extra media"].told == "av 1.2, Pillow 1.2, chardet 1.2"


@pytest.mark.parametrize(
    ("missing", "needed", "extra", "state"),
    [
        (["av", "Pillow", "chardet"], [], "media", "warning"),
        (["chardet"], [], "media", "warning"),
        (["watchfiles"], [], "watch", "warning"),
        (["uvicorn", "httptools", "uvloop", "segno"], [], "serve", "ok"),
        (["segno"], [], "serve", "warning"),
        (["obstore"], [], "cloud", "ok"),
        (["obstore"], ["cloud"], "cloud", "failure"),
    ],
)
def test_something_is_missing(
    missing: list[str], needed: list[str], extra: str, state: str
) -> None:
    findings = found(missing, needed)
    told = findings.pop(f"extra {extra}")
    assert told.state == state
    assert (told.remedy == "") is (state == "ok")
    assert told.remedy in ("", f'pip install "quart-video[{extra}]"')
    assert {each.state for each in findings.values()} == {"ok"}


def test_something_is_there_and_does_not_load() -> None:
    told = found(broken=["av"])["extra media"]
    assert told.state == "failure"
    assert "libxyz" in told.told


@pytest.mark.thorough
def test_modules_are_loaded() -> None:
    assert loading_problem(["json", "quart_video"]) is None
    assert loading_problem(["json", "no_such_module"]) == (
        "ModuleNotFoundError: No module named 'no_such_module'"
    )
