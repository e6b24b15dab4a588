"""Our first scan: ``/scan`` does it from an empty index, and tells how many videos there are."""

import asyncio
import json
import logging
import os
import shutil
from collections.abc import AsyncIterator

from quart import Quart

from quart_video.catalogue import Catalogue, Query
from quart_video.catalogue.sync import scanner
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.local.storage import LocalStorage

app = Quart(__name__)
app.config["RESPONSE_TIMEOUT"] = None


class _Done(logging.Handler):
    """Notices what the log is told at the end of a scan."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.event = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith("Looked through the folders"):
            self.event.set()


async def scan() -> int | None:
    """Fill an index; return how many videos are in it, where that is known."""
    cache = os.environ["VIDEO_CACHE"]
    shutil.rmtree(cache, ignore_errors=True)
    storage = LocalStorage(os.environ["MEDIA_ROOT"])
    catalogue = Catalogue(storage, VIDEO_TYPES, cache=cache, name=storage.root)
    logger = scanner.logger
    logger.setLevel(logging.DEBUG)  # at which it tells of a scan that took no time
    done = _Done()
    logger.addHandler(done)
    try:
        catalogue.start()
        await done.event.wait()
        page = await catalogue.page(Query(recursive=True, limit=1))
        return None if page.scanning else page.total
    finally:
        logger.removeHandler(done)
        await catalogue.aclose()
        await storage.aclose()


@app.get("/scan")
async def view() -> AsyncIterator[str]:
    """Scan, with a sign of life in every second."""

    async def answer() -> AsyncIterator[str]:
        task = asyncio.create_task(scan())
        while not (await asyncio.wait({task}, timeout=1))[0]:
            yield " "
        yield json.dumps({"files": task.result()})

    return answer()
