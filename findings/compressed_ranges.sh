#!/usr/bin/env bash
# brotli-asgi 1.7.0 and zstd-asgi 1.0 encode the answer to a range, and leave its Content-Range and its strong ETag as they were.
#
# Content-Range counts bytes of the representation that has the encoding (RFC 9110, 14.4), so "bytes 1000-1999/4000" on a body of
# some 20 bytes is false, and two representations share a strong tag (8.8.3). They do so, too, where Cache-Control says no-transform
# (RFC 9111, 5.2.2.6). Starlette's GZipMiddleware, of the same release and by the same app, leaves the range alone.
#
# Seen, with Starlette 1.10.0 and its FileResponse:
#   br    206 bytes 1000-1999/4000 br   same strong ETag as the whole: True
#   zstd  206 bytes 1000-1999/4000 zstd same strong ETag as the whole: True
#   gzip  206 bytes 1000-1999/4000 -    same strong ETag as the whole: True
#
# It fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  brotli-asgi==1.7.0 zstd-asgi==1.0 starlette==1.10.0 brotli==1.2.1 backports.zstd==1.8.0
cat >try.py <<'PYTHON'
import asyncio
from pathlib import Path

from brotli_asgi import BrotliMiddleware
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse
from starlette.routing import Route
from zstd_asgi import ZstdMiddleware

Path("film.mp4").write_bytes(b"0123456789" * 400)


async def film(request):
    return FileResponse("film.mp4", headers={"Cache-Control": "no-transform"})


async def ask(app, *fields):
    messages = []
    requests = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        return requests.pop() if requests else await asyncio.Event().wait()

    async def send(message):
        messages.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": fields, "query_string": b"", "extensions": {}}
    await app(scope, receive, send)
    fields = {name.lower().decode(): value.decode() for name, value in messages[0]["headers"]}
    return messages[0]["status"], fields, b"".join(message.get("body", b"") for message in messages)


async def main():
    app = Starlette(routes=[Route("/", film)])
    _, whole, _ = await ask(app)
    seen = []
    for around, coding in ((BrotliMiddleware, "br"), (ZstdMiddleware, "zstd"), (GZipMiddleware, "gzip")):
        fields = (b"range", b"bytes=1000-1999"), (b"accept-encoding", coding.encode())
        status, got, body = await ask(around(app, minimum_size=100), *fields)
        encoding = got.get("content-encoding", "-")
        same = got["etag"] == whole["etag"] and not got["etag"].startswith("W/")
        print(f"{coding:5} {status} {got['content-range']} {encoding:4} same strong ETag as the whole: {same}")
        assert got["cache-control"] == "no-transform"
        assert len(body) < 100 if encoding != "-" else body == b"0123456789" * 100
        seen.append((status, got["content-range"], encoding, same))
    part = 206, "bytes 1000-1999/4000"
    assert seen == [(*part, "br", True), (*part, "zstd", True), (*part, "-", True)], "it has changed"


asyncio.run(main())
PYTHON
venv/bin/python try.py
