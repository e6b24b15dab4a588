"""For the tests of an app: small real videos, and a library of them in memory.

Nothing of it is used by an app that runs. ``quart_video.testing.plugin`` has fixtures for pytest.
"""

from quart_video.testing.film import make_film
from quart_video.testing.library import sample_videos, serve_from_memory

__all__ = ["make_film", "sample_videos", "serve_from_memory"]
