"""Measurements of memory."""

from __future__ import annotations

from pathlib import Path

from benchmarks.cold.base import ColdMeasurement

COUNTS = {"threads", "blocks", "connections"}


class MemoryMeasurement(ColdMeasurement):
    """What a process holds; loops are compared by the difference, because most of it is Python's."""

    unit = "MiB"
    comparison = "difference"
    most_rounds = 3
    programs = Path(__file__).with_name("programs")

    def __init__(self, name: str, title: str, program: str, *arguments: str, metrics: tuple[str, ...]) -> None:
        super().__init__(name, title, program, *arguments)
        self.metrics = metrics

    def unit_of(self, metric: str) -> str:
        return "" if metric in COUNTS else self.unit


class ObjectSize(MemoryMeasurement):
    """What one of many equal objects adds to a process: the growth of its memory divided by their number.

    `RSS` is that of resident memory, in bytes: everything counts, whichever allocator it comes from, and is there to
    stay or not. `blocks` is the growth of `sys.getallocatedblocks()`, which counts Python's own objects and buffers.
    """

    unit = "B"

    def __init__(
        self, name: str, title: str, program: str, *arguments: str, metrics: tuple[str, ...] = ("RSS", "blocks")
    ) -> None:
        super().__init__(name, title, program, *arguments, metrics=metrics)
