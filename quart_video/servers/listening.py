"""The socket that is listened on, and the addresses it can be reached by."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

from quart_video.servers.addresses import all_addresses, main_addresses, reachable

PORT = 8000
"""The port where none is given."""

_TRIES = 100
"""Ports that are tried from there on."""

_BACKLOG = 2048
"""Connections that may wait to be taken."""

_UNPRIVILEGED = 1024
"""The first port that everybody may listen on, on most systems."""


class CannotListenError(Exception):
    """Nobody can listen there. The text says why, and what to do, by the options of the command."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A socket that is listened on."""

    socket: socket.socket
    host: str
    """As it was given."""

    @property
    def port(self) -> int:
        """The port, whoever chose it."""
        port: int = self.socket.getsockname()[1]
        return port

    @property
    def is_local(self) -> bool:
        """Whether nobody can reach it but this machine itself."""
        return is_loopback(self.host)

    @property
    def is_everywhere(self) -> bool:
        """Whether it is listened on every address of this machine."""
        return is_unspecified(self.host)

    def urls(self) -> list[str]:
        """Return the addresses to open in a browser, the likeliest for another machine first.

        None: it is listened everywhere, and this machine is on no network.
        """
        if not self.is_everywhere:
            return [url_of(self.host, self.port)]
        found = reachable(all_addresses(), main_addresses(), ipv6=":" in self.host)
        return [url_of(str(ip), self.port) for ip in found]


def listen(host: str, port: int | None) -> Listening:
    """Listen.

    :param port: ``None``: the first free one from :data:`PORT` on.
    :raises CannotListenError: that cannot be.
    """
    try:
        return Listening(_listen(host, PORT if port is None else port), host)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            another = _next_free(host, PORT if port is None else port)
            if port is None and another is not None:
                return Listening(another, host)
            raise CannotListenError(_taken(host, port, another)) from error
        raise CannotListenError(_refused(host, PORT if port is None else port, error)) from error


def _listen(host: str, port: int) -> socket.socket:
    if ":" not in host:
        # What knows no address is told apart here; create_server makes one error of all.
        socket.getaddrinfo(host or None, port, socket.AF_INET, flags=socket.AI_PASSIVE)
        return socket.create_server((host, port), backlog=_BACKLOG)
    both = is_unspecified(host) and socket.has_dualstack_ipv6()
    return socket.create_server(
        (host, port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=both
    )


def _next_free(host: str, port: int) -> socket.socket | None:
    """Listen on the first port behind *port* that is free; ``None``: none of the next is."""
    for another in range(port + 1, min(port + _TRIES, 1 << 16)):
        with suppress(OSError):
            return _listen(host, another)
    return None


def _taken(host: str, port: int | None, another: socket.socket | None) -> str:
    if port is None:
        return (
            f"The ports {PORT} to {PORT + _TRIES - 1} of {host} are all taken by other programs. "
            "Name another with --port."
        )
    hint = "Name another with --port."
    if another is not None:
        with another:
            hint = f"Try --port {another.getsockname()[1]}, or leave --port out."
    return f"The port {port} of {host} is taken by another program. {hint}"


def _refused(host: str, port: int, error: OSError) -> str:
    """Say why nobody can listen there, and what to do."""
    if isinstance(error, socket.gaierror):
        return f"--host {host} is a name that nobody knows an address of. {_hosts()}"
    if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
        return f"--host {host} is no address of this machine. {_hosts()}"
    if error.errno in {errno.EACCES, errno.EPERM} and port < _UNPRIVILEGED:
        return (
            f"This user may not listen on --port {port}. Try one from {_UNPRIVILEGED} on, such as "
            f"--port {PORT}."
        )
    return f"Cannot listen on --host {host} --port {port}: {os.strerror(error.errno or 0)}."


def _hosts() -> str:
    known = ", ".join(str(ip) for ip in reachable(all_addresses(), main_addresses()))
    these = f"; those of this machine are {known}" if known else ""
    return f"Give one of its own, or 0.0.0.0 for all of them{these}."


def is_loopback(host: str) -> bool:
    """Say whether a host to listen on is this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_unspecified(host: str) -> bool:
    """Say whether a host to listen on is every address of this machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return host == ""


def url_of(host: str, port: int) -> str:
    """Return the address of a site."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
