#!/usr/bin/env bash
# Granian 2.8.9 opens the file of "http.response.pathsend" after the app's send() has returned, and answers 404 where it is gone by then.
#
# Starlette's FileResponse sends a path wherever a server announces that extension, and runs its background task when send() has returned. The task
# that removes a file made for one answer, as its documentation has it, so removes it before it is opened. The app's answer of 200, its fields
# included, then becomes a 404 with a text that no app has written, and the app is not told. It is a race.
#
# Seen, Granian 2.8.9 and Starlette 1.10.0, forty answers, one after the other:
#   granian  file kept:    200 with all bytes: all
#   granian  file removed: 404 "Not found", without the app's fields: 21, 200 with all bytes: 19
#   uvicorn  file removed: 200 with all bytes: all
#
# It fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
cd "$folder"
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$folder"
}
trap finish EXIT
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check granian==2.8.9 starlette==1.10.0 uvicorn==0.54.0
cat >app.py <<'PYTHON'
import os
import tempfile

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import FileResponse
from starlette.routing import Route


async def film(request):
    descriptor, path = tempfile.mkstemp(suffix=".mp4", dir=".")
    with os.fdopen(descriptor, "wb") as file:
        file.write(bytes(300_000))
    after = None if request.url.path == "/kept" else BackgroundTask(os.unlink, path)
    return FileResponse(os.path.abspath(path), headers={"X-App": "1"}, background=after)


app = Starlette(routes=[Route("/kept", film), Route("/removed", film)])
PYTHON
cat >try.py <<'PYTHON'
import sys
import time
from collections import Counter
from http.client import HTTPConnection


def ask(port, path):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheader("X-App"), len(body) if answer.status == 200 else body.decode()


def ask_often(port, path):
    return Counter(ask(port, path) for _ in range(40))


def wait_for(port):
    for _ in range(200):
        try:
            return HTTPConnection("127.0.0.1", port, timeout=10).connect()
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing listens at {port}")


granian, uvicorn = map(int, sys.argv[1:])
wait_for(granian)
wait_for(uvicorn)
whole, missing = (200, "1", 300_000), (404, None, "Not found")
seen = {name: ask_often(port, path) for name, port, path in (
    ("granian kept", granian, "/kept"), ("granian removed", granian, "/removed"), ("uvicorn removed", uvicorn, "/removed"))}
for name, answers in seen.items():
    print(name, dict(answers))
assert seen["granian kept"] == {whole: 40}, "it has changed"
assert seen["granian removed"].keys() <= {whole, missing} and seen["granian removed"][missing] > 0, "it has changed"
assert seen["uvicorn removed"] == {whole: 40}, "it has changed"
PYTHON
ports=($(python3 -c 'import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[one.getsockname()[1] for one in held])'))
venv/bin/granian --interface asgi --host 127.0.0.1 --port "${ports[0]}" --workers 1 --log-level error app:app &
pids+=($!)
venv/bin/uvicorn --host 127.0.0.1 --port "${ports[1]}" --log-level error app:app &
pids+=($!)
venv/bin/python try.py "${ports[@]}"
