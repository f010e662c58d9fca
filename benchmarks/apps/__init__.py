"""Programs of others that are measured as they are, each sample in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pyperformance import PYPERFORMANCE

if TYPE_CHECKING:
    from .pyperformance import Pyperformance

APPS: dict[str, Pyperformance] = {measurement.name: measurement for measurement in PYPERFORMANCE}
"""In the order in which they run and are reported."""
