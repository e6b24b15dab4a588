"""The addresses of this machine by which others on its networks can reach it.

Nobody is asked but the system: no packet is sent, and no name is looked up.
"""

from __future__ import annotations

import ctypes
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

# See getifaddrs(3); Linux and the BSDs, macOS among them, agree about these.
_UP = 0x1
_V4_OFFSET, _V6_OFFSET = 4, 8  # of the address in a sockaddr_in and a sockaddr_in6

_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses of nobody (RFC 5737 and 3849), to ask for the way to all others."""

_OF_CONTAINERS = (
    *("docker", "br-", "veth", "virbr", "vboxnet", "vmnet", "lxc", "lxd", "incus"),
    *("cni", "flannel", "podman", "cali", "kube"),
)
"""How the interfaces are called that lead to what runs on this machine itself."""

IP = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Address:
    """One address of an interface."""

    interface: str
    ip: IP


class _Entry(ctypes.Structure):
    pass


_Entry._fields_ = [
    ("next", ctypes.POINTER(_Entry)),
    ("name", ctypes.c_char_p),
    ("flags", ctypes.c_uint),
    ("address", ctypes.c_void_p),
]


def all_addresses() -> list[Address]:
    """Return the addresses of all interfaces that are up; none where the system does not tell."""
    first = ctypes.POINTER(_Entry)()
    try:
        library = ctypes.CDLL(None)
        if library.getifaddrs(ctypes.byref(first)) != 0:
            return []
    except (AttributeError, OSError):  # a system that has no such function
        return []
    library.freeifaddrs.argtypes = [ctypes.c_void_p]
    found = []
    try:
        entry = first
        while entry:
            row = entry.contents
            ip = _read(row.address) if row.address and row.flags & _UP else None
            if ip is not None:
                found.append(Address(row.name.decode(errors="replace"), ip))
            entry = row.next
    finally:
        library.freeifaddrs(first)
    return found


def _read(address: int) -> IP | None:
    """Return what stands in a ``sockaddr``; ``None``: it is none of the internet."""
    # Two bytes for the family, or one for the length and one for the family.
    head = ctypes.string_at(address, 2)
    families = {int.from_bytes(head, sys.byteorder), head[1]}
    if socket.AF_INET in families:
        return IPv4Address(ctypes.string_at(address + _V4_OFFSET, 4))
    if socket.AF_INET6 in families:
        return IPv6Address(ctypes.string_at(address + _V6_OFFSET, 16))
    return None


def main_addresses() -> list[IP]:
    """Return the addresses that this machine has towards the rest of the world, of each family."""
    found = []
    for family, elsewhere in _ELSEWHERE.items():
        # To connect a datagram socket sends nothing: it looks the way up.
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            found.append(ip_address(probe.getsockname()[0]))
    return found


def reachable(addresses: Iterable[Address], main: Iterable[IP], *, ipv6: bool = True) -> list[IP]:
    """Return the addresses that others can use, the likeliest first. Pure.

    :param addresses: of this machine.
    :param main: those towards the rest of the world; of a container these are the only ones.
    :param ipv6: whether to return such addresses, too.
    """
    of_networks = [each.ip for each in addresses if not each.interface.startswith(_OF_CONTAINERS)]
    # IPv4 first: it is shorter to type.
    found = sorted(dict.fromkeys([*main, *of_networks]), key=lambda ip: ip.version)
    return [ip for ip in found if _is_of_network(ip) and (ipv6 or ip.version == 4)]


def _is_of_network(ip: IP) -> bool:
    # What is link-local takes the name of an interface, which differs from machine to machine.
    return not (ip.is_loopback or ip.is_link_local or ip.is_unspecified)
