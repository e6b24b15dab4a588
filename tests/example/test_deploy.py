"""The files of the guides to deployment, as far as no test of servers runs them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from quart import Quart

from quart_video import video_bp
from tests.docs.blocks import DOCS
from tests.e2e.harness import missing, need_tool
from tests.support.asgi import call

FILES = Path(__file__).parents[2] / "example" / "deploy"
NAMES = [path.name for path in FILES.iterdir() if path.is_file()]


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_in_a_guide(name: str) -> None:
    guides = (DOCS / "how_to_guides").glob("*.md")
    assert any(f"example/deploy/{name}\n" in guide.read_text("utf-8") for guide in guides)


def test_systemd_understands_the_service(tmp_path: Path) -> None:
    """With nothing of it replaced but the program, which is not here."""
    for name in ("videos.service", "videos.socket"):
        text = (FILES / name).read_text()
        text = text.replace("/opt/videos/.venv/bin/uvicorn", shutil.which("true") or "/bin/true")
        (tmp_path / name).write_text(text)
    command = [
        need_tool("systemd-analyze"),
        "verify",
        "--man=no",
        *map(str, sorted(tmp_path.iterdir())),
    ]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    ours = [line for line in result.stderr.splitlines() if "videos." in line]
    assert [line for line in ours if "User" not in line and "not found" not in line] == []
    assert not any("Unknown" in line for line in result.stderr.splitlines())


def test_the_service_is_left_little() -> None:
    """As systemd rates it: from 100, where it may do all, down to 0."""
    unit = str(FILES / "videos.service")
    command = [need_tool("systemd-analyze"), "security", "--offline=true", "--threshold=20", unit]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if "unrecognized option" in result.stderr:
        missing("systemd 250", "An older one rates no files.")
    assert result.returncode == 0, result.stdout


def _arguments(name: str) -> list[str]:
    """Return how a file of this name starts Uvicorn."""
    text = (FILES / name).read_text()
    if found := re.search(r"(?m)^ExecStart=(.*)$", text):
        return shlex.split(found[1])[1:]
    (command,) = re.findall(r"(?m)^CMD (.*)$", text)
    return list(json.loads(command))[1:]


@pytest.mark.parametrize("name", ["videos.service", "Containerfile"])
def test_uvicorn_understands_its_options(name: str) -> None:
    from uvicorn.main import main  # noqa: PLC0415 - a server, which few tests here need

    arguments = _arguments(name)
    context = main.make_context("uvicorn", list(arguments))
    assert context.params["app"] == "app:app"
    assert context.params["timeout_graceful_shutdown"] == 10
    assert ("fd" in context.params and context.params["fd"] == 3) == (name == "videos.service")


def _pod() -> tuple[dict[str, Any], dict[str, Any]]:
    deployment, *_ = yaml.safe_load_all((FILES / "kubernetes.yaml").read_text())
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    return pod, container


async def test_the_probe_of_kubernetes(tmp_path: Path) -> None:
    _, container = _pod()
    probe = container["readinessProbe"]["httpGet"]
    assert "httpHeaders" not in probe  # so it asks by the address of the pod
    videos = tmp_path / "videos"
    videos.mkdir()
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(videos), VIDEO_CACHE=str(tmp_path / "cache"))
    app.config["SERVER_NAME"] = "media.example.org"
    app.register_blueprint(video_bp)
    async with app.test_app():
        with pytest.warns(UserWarning, match="doesn't match"):
            assert (await call(app, probe["path"], host="10.0.0.1:8000")).status == 200


async def test_a_volume_that_everybody_may_write_to(tmp_path: Path) -> None:
    """As an ``emptyDir`` is."""
    pod, container = _pod()
    (mount,) = [each for each in container["volumeMounts"] if each["name"] == "cache"]
    assert {"name": "cache", "emptyDir": {}} in pod["volumes"]
    (cache,) = [each["value"] for each in container["env"] if each["name"] == "QUART_VIDEO_CACHE"]
    volume = tmp_path / "volume"
    volume.mkdir()
    volume.chmod(0o2777)
    (tmp_path / "videos").mkdir()
    app = Quart(__name__)
    here = str(volume) + cache.removeprefix(mount["mountPath"])
    app.config.update(MEDIA_ROOT=str(tmp_path / "videos"), VIDEO_CACHE=here)
    app.register_blueprint(video_bp)
    async with app.test_app():
        assert (await call(app, "/videos/")).status == 200
    assert os.listdir(here)


def test_the_container_and_the_pod_have_the_same_folders() -> None:
    _, container = _pod()
    text = (FILES / "Containerfile").read_text()
    assert f"--uid {_pod()[0]['securityContext']['runAsUser']} " in text
    paths = {each["mountPath"] for each in container["volumeMounts"]} - {"/tmp"}  # noqa: S108
    assert set(re.findall(r"(?m)^VOLUME (.*)$", text)[0].split()) == paths
    (value,) = re.findall(r"QUART_VIDEO_CACHE=(\S+)", text)
    assert container["env"] == [{"name": "QUART_VIDEO_CACHE", "value": value}]
    port = container["ports"][0]["containerPort"]
    assert f"EXPOSE {port}\n" in text
    assert _arguments("Containerfile")[_arguments("Containerfile").index("--port") + 1] == str(port)
