"""Azurite, Microsoft's own stand-in for Azure Blob Storage, on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from tests.e2e.harness import missing, wait_until
from tests.support.ports import free_ports

ACCOUNT = "cinema"
KEY = base64.b64encode(b"testing-SECRET-of-azurite").decode()
_VERSION = "2021-08-06"  # of the protocol
_START_SECONDS = 180


class Azurite:
    """The store, running.

    :param folder: for its log.
    """

    def __init__(self, program: str, folder: Path) -> None:
        (self.port,) = free_ports(1)
        command = [program, "--blobHost", "127.0.0.1", "--blobPort", str(self.port)]
        command += ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"]
        log_file = folder / "azurite.log"
        with log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env={"PATH": f"{Path(program).parent}:/usr/local/bin:/usr/bin:/bin"}
                | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

        def answers() -> bool:
            assert self._process.poll() is None, log_file.read_text()
            return "successfully listens" in log_file.read_text()

        try:
            wait_until(answers, _START_SECONDS, "Azurite answers")
        except BaseException:
            self.stop()
            raise

    def options(self, **other: str) -> dict[str, str]:
        """Return what VIDEO_STORE_OPTIONS has to be."""
        options = {
            "endpoint": f"http://127.0.0.1:{self.port}/{ACCOUNT}",
            "account_key": KEY,
            "allow_http": "true",
        }
        return options | other

    def make_container(self, container: str) -> None:
        """Make a container."""
        self._request("PUT", container, query={"restype": "container"})

    def put(self, container: str, key: str, data: bytes) -> None:
        """Put a blob."""
        fields = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
        self._request("PUT", f"{container}/{key}", data, fields=fields)

    def remove(self, container: str, key: str) -> None:
        """Remove a blob."""
        self._request("DELETE", f"{container}/{key}")

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(10)

    def _request(
        self,
        method: str,
        path: str,
        data: bytes = b"",
        *,
        fields: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> None:
        target = f"/{ACCOUNT}/{quote(path)}"
        date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        fields = {"x-ms-date": date, "x-ms-version": _VERSION} | (fields or {})
        # https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
        lines = [method, *[""] * 2, str(len(data) or ""), "", fields.get("Content-Type", "")]
        lines += [""] * 6
        lines += [f"{name}:{fields[name]}" for name in sorted(fields) if name.startswith("x-ms-")]
        lines += [
            f"/{ACCOUNT}{target}",
            *(f"{name}:{each}" for name, each in (query or {}).items()),
        ]
        key, text = base64.b64decode(KEY), "\n".join(lines).encode()
        signature = base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
        fields["Authorization"] = f"SharedKey {ACCOUNT}:{signature}"
        asked = "".join(f"?{name}={value}" for name, value in (query or {}).items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target + asked, data, fields)
            answer = connection.getresponse()
            reply = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {reply!r}"


def start(folder: Path) -> Azurite:
    """Start the store, or skip the test where it is not installed."""
    program = shutil.which("azurite-blob")
    if program is None:
        missing("Azurite", "Install it with: npm install --global azurite@3.37.0")
    return Azurite(program, folder)
