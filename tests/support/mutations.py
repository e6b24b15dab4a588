"""Files that are broken at random."""

from __future__ import annotations

import random


def mutate(data: bytes, draw: random.Random) -> bytes:
    """Change bytes here and there, cut pieces out, double them, or end early."""
    result = bytearray(data)
    for _ in range(draw.choice([1, 3, 10, 100])):
        place = draw.randrange(min(len(result), draw.choice([64, 2000, len(result)])))
        kind = draw.randrange(5)
        if kind == 0:
            result[place] = draw.randrange(256)
        elif kind == 1:
            result[place : place + 4] = draw.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])
        elif kind == 2:
            del result[place : place + draw.randrange(1, 500)]
        elif kind == 3:
            result[place:place] = result[place : place + draw.randrange(1, 500)]
        elif draw.random() < 0.2:
            del result[place:]
        if not result:
            return b"\0"
    return bytes(result)
