"""OpenStack Swift with its S3 API, three replicas, on this machine: a real, distributed store.

Six small servers of Python, started in a folder of their own; no root and no system files needed. A
seventh lets the tests in by the back door, without a key, to put objects as they have to be.
"""

from __future__ import annotations

import getpass
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from tests.e2e.harness import missing, wait_until
from tests.support.ports import free_ports

KEY, SECRET = "test:tester", "testing-SECRET-of-the-store"
REPLICAS = ("object0", "object1", "object2")
_START_SECONDS = 180

_COMMON = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {folder}/etc
devices = {folder}/devices
mount_check = false
workers = 0
max_clients = 1024
log_level = WARNING
log_name = {name}
log_address = {folder}/run/no-syslog
"""
_BACKEND = """[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
# With a proxy that waits no longer for a replica than a test does.
_PROXY = """[pipeline:main]
pipeline = {pipeline} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
node_timeout = 10
conn_timeout = 1
recoverable_node_timeout = 5
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {secret} .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
"""
_FRONT = "catch_errors gatekeeper healthcheck listing_formats s3api tempauth slo"
_BACK = "catch_errors gatekeeper healthcheck listing_formats slo"


class SwiftBox:
    """The store, running.

    :param folder: an empty one for all it keeps.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        names = ("account", "container", *REPLICAS, "proxy", "back")
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        for part in ("etc", "run", "log"):
            (folder / part).mkdir(parents=True)
        self._configure()
        self._make_rings()
        try:
            for name in names:
                self._launch(name)
            for name in names:
                self._wait_for(name)
        except BaseException:
            self.stop()
            raise

    @property
    def endpoint(self) -> str:
        """The address of the S3 API."""
        return f"http://127.0.0.1:{self._ports['proxy']}"

    @property
    def port(self) -> int:
        """The port of the S3 API."""
        return self._ports["proxy"]

    def options(self, **other: str) -> dict[str, str]:
        """Return what VIDEO_STORE_OPTIONS has to be."""
        options = {
            "endpoint": self.endpoint,
            "region": "us-east-1",
            "access_key_id": KEY,
            "secret_access_key": SECRET,
            "allow_http": "true",
            "metadata_endpoint": "http://127.0.0.1:1",
        }
        return options | other

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket."""
        self._request("PUT", bucket)

    def put(self, bucket: str, key: str, data: bytes, *, modified: float | None = None) -> None:
        """Put an object.

        :param modified: seconds since the epoch, above 0; ``None``: now.
        """
        fields = {} if modified is None else {"X-Timestamp": f"{modified:.5f}"}
        self._request("PUT", f"{bucket}/{key}", data, fields)

    def put_joined(self, bucket: str, key: str, parts: Iterable[str]) -> None:
        """Put an object that is made of others in the bucket, as large uploads are."""
        manifest = json.dumps([{"path": f"/{bucket}/{part}"} for part in parts]).encode()
        self._request("PUT", f"{bucket}/{key}", manifest, query="?multipart-manifest=put")

    def remove(self, bucket: str, key: str) -> None:
        """Remove an object."""
        self._request("DELETE", f"{bucket}/{key}")

    def kill(self, name: str) -> None:
        """Kill one of the servers: a replica, or ``proxy``."""
        process = self._processes[name]
        process.kill()
        process.wait(10)

    def start(self, name: str) -> None:
        """Start a server that was killed, and wait until it answers."""
        self._launch(name)
        self._wait_for(name)

    def reading(self, size: int) -> list[str]:
        """Return the replicas that have an object of this size open."""
        return [name for name in REPLICAS if self._has_open(self._processes[name].pid, size)]

    def stop(self) -> None:
        """End all of it."""
        for process in self._processes.values():
            process.send_signal(signal.SIGKILL)
        for process in self._processes.values():
            process.wait(10)

    def _has_open(self, pid: int, size: int) -> bool:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                if link.readlink().suffix == ".data" and link.stat().st_size == size:
                    return True
            except OSError:  # closed just now
                continue
        return False

    def _request(
        self,
        method: str,
        path: str,
        data: bytes = b"",
        fields: dict[str, str] | None = None,
        query: str = "",
    ) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports["back"], timeout=60)
        try:
            connection.request(method, f"/v1/AUTH_test/{quote(path)}{query}", data, fields or {})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text!r}"

    def _configure(self) -> None:
        (self._folder / "etc" / "swift.conf").write_text(
            "[swift-hash]\nswift_hash_path_suffix = quart-video\n"
            "[storage-policy:0]\nname = gold\npolicy_type = replication\ndefault = yes\n"
        )
        for name, port in self._ports.items():
            kind = name.rstrip("012")
            text = _COMMON.format(port=port, user=getpass.getuser(), folder=self._folder, name=name)
            if name in ("proxy", "back"):
                filters = _FRONT if name == "proxy" else _BACK
                text += _PROXY.format(pipeline=filters, secret=SECRET)
                for part in filters.split():
                    if part not in ("tempauth", "s3api"):
                        text += f"[filter:{part}]\nuse = egg:swift#{part}\n"
                        # Whoever comes by the back door may say how old an object is.
                        text += "shunt_inbound_x_timestamp = false\n" * (part == "gatekeeper")
            else:
                text += _BACKEND.format(kind=kind)
            (self._folder / "etc" / f"{name}.conf").write_text(text)

    def _make_rings(self) -> None:
        """Say which device holds what, in a process of its own, as that loads half of Swift."""
        devices = {
            kind: [self._ports.get(f"{kind}{number}", self._ports.get(kind)) for number in range(3)]
            for kind in ("account", "container", "object")
        }
        for kind in devices:
            for number in range(3):
                (self._folder / "devices" / f"{kind}{number}").mkdir(parents=True)
        command = [sys.executable, "-W", "ignore", "-c", _RINGS]
        command += [str(self._folder / "etc"), json.dumps(devices)]
        subprocess.run(command, check=True, timeout=60, capture_output=True)

    def _launch(self, name: str) -> None:
        kind = {"back": "proxy"}.get(name, name.rstrip("012")).replace("object", "obj")
        main = f"from swift.{kind}.server import main; main()"
        command = [sys.executable, "-W", "ignore", "-c", main]
        with (self._folder / "log" / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*command, str(self._folder / "etc" / f"{name}.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _wait_for(self, name: str) -> None:
        def answers() -> bool:
            assert self._processes[name].poll() is None, self._log(name)
            try:
                socket.create_connection(("127.0.0.1", self._ports[name]), 1).close()
            except OSError:
                return False
            return True

        wait_until(answers, _START_SECONDS, f"{name} of Swift answers")

    def _log(self, name: str) -> str:
        return (self._folder / "log" / f"{name}.log").read_text()[-2000:]


# Sixteen partitions, three replicas, each on a device of its own.
_RINGS = """
import json, sys
from swift.common.ring import RingBuilder
for kind, ports in json.loads(sys.argv[2]).items():
    builder = RingBuilder(4, 3, 0)
    for number, port in enumerate(ports):
        builder.add_dev({
            "id": number, "region": 1, "zone": number + 1, "weight": 1.0, "meta": "",
            "ip": "127.0.0.1", "port": port, "device": f"{kind}{number}",
            "replication_ip": "127.0.0.1", "replication_port": port,
        })
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{kind}.ring.gz")
"""


def start(folder: Path) -> SwiftBox:
    """Start the store, or skip the test where it is not installed."""
    for package in ("obstore", "swift", "pyeclib"):
        if find_spec(package) is None:
            missing(package, "Install the store of the tests with: pip install --group store")
    for _ in range(3):
        try:
            return SwiftBox(folder / f"{time.monotonic_ns()}")
        except AssertionError as error:
            reason = error
            if "in use" not in str(error):
                raise
    raise reason
