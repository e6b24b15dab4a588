from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from quart_video.media import FolderCache, Studio


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    """Serve all tests that only want something made."""
    studio = Studio(FolderCache(str(tmp_path_factory.mktemp("cache")), 10**8), most=2)
    yield studio
    await studio.aclose()
