"""What a process holds at a moment at which it should hold what it held before."""

from __future__ import annotations

import asyncio
import csv
import gc
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_STEADY_LOOKS = 3
_STEP = 0.02
_LONGEST_SETTLING = 5.0


@dataclass(frozen=True)
class Sample:
    """A look at the process between two turns."""

    seconds: float
    answers: int
    """Compared so far."""
    rss: int
    """Bytes of memory in use, Java's and C's included."""
    descriptors: int
    threads: int
    blocks: int
    """Allocated by Python's own allocator."""
    objects: Mapping[str, int]
    """Those the garbage collector knows, by type."""
    references: Mapping[str, int]
    """To the objects that workloads watch."""


class Samples:
    """The samples of a soak, kept in a file: in memory they would be what grows."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - take_out() closes it

    def append(self, sample: Sample) -> None:
        """Keep one more."""
        self._file.write(json.dumps(vars(sample)) + "\n")

    def take_out(self) -> list[Sample]:
        """Return all, and close the file."""
        with self._file as file:
            file.seek(0)
            return [Sample(**json.loads(line)) for line in file]


async def settle() -> None:
    """Wait until threads that end are gone, and closed transports have closed their descriptors."""
    deadline = time.monotonic() + _LONGEST_SETTLING
    before, looks = (-1, -1), 0
    while looks < _STEADY_LOOKS and time.monotonic() < deadline:
        gc.collect()
        now = descriptors(), threads()
        looks = looks + 1 if now == before else 0
        before = now
        await asyncio.sleep(_STEP)


def take(seconds: float, answers: int, watched: Mapping[str, object]) -> Sample:
    """Look at this process."""
    gc.collect()
    blocks = sys.getallocatedblocks()
    objects = Counter(_type_name(type(thing)) for thing in gc.get_objects())
    # Less the reference that the mapping holds, and those of the call.
    references = {name: sys.getrefcount(thing) for name, thing in watched.items()}
    return Sample(seconds, answers, resident_bytes(), descriptors(), threads(), blocks, objects, references)


def resident_bytes() -> int:
    """The memory of this process that is in RAM."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * _PAGE


def descriptors() -> int:
    """The number of open file descriptors."""
    return len(os.listdir("/proc/self/fd"))


def threads() -> int:
    """The number of threads, Java's included."""
    return len(os.listdir("/proc/self/task"))


def write_csv(path: Path, samples: Sequence[Sample]) -> None:
    """Write a line for every sample; a column for every type of which the number has changed."""
    types = sorted({name for sample in samples for name in sample.objects})
    changed = [name for name in types if len({sample.objects.get(name, 0) for sample in samples}) > 1]
    watched = sorted({name for sample in samples for name in sample.references})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        header = ["seconds", "answers", "rss_bytes", "descriptors", "threads", "allocated_blocks", "objects"]
        writer.writerow([*header, *(f"references to {name}" for name in watched), *changed])
        for sample in samples:
            row: list[object] = [round(sample.seconds, 1), sample.answers, sample.rss, sample.descriptors]
            row += [sample.threads, sample.blocks, sum(sample.objects.values())]
            row += [sample.references.get(name, 0) for name in watched]
            writer.writerow(row + [sample.objects.get(name, 0) for name in changed])


def _type_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
