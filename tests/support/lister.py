"""A server that lists objects as S3 does, and has none.

A mock, as to fill a real store with a hundred thousand objects takes hours. What lists some
thousand of a real one is among the tests that take minutes.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

_PAGE = 1000
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Lister:
    """The server, in threads of this process.

    :param keys: of the objects.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = sorted(keys)
        self.asked = 0
        """Pages that were asked for."""
        lister = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
                body = lister.page({name: values[0] for name, values in query.items()}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def options(self) -> dict[str, str]:
        """Return what VIDEO_STORE_OPTIONS has to be."""
        return {
            "endpoint": f"http://127.0.0.1:{self._server.server_port}",
            "region": "us-east-1",
            "access_key_id": "nobody",
            "secret_access_key": "asks",
            "allow_http": "true",
        }

    def add(self, key: str) -> None:
        """Have one more object."""
        insort(self._keys, key)

    def remove(self, key: str) -> None:
        """Have one object less."""
        self._keys.remove(key)

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def page(self, query: dict[str, str]) -> str:
        """Return one page of ListObjectsV2."""
        self.asked += 1
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        rows: list[str] = []
        token = ""
        for row, last in self._rows(prefix, delimiter, query.get("continuation-token", "")):
            rows.append(row)
            if len(rows) == _PAGE:
                token = f"<NextContinuationToken>{escape(last)}</NextContinuationToken>"
                break
        truncated = "true" if token else "false"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="{_NAMESPACE}">'
            f"<KeyCount>{len(rows)}</KeyCount><IsTruncated>{truncated}</IsTruncated>{token}"
            f"{''.join(rows)}</ListBucketResult>"
        )

    def _rows(self, prefix: str, delimiter: str, after: str) -> Iterator[tuple[str, str]]:
        """Yield rows, each with what is to be sent to go on behind it."""
        keys = self._keys
        place = bisect_right(keys, after) if after else bisect_left(keys, prefix)
        while place < len(keys) and keys[place].startswith(prefix):
            key = keys[place]
            folder, found, _ = key[len(prefix) :].partition(delimiter or "\0")
            if found:
                shared = f"{prefix}{folder}{found}"
                last = f"{shared}\U0010ffff"
                place = bisect_left(keys, last)
                yield f"<CommonPrefixes><Prefix>{escape(shared)}</Prefix></CommonPrefixes>", last
            else:
                place += 1
                row = (
                    f"<Contents><Key>{escape(key)}</Key><Size>{len(key)}</Size>"
                    f'<ETag>"{len(key)}"</ETag>'
                    "<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>"
                )
                yield row, key
