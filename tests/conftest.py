"""Bounds for the property tests, and a place for what apps keep between their runs."""

import os

import pytest
from hypothesis import HealthCheck, settings
from quart import Quart
from werkzeug.datastructures import ImmutableDict

settings.register_profile(
    "quart-video",
    max_examples=100,
    deadline=None,  # a busy machine is no bug
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # there, what fails is the change and not the draw
)
settings.load_profile("quart-video")


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the apps of the tests from writing into the folders of the tests."""
    folder = str(tmp_path_factory.mktemp("cache"))
    Quart.default_config = ImmutableDict({**Quart.default_config, "VIDEO_CACHE": folder})
