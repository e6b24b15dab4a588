"""Names over the wire: what is served, and that nothing else ever is."""

from __future__ import annotations

import json
import os
import re
import threading
import time
import unicodedata
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.harness import Peer, Server
from tests.e2e.reply import Reply
from tests.e2e.site import CLIP, GOOD_NAMES, SECRET, UNDECODABLE, Site
from tests.e2e.stored import STORABLE_NAMES

pytestmark = pytest.mark.over_a_store

PAGE = ("Accept", "text/html")
OTHER_VIEWS = ("-/watch/", "-/api/videos/", "-/captions/", "-/static/")

# Behind the mount's prefix. All of it is legal in a request target, if odd.
TRAVERSAL = {
    "dots": "../secret.mp4",
    "dots-from-folder": "folder/../../secret.mp4",
    "dots-twice": "folder/deep/../../../secret.mp4",
    "dots-and-back": "folder/../clip.mp4",
    "dots-out-and-in": "../media/clip.mp4",
    "dots-many": "../" * 20 + "etc/passwd",
    "dots-sibling": "../media-private/secret.mp4",
    "dots-encoded": "%2e%2e/secret.mp4",
    "dots-encoded-upper": "%2E%2E/secret.mp4",
    "dots-half-encoded": ".%2e/secret.mp4",
    "slash-encoded": "..%2fsecret.mp4",
    "slash-encoded-upper": "..%2Fsecret.mp4",
    "all-encoded": "%2e%2e%2fsecret.mp4",
    "all-encoded-from-folder": "folder%2f%2e%2e%2f%2e%2e%2fsecret.mp4",
    "all-encoded-sibling": "%2e%2e%2fmedia-private%2fsecret.mp4",
    "twice-encoded": "%252e%252e%252fsecret.mp4",
    "thrice-encoded": "%25252e%25252e%25252fsecret.mp4",
    "overlong-dot": "%c0%ae%c0%ae/secret.mp4",
    "overlong-dot-3": "%e0%80%ae%e0%80%ae/secret.mp4",
    "overlong-dot-4": "%f0%80%80%ae%f0%80%80%ae/secret.mp4",
    "overlong-slash": "..%c0%afsecret.mp4",
    "overlong-slash-3": "..%e0%80%afsecret.mp4",
    "fullwidth-dots": "%ef%bc%8e%ef%bc%8e/secret.mp4",
    "fullwidth-slash": "..%ef%bc%8fsecret.mp4",
    "one-dot-leader": "%e2%80%a4%e2%80%a4/secret.mp4",
    "utf-16-escape": "%u002e%u002e%u002fsecret.mp4",
    "utf-7": "+AC4-+AC4-/secret.mp4",
    "backslash": "..%5csecret.mp4",
    "backslash-twice-encoded": "..%255csecret.mp4",
    "backslash-from-folder": "folder%5c..%5c..%5csecret.mp4",
    "four-dots": "....//secret.mp4",
    "three-dots": ".../secret.mp4",
    "dots-and-parameter": "..;/secret.mp4",
    "dots-and-space": "..%20/secret.mp4",
    "dots-and-nul": "..%00/secret.mp4",
    "dots-and-tab": "..%09/secret.mp4",
    "single-dot": "./clip.mp4",
    "single-dot-encoded": "%2e/clip.mp4",
    "single-dot-within": "folder/./same.mp4",
    "absolute": "/etc/passwd",
    "absolute-encoded": "%2fetc%2fpasswd",
    "absolute-root": "{root}/clip.mp4",
    "absolute-root-encoded": "%2f{root}/clip.mp4",
    "absolute-secret": "%2f{outside}/secret.mp4",
    "drive": "C:%5cwindows%5cwin.ini",
    "unc": "%5c%5chost%5cshare%5cclip.mp4",
    "url": "file:///etc/passwd",
    "home": "~root/clip.mp4",
    "doubled-slash": "folder//same.mp4",
    "doubled-slash-encoded": "folder%2f%2fsame.mp4",
    "leading-slash-encoded": "%2fclip.mp4",
    "trailing-slash": "clip.mp4/",
    "trailing-slash-encoded": "clip.mp4%2f",
    "trailing-dot": "clip.mp4/.",
    "below-a-file": "clip.mp4/clip.mp4",
    "up-from-a-file": "one.mp4/../clip.mp4",
}

