"""Make apps cheaply: what is the same for all that the tests make is made once."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class KeptTemplates(BytecodeCache):
    """What Jinja makes of a template, which takes longer than most of what is tested."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was kept of a source, if it is the same."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key, bucket.checksum] = bucket.code


def keep_url_builders() -> None:
    """Have Werkzeug write the code that builds the URLs of a route once, and not for each app.

    It writes and compiles two functions for each route: nine tenths of the time of making an app.
    They are the same for all routes that are spelled alike; what differs, they ask their rule for.
    """
    write = Rule._compile_builder  # noqa: SLF001 - there is no other way to it
    kept: dict[Any, Builder] = {}

    def once(self: Rule, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - as it is
        if self.defaults:  # they are written into the code, as the converters of this rule do it
            return write(self, append_unknown)
        key = (append_unknown, *self._trace)
        if key not in kept:
            kept[key] = write(self, append_unknown)
        return kept[key]

    Rule._compile_builder = once  # type: ignore[method-assign] # noqa: SLF001
