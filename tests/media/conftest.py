from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from quart_video.media import DerivativeService, FolderCache


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def derivatives(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DerivativeService]:
    """Serve all tests that only want something made."""
    derivatives = DerivativeService(
        FolderCache(str(tmp_path_factory.mktemp("cache")), 10**8), most=2
    )
    yield derivatives
    await derivatives.aclose()
