"""Bounds for the property tests: enough cases to find something, on any machine."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "quart-video",
    max_examples=100,
    deadline=None,  # a busy machine is no bug
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # there, what fails is the change and not the draw
)
settings.load_profile("quart-video")
