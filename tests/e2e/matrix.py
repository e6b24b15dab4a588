"""Which cases of a table over the wire go to which server. Pure.

What the answer to a request is, tables without servers decide (``tests/http``). A server between
the client and the app can do two things: pass on something else than was sent, or spoil the answer.
So one server is asked every case of a table, and the others what they may do differently: each
outcome once, and all that is odd to a parser of HTTP. Tests that are marked ``table(odd=False)`` do
without the latter, as another test sends the same. ``make matrix`` asks all servers all cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

SERVER_PARAMETERS = ("front", "peer", "server")
EVERY_CASE = {"uvicorn", "nginx-uvicorn", "lighttpd-uvicorn"}
"""The servers that are asked all of it. lighttpd sends by other means than nginx."""

OUTCOMES = ("expected", "status")
"""Names of what a case has to lead to, as parameters or as fields of one."""

LONG = 1000  # bytes; a field of no browser is as long


def is_odd(value: Any) -> bool:
    """Tell whether a server may pass on something else than this.

    That is: what is empty, long, not printable ASCII, escaped, or a field that is there twice.
    """
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        plain = value.isascii() and value.isprintable() and "%" not in value
        return not plain or not 0 < len(value) < LONG
    if is_dataclass(value):
        return any(is_odd(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, list | tuple):
        names = [each[0] for each in value if isinstance(each, tuple) and len(each) == 2]
        return len(set(names)) < len(names) or any(map(is_odd, value))
    return False


def outcome(parameters: Mapping[str, Any]) -> str:
    """Return what kind of answer a case leads to, as far as it says: two ranges are of one kind."""
    found = []
    for value in parameters.values():
        found += [getattr(value, name) for name in OUTCOMES if hasattr(value, name)]
    found += [parameters[name] for name in OUTCOMES if name in parameters]
    return " ".join(
        str(each) if isinstance(each, int | str) else type(each).__name__ for each in found
    )


def left_to_the_matrix(cases: Iterable[tuple[str, Mapping[str, Any], bool]]) -> list[bool]:
    """Tell of each case whether only the whole matrix has it.

    :param cases: all in their order: the name of the test, its parameters, and whether what is odd
        goes to every server.
    """
    seen: set[tuple[str, Any, str]] = set()
    result = []
    for test, parameters, odd in cases:
        server = next((parameters[n] for n in SERVER_PARAMETERS if n in parameters), None)
        own = {k: v for k, v in parameters.items() if k not in SERVER_PARAMETERS}
        key = (test, server, outcome(own))
        needed = server in EVERY_CASE or key not in seen or (odd and any(map(is_odd, own.values())))
        seen.add(key)
        result.append(not needed)
    return result
