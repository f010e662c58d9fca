"""The units in which figures are printed, and those in which results keep them."""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """One unit."""

    stored: str
    """The unit of the figures in a result."""
    scale: float
    """How many of those make one of it."""
    decimals: int


UNITS = {
    "ns": Unit("ns", 1, 0),
    "us": Unit("ns", 1e3, 1),
    "ms": Unit("ns", 1e6, 2),
    "s": Unit("ns", 1e9, 2),
    "B": Unit("bytes", 1, 0),
    "KiB": Unit("bytes", 1 << 10, 1),
    "MiB": Unit("bytes", 1 << 20, 1),
    "/s": Unit("per_second", 1, 0),
    "": Unit("count", 1, 0),
}
"""By what is printed."""
