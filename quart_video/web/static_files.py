"""Style and scripts of the pages, by addresses that name their version.

The version stands in the path, and not in the query: what a script imports by a relative address
has it, too.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "static"

_VERSIONED = re.compile(r"([0-9a-f]{10})/(.+)", re.DOTALL)


@cache
def version() -> str:
    """Return what changes whenever one of the files does."""
    digest = blake2b(digest_size=5)
    for path in sorted(FOLDER.iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def split_version(filename: str) -> tuple[str, str | None]:
    """Return the name of a file and the version that its address names, if it does."""
    match = _VERSIONED.fullmatch(filename)
    return (match[2], match[1]) if match else (filename, None)


def name_version(endpoint: str, values: dict[str, Any]) -> None:
    """Have ``url_for`` name the version of what it makes an address for."""
    if endpoint.endswith(".static") and "filename" in values:
        values["filename"] = f"{version()}/{values['filename']}"