REFUSED = {
    "nul": "%00",
    "nul-behind": "clip.mp4%00",
    "nul-and-extension": "clip.mp4%00.mp4",
    "nul-before": "%00clip.mp4",
    "nul-for-hidden": "notes.txt%00.mp4",
    "backslash": "folder%5csame.mp4",
    "name-of-300-bytes": "n" * 296 + ".mp4",
    "name-of-256-bytes": "n" * 252 + ".mp4",
    "name-of-300-bytes-of-emoji": "%F0%9F%8E%AC" * 74 + ".mp4",
    "path-of-5000-bytes": "folder/" * 713 + "clip.mp4",
    "not-utf-8": "names/latin-%e9.mp4",
    "not-utf-8-bom": "names/%ff%fe.mp4",
    "not-utf-8-cut": "names/half-%f0%9f%8e.mp4",
    "surrogate": "names/%ed%a0%80.mp4",
    "surrogate-escape": "names/latin-%ed%b3%a9.mp4",
    "replacement-character": "names/latin-%ef%bf%bd.mp4",
    "hidden": ".hidden.mp4",
    "hidden-encoded": "%2ehidden.mp4",
    "hidden-folder": ".folder/inside.mp4",
    "hidden-through-folder": "folder/../.hidden.mp4",
    "missing": "missing.mp4",
    "missing-folder": "missing/clip.mp4",
    "other-type": "notes.txt",
    "other-case": "CLIP.mp4",
    "folder": "folder.mp4",
    "fifo": "fifo.mp4",
    "socket": "socket.mp4",
    "link-absolute": "link-absolute.mp4",
    "link-relative": "link-relative.mp4",
    "link-sibling": "link-sibling.mp4",
    "link-through-link": "link-through.mp4",
    "link-folder": "link-folder/secret.mp4",
    "link-parent": "link-parent/secret.mp4",
    "link-parent-and-back": "link-parent/media/clip.mp4",
    "link-dangling": "link-dangling.mp4",
    "link-to-itself": "link-loop.mp4",
    "link-loop": "link-ping.mp4",
    "link-device": "link-device.mp4",
    "link-proc": "link-proc.mp4",
    "space-behind": "clip.mp4%20",
    "dot-behind": "clip.mp4.",
    "stream": "clip.mp4::$DATA",
    "other-form": "names/caf%65%CC%80.mp4",
}


def _target(site: Site, view: str, path: str) -> str:
    path = path.replace("{root}", str(site.root)).replace("{outside}", str(site.outside))
    return f"/videos/{view}{path}"


def _assert_refused(reply: Reply, site: Site) -> None:
    assert reply.status == 404
    for bytes_of in (SECRET, CLIP[:16], b"root:", os.fsencode(site.root)):
        assert bytes_of not in reply.body


@pytest.mark.parametrize("path", (TRAVERSAL | REFUSED).values(), ids=TRAVERSAL | REFUSED)
@pytest.mark.sample(200)
def test_refused(peer: Peer, site: Site, path: str) -> None:
    _assert_refused(peer.get(_target(site, "", path)), site)


@pytest.mark.table(odd=False)
@pytest.mark.parametrize("path", REFUSED.values(), ids=REFUSED)
def test_refused_head(peer: Peer, site: Site, path: str) -> None:
    reply = peer.request("HEAD", _target(site, "", path))
    assert (reply.status, reply.body) == (404, b"")


@pytest.mark.table(odd=False)
@pytest.mark.parametrize("path", (TRAVERSAL | REFUSED).values(), ids=TRAVERSAL | REFUSED)
def test_refused_by_the_other_views(server: Server, site: Site, path: str) -> None:
    client = server.connect_h1()
    try:
        for view in OTHER_VIEWS:
            _assert_refused(client.request("GET", _target(site, view, path)), site)
    finally:
        client.close()


