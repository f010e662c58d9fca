"""What the control of a run does: callbacks on asyncio, in a process that lives as long as the run."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE
from benchmarks.loop.sampling import Limits
from benchmarks.loop.worker_client import WorkerClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORKLOAD = "callbacks_10k"


@contextmanager
def asyncio_callbacks() -> Iterator[Callable[[], float]]:
    """A function that does the work and returns nanoseconds per callback."""
    client = WorkerClient(BASE)
    prepared = False

    def sample() -> float:
        nonlocal prepared
        if not prepared:
            client.request("prepare", workload=WORKLOAD, limits=asdict(Limits(20, 20, 200)))
            prepared = True
        samples: list[float] = client.request("sample")["samples"]
        return samples[0]

    try:
        yield sample
    finally:
        client.close()
