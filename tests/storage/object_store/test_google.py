"""What is Google's own: addresses that it signs, and what it has compressed. The rest is in the
contract of all storages."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import urlopen

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from quart import Quart

from quart_video import VideoBlueprint
from quart_video.storage.object_store.client import Bucket
from quart_video.storage.object_store.url import Location
from tests.support.asgi import call
from tests.support.gcs import FakeGCS

ODD = ("film.mp4", "50% off.mp4", "%41.mp4", "a#b.mp4", "what?.mp4", "a+b&c=d.mp4", "caf\u00e9.mp4")
PREFIX = "100% #1?"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def account(key: rsa.RSAPrivateKey, **other: str) -> str:
    """Return the text of the key file of a service account, as Google gives it."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fields: dict[str, Any] = {"private_key": pem.decode(), "private_key_id": "1"}
    fields |= {"client_email": "app@example.org", "disable_oauth": False}
    return json.dumps(fields | other)


def check_signature(address: str, key: rsa.RSAPrivateKey) -> None:
    """Do what the store does: https://cloud.google.com/storage/docs/authentication/signatures."""
    parts = urlsplit(address)
    given = {name: value for name, (value,) in parse_qs(parts.query).items()}
    signed = sorted(each for each in parts.query.split("&") if "X-Goog-Signature=" not in each)
    lines = ["GET", parts.path, "&".join(signed), f"host:{parts.netloc}", "", "host"]
    request = "\n".join([*lines, "UNSIGNED-PAYLOAD"]).encode()
    scope = given["X-Goog-Credential"].partition("/")[2]
    text = [given["X-Goog-Algorithm"], given["X-Goog-Date"], scope]
    key.public_key().verify(
        bytes.fromhex(given["X-Goog-Signature"]),
        "\n".join([*text, hashlib.sha256(request).hexdigest()]).encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )


@pytest.mark.parametrize("name", ODD)
async def test_a_signed_address_is_that_of_the_object(name: str, key: rsa.RSAPrivateKey) -> None:
    options = {"service_account_key": account(key)}
    bucket = Bucket(Location("gs", "films", PREFIX), options, connections=1, timeout=10)
    address = await bucket.sign("GET", name, 60)
    bucket.close()
    assert urlsplit(address).fragment == ""
    assert urlsplit(address).path == quote(f"/films/{PREFIX}/") + quote(name)
    check_signature(address, key)


@pytest.mark.parametrize("name", ODD)
async def test_sent_on(google: FakeGCS, name: str, key: rsa.RSAPrivateKey) -> None:
    google.make_bucket(made := "on-" + base64.b32encode(name.encode()).decode().strip("=").lower())
    google.put(made, f"{PREFIX}/{name}", b"0123456789")
    app = Quart(__name__)
    key_file = account(key, gcs_base_url=f"http://127.0.0.1:{google.port}")
    app.config.update(
        MEDIA_ROOT=f"gs://{made}/{PREFIX}",
        VIDEO_STORE_OPTIONS=google.options(service_account_key=key_file),
        VIDEO_STORE_DELIVERY="redirect",
        VIDEO_MEDIA_PROCESSES=0,
    )
    app.register_blueprint(VideoBlueprint())
    async with app.test_app():
        sent = await call(app, f"/videos/{name}")
    assert sent.status == 302
    with urlopen(sent["location"], timeout=30) as answer:
        assert answer.read() == b"0123456789"


async def test_what_is_compressed_there_is_told(
    google: FakeGCS, caplog: pytest.LogCaptureFixture
) -> None:
    """It is sent as it was before, and whole, whatever range is asked for."""
    google.make_bucket("coded")
    google.put("coded", "film.mp4", b"\x1f\x8bno matter what", coding="gzip")
    app = Quart(__name__)
    app.config.update(
        MEDIA_ROOT="gs://coded", VIDEO_STORE_OPTIONS=google.options(), VIDEO_MEDIA_PROCESSES=0
    )
    app.register_blueprint(VideoBlueprint())
    async with app.test_app():
        sent = await call(app, "/videos/film.mp4", headers={"Range": "bytes=4-6"})
    assert sent.status == 503
    assert "Content-Encoding" in caplog.text
