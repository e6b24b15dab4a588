"""What these tests are about is how fork servers begin and end."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _own_fork_servers(own_fork_servers: None) -> None:
    """Keep none of them."""
