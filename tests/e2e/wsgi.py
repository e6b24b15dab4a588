"""The app of these tests below a server of WSGI, which runs it in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import a2wsgi

from tests.e2e.app import app as asgi_app

_loop = asyncio.new_event_loop()
threading.Thread(target=_loop.run_forever, daemon=True).start()
asyncio.run_coroutine_threadsafe(asgi_app.startup(), _loop).result(60)

app: Any = a2wsgi.ASGIMiddleware(asgi_app, loop=_loop)  # type: ignore[arg-type]
