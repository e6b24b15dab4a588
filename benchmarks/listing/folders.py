"""How other servers list a folder, and whether they list all of it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any
from urllib.parse import quote

from benchmarks.listing.tree import Folder, Tree
from benchmarks.load import Wrong

Sizes = dict[str, int | None]
"""What is in a folder: sizes by name; ``None`` where they are not told."""


def path_of(folder: Folder) -> str:
    """Return the path of a folder in the URL."""
    return f"/videos/{quote(folder.path)}/"


def _rows(body: bytes) -> Sizes:
    rows: list[dict[str, Any]] = json.loads(body)
    return {row["name"]: row["size"] for row in rows}


def _links(body: bytes) -> Sizes:
    names = re.findall(r"<li><a href=[^>]*>([^<]*)</a></li>", body.decode())
    return {unescape(name): None for name in names}


FORMATS: Mapping[str, tuple[Callable[[bytes], Sizes], tuple[str, ...]]] = {
    "nginx": (_rows, ()),
    "caddy": (_rows, ("Accept: application/json",)),
    "aiohttp": (_links, ()),
}
"""How to read the listing of a peer, and the fields to ask for it."""


def check_folder(tree: Tree, folder: Folder, found: Sizes) -> None:
    """See that a listing is right.

    :raises Wrong: it is not.
    """
    wanted = {tree.names[number]: tree.sizes[number] for number in folder.files}
    if found.keys() != wanted.keys():
        raise Wrong(f"lists other files than there are: {len(found)} in place of {len(wanted)}")
    for name, size in found.items():
        if size not in (None, wanted[name]):
            raise Wrong(f"says size {size} of {name!r}")