@pytest.mark.table(odd=False)
@pytest.mark.parametrize("path", TRAVERSAL.values(), ids=TRAVERSAL)
def test_refused_as_a_folder(peer: Peer, site: Site, path: str) -> None:
    """The gallery of, and the API about, a folder that is none, or none of ours."""
    folder = _target(site, "", path).removeprefix("/videos/").rpartition("/")[0]
    for target in (f"/videos/{folder}/", f"/videos/-/api/videos?folder={folder}"):
        if target in ("/videos//", "/videos/-/api/videos?folder=") or folder == "clip.mp4":
            continue
        reply = peer.get(target)
        assert reply.status in ((400, 404) if "api" in target else (404,))
        assert b"secret" not in reply.body


# What no client may send. A server may have its own answer to it, or mend it, or hang up.
ILLEGAL = {
    "nul": b"/videos/\0clip.mp4",
    "latin-1": b"/videos/names/latin-\xe9.mp4",
    "utf-8": "/videos/names/caf\xe9.mp4".encode(),
    "backslash": b"/videos/..\\secret.mp4",
    "lone-percent": b"/videos/100%.mp4",
    "half-an-escape": b"/videos/%2",
    "bad-escape": b"/videos/%zz.mp4",
    "quote": b'/videos/"clip.mp4"',
    "braces": b"/videos/{clip}.mp4",
    "no-slash": b"videos/../secret.mp4",
    "dots": b"/videos/../../../../../../etc/passwd",
    "absolute-form": b"http://elsewhere/videos/../secret.mp4",
    "asterisk": b"*",
}


@pytest.mark.parametrize("target", ILLEGAL.values(), ids=ILLEGAL)
def test_illegal_target(server: Server, target: bytes) -> None:
    client = server.connect_h1()
    try:
        client.send("GET", target, [("Connection", "close")])
        answer = client.rest()
        assert not answer or re.match(rb"HTTP/1.1 [24]", answer)
        assert SECRET not in answer
        assert b"root:" not in answer
    finally:
        client.close()
        server.new_log()  # it may well complain


def _listing(peer: Peer, **query: str) -> dict[str, Any]:
    words = "&".join(f"{key}={quote(value)}" for key, value in query.items())
    reply = peer.get(f"/videos/-/api/videos?limit=500&{words}")
    assert reply.status == 200
    listing: dict[str, Any] = json.loads(reply.body)
    return listing


def _good_names(peer: Peer) -> tuple[str, ...]:
    return STORABLE_NAMES if peer.server.is_stored else GOOD_NAMES


@pytest.mark.sample(1)
def test_every_good_name_is_listed_and_served(peer: Peer, site: Site) -> None:
    listing = _listing(peer, folder="names")
    good_names = _good_names(peer)
    assert sorted(video["name"] for video in listing["videos"]) == sorted(good_names)
    assert listing["total"] == len(good_names)
    for video in listing["videos"]:
        assert peer.get(video["url"]).body == site.content(video["name"])
        assert peer.get(video["url"], ("Range", "bytes=0-3")).body == b"this"
        described = json.loads(peer.get(video["api_url"]).body)
        assert {key: described[key] for key in video} == video  # and more, alone
        assert peer.get(video["watch_url"]).status == 200


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_good_name_by_every_way_to_write_it(peer: Peer, site: Site, name: str) -> None:
    strict = "".join(f"%{byte:02X}" for byte in name.encode())
    if name not in _good_names(peer):
        assert peer.get(f"/videos/names/{strict}").status == 404
        return
    assert peer.get(f"/videos/names/{strict}").body == site.content(name)
    assert peer.get(f"/videos/names/{strict.lower()}").body == site.content(name)
    assert peer.get(f"/videos/names/{quote(name)}").body == site.content(name)


def test_composed_and_decomposed_are_two_files(peer: Peer, site: Site) -> None:
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "caf\xe9.mp4")
        assert peer.get(f"/videos/names/{quote(name)}").body == site.content(name)


def test_listing_of_all(peer: Peer) -> None:
    """Everything that is served, and nothing that is refused; loops end."""
    videos = {video["path"] for video in _listing(peer, recursive="true")["videos"]}
    assert {"clip.mp4", "empty.mp4", "folder/deep/inner.webm"} <= videos
    assert peer.server.is_stored or "link-inside.mp4" in videos
    assert {f"names/{name}" for name in _good_names(peer)} <= videos
    assert "folder.mp4/within.mp4" in videos
    assert not {path for path in videos if "/." in f"/{path}" or path.endswith("/secret.mp4")}
    assert not videos & set(REFUSED.values())
    assert not any("\N{REPLACEMENT CHARACTER}" in path for path in videos)


