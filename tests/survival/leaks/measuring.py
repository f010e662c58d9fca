"""Runs inside the child process of a leak test: do some work, then much more of it, and report what has grown.

This file is put in front of each program, which calls ``measure`` once.
"""

import gc
import json
import sys
from collections.abc import Callable

from support.process_figures import count_descriptors, count_threads, resident_bytes


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
    before_blocks, before_files, before_threads = sys.getallocatedblocks(), count_descriptors(), count_threads()
    before_bytes = resident_bytes()
    work(total)
    after_bytes = resident_bytes()
    after = counts()
    report = {
        "bytes": after_bytes - before_bytes,
        "blocks": sys.getallocatedblocks() - before_blocks,
        "files": count_descriptors() - before_files,
        "threads": count_threads(before_threads) - before_threads,
        "references": {name: after[name] - before[name] for name in watched},
    }
    print(json.dumps(report))
