"""Attempts to get at a protected video around the decision of the app, on real servers."""

from __future__ import annotations

import socket
from itertools import product
from urllib.parse import quote, urlsplit

import pytest

from tests.e2e.harness import Peer, Server
from tests.e2e.reply import WireError
from tests.e2e.site import CLIP, LARGE

SECRETS = (CLIP[:32], LARGE[:32], b"Hello")  # of videos, and of captions
NAMES = ("clip.mp4", "clip", "folder", "folder.mp4", "large.mp4", "<title>clip")

SPELLINGS = (
    "/members/clip.mp4",
    "/members//clip.mp4",
    "//members/clip.mp4",
    "/members/./clip.mp4",
    "/members/%2e/clip.mp4",
    "/members/folder/../clip.mp4",
    "/members/folder/%2e%2e/clip.mp4",
    "/members/..%2fmembers/clip.mp4",
    "/videos/../members/clip.mp4",
    "/members/-/../clip.mp4",
    "/members/-/static/../../clip.mp4",
    "/members/-/static/..%2f..%2fclip.mp4",
    "/members/%63lip.mp4",
    "/members/clip%2emp4",
    "/members%2fclip.mp4",
    "/members/clip.mp4%00",
    "/members/clip.mp4%00.css",
    "/members/clip.mp4/",
    "/members/clip.mp4%2f",
    "/members/clip.mp4;.css",
    "/members/clip.mp4?member=yes",
    "/members/clip.mp4#?",
    "/members/CLIP.MP4",
    "/Members/clip.mp4",
    "/members/link-inside.mp4",
    "/members/link-inside-folder/same.mp4",
    "/members/folder/same.mp4",
    "/members/-/captions/clip.en.vtt",
    "/members/-/captions/folder/../clip.en.vtt",
    "/members/-/captions/clip.mp4?track=0",
    "/members/-/poster/clip.mp4",
    "/members/-/poster/folder?w=640",
    "/members/-/storyboard/clip.mp4?sheet=0",
    "/members/-/chapters/clip.mp4",
    "/members/-/watch/clip.mp4",
    "/members/-/api/videos/clip.mp4",
    "/members/-/api/videos?folder=folder",
    "/members/-/api/videos?folder=.&recursive=1",
    "/members/-/playlist.m3u?recursive=1",
    "/members/-/playlist.xspf?recursive=1",
    "/members/-/feed.rss",
    "/members/-/oembed?url=http://localhost/members/-/watch/clip.mp4",
    "/members/-/sitemap.xml",
    "/members/-/sitemap-videos.xml",
    "/members/?q=clip&recursive=1",
    "/members/folder/",
    "/members/folder",
    "/members/-/health/../clip.mp4",
)
SAME = {
    "//members/clip.mp4",
    "/members%2fclip.mp4",
    "/members/%63lip.mp4",
    "/members/clip%2emp4",
    "/members/clip.mp4?member=yes",
}
"""Other ways to write the first one: they lead to the same path, and no server tells them apart."""