def test_listing_and_gallery_of_the_root(peer: Peer) -> None:
    listing = _listing(peer)
    folders = {folder["name"] for folder in listing["folders"]}
    assert {"folder", "folder.mp4", "names"} <= folders
    assert not folders & {"link-folder", "link-parent", ".folder"}
    for target in ("/videos/", "/videos/names/", "/videos/?recursive=true&limit=500"):
        page = peer.get(target, PAGE)
        assert page.status == 200
        assert b"secret.mp4</" not in page.body
        assert b".hidden" not in page.body
    page = peer.get("/videos/names/", PAGE)
    for text in (b"&lt;b&gt;bold", b"a&amp;amp;b", b"{{ 7*7 }}", b"{% raw %}"):
        assert text in page.body
    assert b"<b>" not in page.body


def test_undecodable_names_are_there_at_all(site: Site) -> None:
    """The file system took them, so that leaving them out of the listing is the library's doing."""
    assert set(UNDECODABLE) <= set(os.listdir(os.fsencode(site.root / "names")))


@pytest.mark.on_disk
@pytest.mark.parametrize(
    "path",
    [
        "link-inside.mp4",
        "link-inside-absolute.mp4",
        "link-inside-folder/same.mp4",
        "folder/link-up.mp4",
        "folder/link-to-parent/clip.mp4",
    ],
)
def test_link_within_the_root_is_served(peer: Peer, path: str) -> None:
    reply = peer.get(f"/videos/{path}", ("Range", "bytes=0-99"))
    assert (reply.status, reply.body) == (206, CLIP[:100])


@pytest.mark.on_disk
@pytest.mark.table(odd=False)
@pytest.mark.parametrize("what", ["file", "folder"])
@pytest.mark.sample(1)
def test_race_with_a_link_out_of_the_root(peer: Peer, site: Site, what: str) -> None:
    """Swapped while it is asked for, hundreds of times: a byte of the secret never comes."""
    folder = site.root / f"race-{what}"
    folder.mkdir(exist_ok=True)
    good = b"good" * len(SECRET) * 100
    swap = _swap_file if what == "file" else _swap_folder
    (folder / "inside").mkdir(exist_ok=True)
    (folder / "inside" / "secret.mp4").write_bytes(good)
    target = f"/videos/race-{what}/" + ("swapped.mp4" if what == "file" else "swapped/secret.mp4")
    over = threading.Event()
    swapper = threading.Thread(target=_until, args=(over, swap, folder, site.outside))
    swapper.start()
    seen: set[int] = set()
    deadline = time.monotonic() + 20
    try:
        # Hundreds of times, and on, should one outcome not have come up by then.
        for tries in count():
            if tries >= 300 and (len(seen) == 2 or time.monotonic() > deadline):
                break
            reply = peer.get(target)
            seen.add(reply.status)
            assert SECRET not in reply.body
            assert reply.body == good if reply.status == 200 else reply.status == 404
            assert SECRET not in peer.get(target, ("Range", "bytes=0-99")).body
    finally:
        over.set()
        swapper.join(10)
    assert seen == {200, 404}
    peer.server.expect_quiet()


def _until(over: threading.Event, swap: Callable[[Path, Path], None], *places: Path) -> None:
    deadline = time.monotonic() + 30
    while not over.is_set() and time.monotonic() < deadline:
        swap(*places)
        time.sleep(0.0002)


def _swap_file(folder: Path, outside: Path) -> None:
    """Put a file, then a link out of the root, in its place; each comes about at once."""
    os.link(folder / "inside" / "secret.mp4", folder / "next")
    (folder / "next").replace(folder / "swapped.mp4")
    (folder / "next").symlink_to(outside / "secret.mp4")
    (folder / "next").replace(folder / "swapped.mp4")


def _swap_folder(folder: Path, outside: Path) -> None:
    """The same with links to folders, of which one is within the root."""
    for where in ("inside", outside):
        (folder / "next").symlink_to(where)
        (folder / "next").replace(folder / "swapped")
