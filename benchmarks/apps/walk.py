"""The least that a scan can be: ``os.scandir`` and ``stat`` of every file. ``python -m ... PORT``.

``/scan`` does it, and tells how many files there are.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


def walk(root: str) -> int:
    """Look at all files; return how many there are."""
    files = 0
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as rows:
            for row in rows:
                if row.is_dir(follow_symlinks=False):
                    folders.append(row.path)
                else:
                    row.stat(follow_symlinks=False)
                    files += 1
    return files


class Handler(BaseHTTPRequestHandler):
    """Answers one request on each connection."""

    def do_GET(self) -> None:
        """Walk, if that is asked for."""
        files = walk(os.environ["MEDIA_ROOT"]) if self.path == "/scan" else None
        body = json.dumps({"files": files}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
