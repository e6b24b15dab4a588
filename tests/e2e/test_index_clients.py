"""Programs that mirror a folder of the web by the links that they find in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote
from urllib.request import urlopen

import pytest

from tests.e2e.harness import missing, need_tool, wait_until
from tests.support.serving import quart_run

NAMES = (
    "Welcome.mp4",
    'it\'s "double".mp4',
    "100% #1 why?.mp4",
    "  spaced  name .mp4",
    "a&b<c>;=+,@!$(x)[y]{z}~^`|.mp4",
    "&amp;.mp4",
    "-dash.mp4",
    "C:drive.mp4",
    "http.mp4",
    "HTTPS:x.mp4",
    "emoji 🎬.mp4",
    unicodedata.normalize("NFD", "Größe é.mp4"),
    "日本.mp4",
)
FOLDERS = ("", "-dir", "it's", "a b%20?#", "日本/ℵ", "🎬")
APP = """
from quart import Quart, request
from quart_video import video_bp

app = Quart(__name__)
app.config["MEDIA_ROOT"] = "library"
app.config["VIDEO_PAGE_SIZE"] = 2
app.register_blueprint(video_bp)

@app.after_request
def note(response):
    with open("requests", "a") as log:
        print(response.status_code, request.method, request.full_path.rstrip("?"), file=log)
    return response
"""


class Folder:
    """A folder with a library, which is served, and with copies of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.library = path / "library"
        self.url = ""

    def put(self, name: str, content: bytes, when: int = 1_600_000_000) -> None:
        file = self.library / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (when, when))

    def run(self, *command: str) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.path), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [need_tool(command[0]), *command[1:]],
            cwd=self.path,
            env=environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return (done.stdout + done.stderr).decode(errors="replace")

    def requests(self) -> Counter[str]:
        """Return how often what has been asked for, and forget it."""
        log = self.path / "requests"
        counted = Counter(log.read_text().splitlines())
        log.unlink()
        return counted

    def index(self, folder: str) -> str:
        """Return the index of a folder, as programs get it."""
        with urlopen(self.url + quote(folder)) as response:
            return str(response.read().decode())

    def gets(self) -> Counter[str]:
        """Return how often which video has been fetched, and forget it."""
        return Counter({k: n for k, n in self.requests().items() if re.search(r"^20. GET.*mp4", k)})


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.mp4")}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path)
    for number, name in enumerate(f"{at}/{name}".lstrip("/") for at in FOLDERS for name in NAMES):
        folder.put(name, os.urandom(200 + number))
    (tmp_path / "app.py").write_text(APP)
    with quart_run("app:app", tmp_path) as url:
        folder.url = f"{url}/videos/"
        yield folder


@pytest.mark.parametrize("client", ["rclone", "lftp", "wget", "wget2"])
@pytest.mark.sample(1)
def test_a_library_is_mirrored(served: Folder, client: str) -> None:
    """As a whole, then what has changed, then nothing."""
    commands = {
        "rclone": ("rclone", "sync", "--http-url", served.url, ":http:", "copy"),
        "lftp": ("lftp", "-c", f"open {served.url}; mirror --delete . copy"),
        "wget": ("wget", "-m", "-np", "-nH", "--cut-dirs=1", "--no-proxy",
                 "--restrict-file-names=nocontrol", "-P", "copy", served.url),
        "wget2": ("wget2", "-m", "-np", "-nH", "--cut-dirs=1", "--no-proxy", "--no-robots",
                  "--header=Accept: */*", "--restrict-file-names=nocontrol",
                  "-P", "copy", served.url),
    }  # fmt: skip
    command = commands[client]
    if client == "wget2":  # it reads the name of a folder as a part of an address, twice
        shutil.rmtree(served.library / "a b%20?#")
    served.run(*command)
    assert files(served.path / "copy") == files(served.library)
    served.requests()
    served.put("日本/new.mp4", b"new")
    served.put("Welcome.mp4", b"another film", when=1_700_000_000)
    keeps_all = client.startswith("wget")
    if not keeps_all:
        (served.library / "-dash.mp4").unlink()
    wait_until(lambda: "new.mp4" in served.index("日本/"), 20, "the new one is seen")
    wait_until(lambda: ("-dash.mp4" in served.index("")) is keeps_all, 20, "so is what is gone")
    served.requests()
    served.run(*command)
    assert files(served.path / "copy") == files(served.library)
    assert set(served.gets()) == {
        f"200 GET /videos/{name}" for name in ("日本/new.mp4", "Welcome.mp4")
    }
    served.run(*command)
    assert not served.gets()
    assert files(served.path / "copy") == files(served.library)


def test_fsspec(served: Folder) -> None:
    fsspec = pytest.importorskip("fsspec")
    pytest.importorskip("aiohttp")
    web = fsspec.filesystem("http", skip_instance_cache=True)
    found = web.find(served.url)
    below = {unquote(url.removeprefix(served.url)): url for url in found if url.endswith("mp4")}
    assert {name: web.cat_file(url) for name, url in below.items()} == files(served.library)
    assert len(web.glob(f"{served.url}*.mp4")) == len(NAMES)


@pytest.mark.slow  # it looks again and again
def test_httpdirfs(served: Folder) -> None:
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        missing("/dev/fuse", "It takes a kernel with FUSE, and permission to use it.")
    mount = served.path / "mount"
    mount.mkdir()
    served.run("httpdirfs", served.url, str(mount))
    try:
        assert files(mount) == files(served.library)
    finally:
        served.run("fusermount", "-u", str(mount))


def test_a_crawler_takes_each_video_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for number in range(7):
        folder.put(f"{number % 5}/{number}.mp4", b"film")
    (tmp_path / "app.py").write_text(APP)
    with quart_run("app:app", tmp_path) as url:
        folder.run("wget", "-q", "-r", "-np", "--no-proxy", f"{url}/videos/")
    requests = folder.requests()
    assert sorted(n for key, n in requests.items() if ".mp4" in key) == [1] * 7
    assert requests.total() < 40