FIELDS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("Range", "bytes=0-31"),),
    (("If-None-Match", "*"),),
    (("X-Original-URL", "/videos/clip.mp4"), ("X-Rewrite-URL", "/videos/clip.mp4")),
    (("X-HTTP-Method-Override", "OPTIONS"), ("X-Forwarded-For", "127.0.0.1")),
    (("X-Forwarded-Prefix", "/videos"), ("X-Script-Name", "/members"), ("Script-Name", "/")),
    (("Cookie", "member=no; member=yes "),),
    (("Cookie", "Member=yes"), ("Authorization", "Bearer Member")),
    (("Cookie", 'x="member=yes"'),),
    (("Remote-Addr", "127.0.0.1"), ("X-Accel-Redirect", "/members/clip.mp4")),
)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.sample(3)
def test_no_spelling_and_no_field_opens_it(peer: Peer, method: str) -> None:
    for target, fields in product(SPELLINGS, FIELDS if method == "GET" else FIELDS[:1]):
        if peer.version == 2 and ("#" in target or method != "GET"):
            continue
        try:
            reply = peer.request(method, target, *fields)
        except WireError:  # turned away by the server, before the app
            continue
        if "member=yes " in str(fields):
            continue  # two cookies of one name: the app itself says which counts
        for secret in SECRETS:
            assert secret not in reply.body, (target, fields)
        assert reply.status not in (206, 304), (target, fields)
        if reply.status == 200 and method != "OPTIONS":
            # Nothing is in the lists, for nothing may be seen.
            for name in NAMES:
                assert name.encode() not in reply.body, (target, fields)


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
@pytest.mark.parametrize(
    "line",
    [b"GET http://localhost/members/clip.mp4", b"GET http://localhost/videos/../members/clip.mp4",
     b"GET members/clip.mp4", b"GET /\\members/clip.mp4", b"GET  /members/clip.mp4",
     b"get /members/clip.mp4", b"TRACE /members/clip.mp4", b"CONNECT /members/clip.mp4",
     b"GET /members/clip.mp4\x0b", b"GET /members/\xc3\x28.mp4", b"GET *"],
)  # fmt: skip
def test_odd_request_lines(server: Server, line: bytes, version: bytes) -> None:
    with socket.create_connection(server.address, timeout=20) as wire:
        wire.sendall(
            line + b" HTTP/" + version + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        answer = b""
        while data := wire.recv(1 << 16):
            answer += data
    assert CLIP[:32] not in answer
    server.new_log()  # what servers write of such requests is theirs


def test_a_second_request_hidden_in_the_first(server: Server) -> None:
    """Two lengths, or one that is none: however it is read, no video comes of it."""
    hidden = b"GET /members/clip.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for fields in (
        b"Content-Length: 0\r\nContent-Length: %d" % len(hidden),
        b"Transfer-Encoding: chunked\r\nContent-Length: %d" % len(hidden),
        b"Transfer-Encoding: identity, chunked",
        b"Content-Length: +%d" % len(hidden),
    ):
        with socket.create_connection(server.address, timeout=20) as wire:
            wire.sendall(
                b"GET /members/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + fields + b"\r\n\r\n" + hidden
            )  # fmt: skip
            answer = b""
            try:
                while data := wire.recv(1 << 16):
                    answer += data
            except ConnectionResetError:
                pass
        assert CLIP[:32] not in answer
    server.new_log()


class TestSignatures:
    @pytest.fixture
    def signed(self, peer: Peer) -> str:
        url = urlsplit(peer.get("/sign/clip.mp4").body.decode())
        return f"{url.path}?{url.query}"

    def test_opens_what_it_is_for(self, peer: Peer, signed: str) -> None:
        assert peer.get(signed).body == CLIP
        reply = peer.get(signed, ("Range", "bytes=5-9"))
        assert (reply.status, reply.body) == (206, CLIP[5:10])
        assert "private" in reply.cache_control
        # However its path is escaped, it is the same path.
        assert peer.get(signed.replace("clip", "%63lip")).body == CLIP

    def test_opens_nothing_else(self, peer: Peer, signed: str) -> None:
        path, _, query = signed.partition("?")
        value = query.partition("=")[2]
        for target in SPELLINGS[1:]:
            if target in SAME or "#" in target:
                continue
            reply = peer.get(f"{target}{'&' if '?' in target else '?'}{query}")
            for secret in SECRETS:
                assert secret not in reply.body, target
            assert reply.status not in (200, 206, 304), target
        for changed in (
            f"{path}?Signature={value}",
            f"{path}?signature={value}&signature={value}",
            f"{path}?signature=&signature={value}",
            f"{path}?signature[]={value}",
            f"{path}?signature={value}%00",
            f"{path}?signature=%20{value}",
            f"{path}?signature={value.replace('.', '~.')}",
            f"{path}?signature={quote('9' + value)}",
            f"{path}?signature=-{value}",
            f"{path}?signature={value.partition('.')[0]}.",
            f"{path}?signature={value.partition('.')[0]}.{'A' * 43}",
            f"{path}?signature={'9' * 5000}.{'A' * 43}",
            f"{path};signature={value}",
            f"{path}?x=1;signature={value}",
            path,
        ):
            reply = peer.get(changed)
            assert reply.status in (400, 403, 404, 414, 431), changed
            assert CLIP[:32] not in reply.body, changed
        if peer.version == 1:
            reply = peer.get(path, ("Cookie", query), ("Referer", signed), ("X-Signature", value))
            assert reply.status == 404

    def test_expired(self, peer: Peer) -> None:
        url = urlsplit(peer.get("/sign/clip.mp4?expired").body.decode())
        assert peer.get(f"{url.path}?{url.query}").status == 403
