"""The Host field, RFC 9110 section 7.2: the name that a client asks by. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

_LONGEST = 255
"""Most characters of a field that is read: as many as a name in the DNS has, and a port."""

# uri-host [ ":" port ]. Of what RFC 3986 allows in a name, that which names of machines are made
# of; underscores are in those of containers and of local networks.
_FIELD = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_MOST = 65_535


@dataclass(frozen=True, slots=True)
class Host:
    """What a Host field names."""

    name: str
    """In lower case; an IPv6 address without its brackets."""
    port: int | None

    @property
    def is_local(self) -> bool:
        """Whether it is a name of this machine, which nobody else can give an address to.

        ``localhost`` and all below it (RFC 6761, section 6.3), and addresses of the loopback.
        """
        address = _address(self.name)
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address is not None:
            return address.is_loopback
        name = self.name.removesuffix(".")
        return name == "localhost" or name.endswith(".localhost")

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"


def parse_host(field: str) -> Host | None:
    """Parse a Host field; ``None``: it is not the name of any machine."""
    match = _FIELD.fullmatch(field) if len(field) <= _LONGEST else None
    if match is None:
        return None
    port = None if match["port"] is None else int(match["port"])
    if port is not None and port > _MOST:
        return None
    if match["ipv6"] is not None and not isinstance(_address(match["ipv6"]), IPv6Address):
        return None
    return Host((match["ipv6"] or match["name"]).lower(), port)


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None
