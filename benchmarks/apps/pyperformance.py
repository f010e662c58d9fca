"""asyncio's programs of pyperformance, CPython's own benchmark suite, unmodified."""

from __future__ import annotations

from pathlib import Path

from benchmarks.cold.base import ColdMeasurement

RUNNER = Path(__file__).with_name("programs") / "unmodified.py"


class Pyperformance(ColdMeasurement):
    """One program: the time of its second run in a process of its own."""

    def __init__(self, name: str, packages: tuple[str, ...], folder: str, *arguments: str) -> None:
        super().__init__(f"pyperformance_{name}", f"pyperformance: {name}", str(RUNNER), folder, *arguments)
        self.packages = packages


PACKAGES = ("pyperformance", "pyperf")
TREES = {
    "async_tree_none": ("none",),
    "async_tree_io": ("io",),
    "async_tree_io_tg": ("io", "--task-groups"),
    "async_tree_memoization": ("memoization",),
    "async_tree_cpu_io_mixed": ("cpu_io_mixed",),
    "async_tree_eager": ("eager",),
}
"""Of the eager ones only the first: before Python 3.12 there is no eager task, and they are the same as the others."""

PYPERFORMANCE = (
    Pyperformance("asyncio_tcp", PACKAGES, "bm_asyncio_tcp"),
    Pyperformance("asyncio_tcp_ssl", PACKAGES, "bm_asyncio_tcp", "--ssl"),
    Pyperformance("asyncio_websockets", (*PACKAGES, "websockets"), "bm_asyncio_websockets"),
    *(Pyperformance(name, PACKAGES, "bm_async_tree", *arguments) for name, arguments in TREES.items()),
)
