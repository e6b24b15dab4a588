#!/usr/bin/env bash
# Granian 2.8.9 tells an ASGI app the port of its client, and its own, as a text.
#
# In the ASGI HTTP connection scope, "client" is [unicode string host, integer port], and so is "server". What compares the address
# with that of a socket, as getpeername() has it, never finds it. Uvicorn and Hypercorn, asked by the same app in the same way,
# tell numbers.
#
# Seen, on CPython 3.11:
#   uvicorn   client: int  server: int
#   hypercorn client: int  server: int
#   granian   client: str  server: str
#
# It fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check granian==2.8.9 hypercorn==0.18.0 uvicorn==0.54.0
cat >app.py <<'PYTHON'
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    text = "client: {}  server: {}".format(*(type(scope[key][1]).__name__ for key in ("client", "server")))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(text))]})
    await send({"type": "http.response.body", "body": text.encode()})
PYTHON
cat >try.py <<'PYTHON'
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

OPTIONS = {
    "uvicorn": ["--log-level", "critical", "--lifespan", "off", "--port"],
    "hypercorn": ["--log-level", "critical", "--bind"],
    "granian": ["--interface", "asginl", "--log-level", "critical", "--port"],
}


def told(server):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    where = f"127.0.0.1:{port}" if server == "hypercorn" else str(port)
    process = subprocess.Popen([sys.executable, "-m", server, *OPTIONS[server], where, "app:app"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                    return answer.read().decode()
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{server} does not start")
    finally:
        process.terminate()
        process.wait(20)


lines = [f"{server:9} {told(server)}" for server in OPTIONS]
print("\n".join(lines))
expected = [
    "uvicorn   client: int  server: int",
    "hypercorn client: int  server: int",
    "granian   client: str  server: str",
]
sys.exit(lines != expected)
PYTHON
venv/bin/python try.py
