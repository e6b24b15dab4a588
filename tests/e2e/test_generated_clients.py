"""Clients that generators make of our OpenAPI document: they compile, list, page and search."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.request import urlopen

import pytest

from quart_video.testing import make_film
from tests.e2e.harness import missing, need_tool
from tests.support.serving import quart_run

pytestmark = pytest.mark.slow

NPM = ("openapi-typescript@7.13.0", "typescript@5.9.3")
"""One makes types of the document, the other compiles what uses them."""

APP = """
from quart import Quart
from quart_schema import QuartSchema
from quart_video import video_bp

app = Quart(__name__)
app.config.update(MEDIA_ROOT="videos", VIDEO_CACHE="cache", VIDEO_MEDIA_PROCESSES=0)
QuartSchema(app)
app.register_blueprint(video_bp)
"""
FOUND = {
    "pages": [["Course/Lesson 1.mp4", "Course/Lesson 2.mp4"], ["Course/Lesson 10.mp4"]],
    "total": 3,
    "search": ["Course/Lesson 10.mp4"],
    "title": "Lesson 2",
    "missing": 404,
    "health": "ok",
}
"""What each client finds, and writes as JSON."""

PYTHON = """
import json
import sys

from videos_client import Client
from videos_client.api.videos import get_video_api_video, get_video_api_videos, get_video_health

client = Client(base_url=sys.argv[1])
pages, cursor = [], None
while True:
    given = {"cursor": cursor} if cursor else {}
    page = get_video_api_videos.sync(client=client, folder="Course", limit=2, **given)
    pages.append([video.path for video in page.videos])
    total = page.total if len(pages) == 1 else total
    cursor = page.next_cursor
    if not cursor:
        break
search = get_video_api_videos.sync(client=client, q="lesson 10")
video = get_video_api_video.sync("Course/Lesson 2.mp4", client=client)
missing = get_video_api_video.sync_detailed("none.mp4", client=client)
print(json.dumps({
    "pages": pages,
    "total": total,
    "search": [video.path for video in search.videos],
    "title": video.title,
    "missing": int(missing.status_code),
    "health": get_video_health.sync(client=client).status,
}))
"""

TYPESCRIPT = """
import type { paths } from "./schema.js";

type Answers<T> = { get: { responses: { 200: { content: { "application/json": T } } } } };
type Json<Path extends keyof paths> = paths[Path] extends Answers<infer T> ? T : never;
type Answer<Path extends keyof paths> = { status: number; body: Json<Path> };
type Listing = "/videos/-/api/videos";
type Video = "/videos/-/api/videos/{path}";
type Query = NonNullable<paths[Listing]["get"]["parameters"]["query"]>;

declare const process: { argv: string[] };
const root = process.argv[2];

async function ask<Path extends keyof paths>(url: string): Promise<Answer<Path>> {
  const answer = await fetch(`${root}/videos/-/${url}`);
  return { status: answer.status, body: await answer.json() };
}

async function list(query: Query): Promise<Json<Listing>> {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== null) given.set(name, `${value}`);
  return (await ask<Listing>(`api/videos?${given}`)).body;
}

const pages: string[][] = [];
let total: number | null | undefined;
let cursor: string | null | undefined = null;
do {
  const page: Json<Listing> = await list({ folder: "Course", limit: 2, cursor });
  pages.push(page.videos.map((video) => video.path));
  total ??= page.total;
  cursor = page.next_cursor;
} while (cursor);
const search = await list({ q: "lesson 10" });
const video = await ask<Video>("api/videos/Course/Lesson%202.mp4");
const missing = await ask<Video>("api/videos/none.mp4");
const health = await ask<"/videos/-/health">("health");
console.log(JSON.stringify({
  pages,
  total,
  search: search.videos.map((found) => found.path),
  title: video.body.title,
  missing: missing.status,
  health: health.body.status,
}));
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "app.py").write_text(APP)
    for path in ("Welcome.mp4", *(f"Course/Lesson {number}.mp4" for number in (1, 2, 10))):
        file = folder / "videos" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(make_film(0.1, tint=path))
    with quart_run("app:app", folder) as url:
        yield url


@pytest.fixture
def document(served: str, tmp_path: Path) -> Path:
    with urlopen(f"{served}/openapi.json") as answer:
        (tmp_path / "openapi.json").write_bytes(answer.read())
    return tmp_path / "openapi.json"


def run(command: Sequence[str | Path], folder: Path) -> str:
    ran = subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_python(served: str, document: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(
        "project_name_override: videos\npackage_name_override: videos_client\npost_hooks: []\n"
    )
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    run([*command, "--path", document, "--config", "config.yml"], tmp_path)
    run([sys.executable, "-m", "compileall", "-q", "videos_client"], tmp_path)
    (tmp_path / "list.py").write_text(PYTHON)
    found = run([sys.executable, "-W", "error", "list.py", served], tmp_path)
    assert json.loads(found) == FOUND


def test_typescript(served: str, document: Path, tmp_path: Path) -> None:
    npm = shutil.which("npm") or missing("npm", "Install it with: apt-get install npm")
    run([npm, "install", "--silent", "--no-audit", "--no-fund", *NPM], tmp_path)
    programs = tmp_path / "node_modules" / ".bin"
    run([programs / "openapi-typescript", document, "-o", "schema.ts"], tmp_path)
    (tmp_path / "list.ts").write_text(TYPESCRIPT)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--outDir", "out"]
    run([programs / "tsc", *options, "list.ts"], tmp_path)
    found = run([need_tool("node"), "out/list.js", served], tmp_path)
    assert json.loads(found) == FOUND
