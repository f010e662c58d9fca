"""Runs inside the child process of a leak test: do some work, then much more of it, and report what has grown.

Each program calls ``measure`` once.
"""

import gc
import json
import sys
import time
from collections.abc import Callable

from support.process_figures import kernel_threads, open_descriptors, resident_bytes


def settled_threads(at_most: int) -> int:
    """The number of threads, those of other runtimes included; one that ends may need a moment to be gone."""
    deadline = time.monotonic() + 5
    while (count := kernel_threads()) > at_most and time.monotonic() < deadline:
        time.sleep(0.01)
    return count


def measure(
    work: Callable[[int], object], total: int, watched: dict[str, object], *, warm_up: int | None = None
) -> None:
    """Report on standard output how ``work(total)`` changes the process, after a warm-up of a fifth of it.

    The reference counts of the watched objects are reported as differences, everything else, too.
    """
    # Free lists, caches and compiled code have their size after the warm-up.
    work(total // 5 if warm_up is None else warm_up)

    def counts() -> dict[str, int]:
        gc.collect()
        return {name: sys.getrefcount(value) for name, value in watched.items()}

    before = counts()
    before_blocks, before_files, before_threads = sys.getallocatedblocks(), open_descriptors(), kernel_threads()
    before_bytes = resident_bytes()
    work(total)
    after_bytes = resident_bytes()
    after = counts()
    report = {
        "bytes": after_bytes - before_bytes,
        "blocks": sys.getallocatedblocks() - before_blocks,
        "files": open_descriptors() - before_files,
        "threads": settled_threads(before_threads) - before_threads,
        "references": {name: after[name] - before[name] for name in watched},
    }
    print(json.dumps(report))
