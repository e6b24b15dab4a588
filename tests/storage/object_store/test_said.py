"""What a store, or the way to it, says when something is wrong, and what is made of it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from quart_video.storage.base import Unavailable
from quart_video.storage.object_store import said
from quart_video.storage.object_store.client import Bucket
from quart_video.storage.object_store.url import Location
from tests.e2e.harness import make_certificate

ANSWER = (
    "Generic S3 error: Error performing GET http://store/b/SECRET.mp4 in 3ms - Server returned "
    "non-2xx status code: 400 Bad Request: <Error><Code>{}</Code><Message>SECRET</Message></Error>"
)


@pytest.mark.parametrize(
    ("code", "words", "of_credentials"),
    [
        ("ExpiredToken", "have expired", True),
        ("TokenRefreshRequired", "have expired", True),
        ("InvalidAccessKeyId", "does not know the key", True),
        ("SignatureDoesNotMatch", "the secret key above all", True),
        ("RequestTimeTooSkewed", "the clock of this machine", True),
        ("InvalidObjectState", "has to be restored", False),
        ("KMS.DisabledException", "cannot decrypt it", False),
        ("AuthorizationHeaderMalformed", "is the region", False),
    ],
)
def test_a_code_that_is_known(code: str, words: str, of_credentials: object) -> None:
    text = ANSWER.format(code)
    assert words in (said.words(text) or "")
    assert "SECRET" not in (said.words(text) or "")
    assert said.is_of_credentials(text) == of_credentials


@pytest.mark.parametrize(
    ("code", "quoted"),
    [
        ("AccessDenied", " (AccessDenied)"),
        ("a key of ours", ""),
        ("<b>", ""),
        ("x" * 70, ""),
        ("", ""),
    ],
)
def test_a_code_that_is_not(code: str, quoted: str) -> None:
    text = ANSWER.format(code)
    assert (said.words(text), said.quoted(text), said.status(text)) == (None, quoted, 400)


@pytest.mark.parametrize("key", ['"dns error", x.mp4', "source: Header.mp4", "<Code>.mp4"])
def test_a_key_is_not_taken_for_what_is_said_of_it(key: str) -> None:
    """The text has it as a name of Rust's, with a backslash before each quote."""
    escaped = key.replace('"', '\\"')
    assert said.words(f'NotFound {{ path: "{escaped}" }}') is None


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask without the proxy that this machine may have."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class _Nothing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """Return the ports of two stores, of which one speaks TLS with a certificate of nobody."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder / "certificate.pem", folder / "key.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    servers = {name: ThreadingHTTPServer(("127.0.0.1", 0), _Nothing) for name in ("http", "https")}
    # In the thread of a request, the handshake: one that fails is of its client alone.
    listener = servers["https"].socket
    servers["https"].socket = context.wrap_socket(
        listener, server_side=True, do_handshake_on_connect=False
    )
    servers["https"].handle_error = lambda *_: None  # type: ignore[method-assign]
    for server in servers.values():
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield {name: server.server_port for name, server in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("endpoint", "more", "words"),
    [
        ("https://127.0.0.1:{https}", {}, "root_certificate"),
        ("https://127.0.0.1:{http}", {}, "does not speak TLS"),
        ("http://127.0.0.1:{http}", {"allow_http": "false"}, '"allow_http": True'),
        ("http://nowhere.invalid", {}, "does DNS work"),
        ("https://nowhere.invalid", {"proxy_url": "http://127.0.0.1:{http}"}, "NO_PROXY"),
    ],
)
async def test_the_way_to_a_store(
    ports: dict[str, int], endpoint: str, more: dict[str, str], words: str
) -> None:
    options = {"endpoint": endpoint.format(**ports), "region": "us-east-1", "allow_http": "true"}
    options |= {"access_key_id": "nobody", "secret_access_key": "SECRET"}
    options |= {name: value.format(**ports) for name, value in more.items()}
    bucket = Bucket(Location("s3", "b"), options, connections=1, timeout=10)
    for question in (bucket.head("a.mp4"), bucket.folder(""), bucket.holds("")):
        with pytest.raises(Unavailable) as caught:
            await question
        assert words in str(caught.value)
        assert "cannot be reached" not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)
        assert caught.value.retry_after == 30
    bucket.close()


async def test_a_proxy_is_not_for_what_is_excluded(ports: dict[str, int]) -> None:
    """As obstore has it, so the listing has that is made without it."""
    options = {"endpoint": f"http://127.0.0.1:{ports['http']}", "allow_http": "true"}
    options |= {"access_key_id": "nobody", "secret_access_key": "asks", "region": "us-east-1"}
    options |= {"proxy_url": "http://127.0.0.1:9", "proxy_excludes": "example.org,127.0.0.1"}
    bucket = Bucket(Location("s3", "b"), options, connections=1, timeout=10)
    with pytest.raises(Unavailable, match="no such bucket"):
        await bucket.folder("")
    with pytest.raises(Unavailable, match="status 404"):
        await bucket.folder_with_odd_keys("")
    bucket.close()
