from __future__ import annotations

import pytest

from quart_video.storage.local.chunk_size import LARGE, SHORT, SMALL, AdaptiveChunkSize

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("length", "size"), [(1, LARGE), (SHORT, LARGE), (SHORT + 1, SMALL), (1 << 40, SMALL)]
)
def test_start(length: int, size: int) -> None:
    assert AdaptiveChunkSize.for_range(length).size == size


def take(pace: AdaptiveChunkSize, total: int, seconds: float) -> None:
    for _ in range(0, total, pace.size):
        pace.note(pace.size, seconds)


def test_fast_client_gets_large_chunks_after_a_while() -> None:
    pace = AdaptiveChunkSize.for_range(1 << 30)
    take(pace, 8 * MIB, 0.0001)
    assert pace.size == SMALL
    take(pace, 8 * MIB, 0.0001)
    assert pace.size == LARGE
    take(pace, 100 * MIB, 0.0001)
    assert pace.size == LARGE


@pytest.mark.parametrize("length", [MIB, 1 << 30])
def test_one_wait_makes_them_small_again(length: int) -> None:
    pace = AdaptiveChunkSize.for_range(length)
    take(pace, 32 * MIB, 0.0001)
    assert pace.size == LARGE
    pace.note(pace.size, 0.5)
    assert pace.size == SMALL
    take(pace, 15 * MIB, 0.0001)
    assert pace.size == SMALL
    take(pace, 2 * MIB, 0.0001)
    assert pace.size == LARGE


def test_slow_client_keeps_small_chunks() -> None:
    pace = AdaptiveChunkSize.for_range(1 << 30)
    take(pace, 64 * MIB, 0.060)
    assert pace.size == SMALL
