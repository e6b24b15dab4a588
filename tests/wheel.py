"""What is built, installed alone, serves a video. Run by ``make wheel``: slow, and needs a network.

Not collected by a plain ``pytest``; it expects the archives in ``dist/``.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.support.serving import quart_run

pytestmark = pytest.mark.timeout(600)  # installs from the network

REPOSITORY = Path(__file__).parents[1]
SIZE = 3_000_017
APP = """
from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config["MEDIA_ROOT"] = "films"
app.register_blueprint(video_bp)
"""


def _archive(pattern: str) -> Path:
    (path,) = (REPOSITORY / "dist").glob(pattern)
    return path


def _files(folder: str) -> set[str]:
    """Return the files of the checkout below *folder*, relative to the checkout."""
    return {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "_build" not in path.parts
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a user's folder outside the checkout, with an app and a film."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "app.py").write_text(APP)
    (folder / "films").mkdir()
    (folder / "films" / "A film.mp4").write_bytes(random.Random(1).randbytes(SIZE))
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment that holds the wheel and what it asks for."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    found = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    wheel = str(_archive("*.whl"))
    subprocess.run([found, "-m", "pip", "install", "--quiet", wheel], check=True, cwd=environment)
    return found


@pytest.fixture(scope="module")
def url(folder: Path, python: Path) -> Iterator[str]:
    with quart_run("app:app", folder, python=python) as served:
        yield served + "/videos/"


def test_the_wheel_holds_the_package_and_nothing_else() -> None:
    with zipfile.ZipFile(_archive("*.whl")) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == _files("quart_video")


def test_the_sdist_holds_all_that_is_needed_to_work_on_it() -> None:
    with tarfile.open(_archive("*.tar.gz")) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"Makefile", "pyproject.toml", "README.md", "CHANGES.md", "LICENSE"} <= names
    for part in ("quart_video", "tests", "docs", "example"):
        assert _files(part)
        assert _files(part) <= names


def test_it_is_the_installed_one(folder: Path, python: Path) -> None:
    code = "import quart_video; print(quart_video.__file__)"
    answer = subprocess.run([python, "-c", code], check=True, cwd=folder, stdout=subprocess.PIPE)
    assert Path(answer.stdout.decode().strip()).is_relative_to(python.parents[1])


def test_what_is_installed_fits_together(python: Path) -> None:
    subprocess.run([python, "-m", "pip", "check"], check=True)


def test_a_range_of_the_film(folder: Path, url: str) -> None:
    data = (folder / "films" / "A film.mp4").read_bytes()
    request = Request(url + "A%20film.mp4", headers={"Range": "bytes=1000000-2999999"})
    with urlopen(request) as response:
        assert response.status == 206
        assert response.headers["Content-Range"] == f"bytes 1000000-2999999/{SIZE}"
        assert response.headers["Content-Type"] == "video/mp4"
        assert response.read() == data[1_000_000:3_000_000]


def test_a_range_past_the_end(url: str) -> None:
    with pytest.raises(HTTPError, match="416") as refusal:
        urlopen(Request(url + "A%20film.mp4", headers={"Range": f"bytes={SIZE}-"}))
    assert refusal.value.headers["Content-Range"] == f"bytes */{SIZE}"
    refusal.value.close()


@pytest.mark.parametrize("page", ["", "-/watch/A%20film.mp4"])
def test_a_page_and_what_it_loads(url: str, page: str) -> None:
    with urlopen(Request(url + page, headers={"Accept": "text/html"})) as response:
        html = response.read().decode()
    assert "A film" in html
    assets = set(re.findall(r'"/videos/(-/static/[^"]+)"', html))
    assert assets
    for asset in assets:
        with urlopen(url + asset) as response:
            assert response.read(), asset


def test_the_listing(url: str) -> None:
    with urlopen(url + "-/api/videos") as response:
        listing = json.load(response)
    assert [(video["name"], video["size"]) for video in listing["videos"]] == [("A film.mp4", SIZE)]
