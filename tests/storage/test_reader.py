from __future__ import annotations

import io
import os
import random

import pytest

from quart_video.storage.base import BudgetSpent
from quart_video.storage.reader import BLOCK, BlockReader

DATA = os.urandom(12 * BLOCK + 17)


class Source:
    """Where the bytes come from, and what was fetched of them."""

    def __init__(self) -> None:
        self.fetched: list[tuple[int, int]] = []
        self.released = 0

    def fetch(self, start: int, stop: int) -> bytes:
        self.fetched.append((start, stop))
        return DATA[start:stop]

    def release(self) -> None:
        self.released += 1

    def reader(self, budget: int = 1 << 30) -> BlockReader:
        return BlockReader(len(DATA), self.fetch, budget=budget, release=self.release)


def test_as_a_file() -> None:
    with io.BufferedReader(Source().reader()) as file:
        assert file.read() == DATA


def test_anywhere() -> None:
    """As of a file in memory, whatever is read and sought."""
    reader, peer, dice = Source().reader(), io.BytesIO(DATA), random.Random(7)
    for _ in range(500):
        whence = dice.choice((os.SEEK_SET, os.SEEK_CUR, os.SEEK_END))
        offset = {
            os.SEEK_SET: dice.randrange(len(DATA) + 100),
            os.SEEK_CUR: dice.randrange(BLOCK),
            os.SEEK_END: -dice.randrange(len(DATA)),
        }[whence]
        assert reader.seek(offset, whence) == peer.seek(offset, whence) == reader.tell()
        size = dice.randrange(1000)
        data = reader.read(size)
        assert data is not None
        assert peer.read(size).startswith(data)
        assert data or size == 0 or reader.tell() >= len(DATA)
        peer.seek(reader.tell())


def test_few_blocks_are_fetched() -> None:
    source = Source()
    reader = source.reader()
    for place in (0, 1000, BLOCK - 1, len(DATA) - 1, 10):
        reader.seek(place)
        assert reader.read(1) == DATA[place : place + 1]
    assert source.fetched == [(0, BLOCK), (12 * BLOCK, len(DATA))]
    assert reader.fetched == BLOCK + 17


def test_budget() -> None:
    source = Source()
    reader = source.reader(budget=3 * BLOCK)
    file = io.BufferedReader(reader)
    with pytest.raises(BudgetSpent, match=str(3 * BLOCK)):
        file.read()
    assert sum(stop - start for start, stop in source.fetched) == 3 * BLOCK
    reader.seek(0)
    assert reader.read(4) == DATA[:4]  # what is there already costs nothing


def test_memory_is_bounded() -> None:
    source = Source()
    reader = source.reader()
    for _ in range(2):
        reader.seek(0)
        while reader.read(BLOCK):
            pass
    assert len(source.fetched) == 2 * 13


def test_released_once() -> None:
    source = Source()
    reader = source.reader()
    reader.close()
    reader.close()
    assert source.released == 1
    with pytest.raises(ValueError, match="closed"):
        reader.read(1)
