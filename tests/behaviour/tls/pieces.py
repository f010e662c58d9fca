"""Data in random pieces."""

import random


def pieces_of(data: bytes, rng: random.Random, largest: int = 70_000) -> list[bytes]:
    """Cut at random, with many small pieces."""
    pieces, start = [], 0
    while start < len(data):
        size = rng.choice((1, 2, 10, 100, 1000, 16383, 16384, 16385, largest))
        size = rng.randrange(1, size + 1)
        pieces.append(data[start : start + size])
        start += size
    return pieces
