"""Fixtures for pytest: ``pytest_plugins = ["quart_video.testing.plugin"]`` in ``conftest.py``.

Each can be replaced by one of the same name in a test module or a ``conftest.py``.
"""

from __future__ import annotations

import pytest
from quart import Quart

from quart_video import VideoBlueprint
from quart_video.storage.memory import MemoryStorage
from quart_video.testing.library import sample_videos

__all__ = ["video_app", "video_files", "video_storage"]

_MADE: dict[str, bytes] = {}


@pytest.fixture
def video_files() -> dict[str, bytes]:
    """Return the contents of the files that are served, by path: those of ``sample_videos()``."""
    if not _MADE:
        _MADE.update(sample_videos())
    return dict(_MADE)


@pytest.fixture
def video_storage(video_files: dict[str, bytes]) -> MemoryStorage:
    """Return a storage of these files, to be the ``MEDIA_ROOT`` of an app."""
    return MemoryStorage(video_files)


@pytest.fixture
def video_app(video_storage: MemoryStorage) -> Quart:
    """Return an app with a library of these files at ``/videos/``, which looks into none."""
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint(media_root=video_storage, media_processes=0))
    return app
