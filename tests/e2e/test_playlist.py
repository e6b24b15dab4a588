"""A playlist in players."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e.chromium import NewPage
from tests.e2e.harness import Server, need_tool


def test_a_player_plays_all_of_it(hypercorn: Server, film: Path, folder: Path) -> None:
    names = ["one & 'two' #3?.mp4", "zwei \N{CLAPPER BOARD}\n%41.mp4"]
    for name in names:
        (folder / name).symlink_to(film)
    (folder / "three.txt").touch()
    player = [need_tool("mpv"), "--no-config", "--vo=null", "--ao=null", "--untimed"]
    player += ["--frames=3", "--msg-level=all=info", "--term-playing-msg=now:${media-title}:"]
    url = f"{hypercorn.url}/videos/-/playlist.m3u?folder={folder.name}"
    played = subprocess.run([*player, url], capture_output=True, text=True, check=False, timeout=60)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.count("now:") == 2
    assert "now:one & 'two' #3?:" in played.stdout
    assert "now:zwei \N{CLAPPER BOARD} %41:" in played.stdout


def test_each_of_it_is_what_ffprobe_takes(hypercorn: Server, film: Path) -> None:
    assert film.exists()
    client = hypercorn.connect_h1()
    playlist = client.request("GET", "/videos/-/playlist.m3u?folder=film").body.decode()
    client.close()
    addresses = [line for line in playlist.splitlines() if not line.startswith("#")]
    assert addresses == [f"{hypercorn.url}/videos/film/clock.mp4"]
    command = [need_tool("ffprobe"), "-v", "error", "-show_entries", "format=duration"]
    command += ["-of", "csv=p=0", addresses[0]]
    probed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert float(probed.stdout) > 39


def test_the_button_saves_a_file(hypercorn: Server, new_page: NewPage, folder: Path) -> None:
    """Chromium plays HLS, and would show the playlist as a film without a picture."""
    (folder / "one.mp4").touch()
    page = new_page(base_url=hypercorn.url)
    page.goto(f"/videos/{folder.name}/")
    with page.expect_download() as download:
        page.get_by_text("Other apps").click()
        page.get_by_role("link", name="M3U").click()
    assert download.value.suggested_filename == "Videos.m3u"
    assert download.value.path().read_text().endswith("/one.mp4\n")
    assert page.get_by_role("link", name="one").count() == 1
