"""Apps whose media are in an object store, and the same media there as in :mod:`tests.e2e.site`."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.harness import Server
from tests.e2e.http1 import Http1
from tests.e2e.reply import Reply
from tests.e2e.site import GOOD_NAMES, SECRET, SPARSE_SIZE, SPARSE_TAIL, Site
from tests.support.swift import SwiftBox

BUCKET, PREFIX = "wire", "the/media"
URL = f"s3://{BUCKET}/{PREFIX}"

STORABLE_NAMES = tuple(name for name in GOOD_NAMES if not any(c < " " for c in name))
"""Those of the :data:`~tests.e2e.site.GOOD_NAMES` that obstore takes for possible."""

_SECRETS = ("secret.mp4", "the/secret.mp4", f"{PREFIX}-private/secret.mp4")
_PART = 8 << 20


def environment(box: SwiftBox, **options: str) -> dict[str, str]:
    """Return what has an app serve what is in the store."""
    return {
        "QUART_MEDIA_ROOT": URL,
        "QUART_VIDEO_STORE_OPTIONS": json.dumps(box.options(**options)),
    }


def store_environment(box: SwiftBox, bucket: str, port: int, **options: str) -> dict[str, str]:
    """Return what has an app serve a bucket, by way of *port*, and give up early."""
    endpoint = {"endpoint": f"http://127.0.0.1:{port}"}
    return {
        "QUART_MEDIA_ROOT": f"s3://{bucket}",
        "QUART_VIDEO_STORE_OPTIONS": json.dumps(box.options(**endpoint, **options)),
        "QUART_VIDEO_STORE_TIMEOUT": "2",
        "QUART_VIDEO_STORE_REFRESH": "0.1",
    }


def get(server: Server, target: str, *fields: tuple[str, str]) -> Reply:
    """Ask for *target* on a connection of its own."""
    client = Http1(server.address, timeout=60)
    try:
        return client.request("GET", target, fields)
    finally:
        client.close()


def upload(site: Site, box: SwiftBox) -> None:
    """Put all that is a regular file into the store, and secrets beside it."""
    box.make_bucket(BUCKET)
    with ThreadPoolExecutor(8) as pool:
        puts = [
            pool.submit(_put, site.root, path, box)
            for path in site.root.rglob("*")
            if path.is_file() and not path.is_symlink() and _is_storable(path)
        ]
        puts += [pool.submit(box.put, BUCKET, key, SECRET * 500) for key in _SECRETS]
        puts.append(pool.submit(_put_sparse, box))
        for put in puts:
            put.result()


def _is_storable(path: Path) -> bool:
    if path.stat().st_size >= SPARSE_SIZE:
        return False
    return path.parent.name != "names" or path.name in STORABLE_NAMES


def _put(root: Path, path: Path, box: SwiftBox) -> None:
    # The store knows no time before 1970, and adds what is left of a second.
    modified = max(int(path.stat().st_mtime), 1)
    box.put(BUCKET, f"{PREFIX}/{path.relative_to(root)}", path.read_bytes(), modified=modified)


def _put_sparse(box: SwiftBox) -> None:
    box.put(BUCKET, "parts/zeros", bytes(_PART))
    box.put(BUCKET, "parts/last", bytes(_PART - len(SPARSE_TAIL)) + SPARSE_TAIL)
    parts = ["parts/zeros"] * (SPARSE_SIZE // _PART - 1)
    box.put_joined(BUCKET, f"{PREFIX}/sparse.mp4", [*parts, "parts/last"])
