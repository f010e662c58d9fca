"""Load on the machine that the measured loops have to share it with."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET = "quiet"
LOADED = "loaded"


@contextmanager
def put_on(load: str) -> Iterator[list[int]]:
    """If loaded, one process that computes on each processor this one may use, until the block ends; their pids."""
    burners: list[subprocess.Popen[str]] = []
    try:
        if load == LOADED:
            burners += [_burner(processor) for processor in sorted(os.sched_getaffinity(0))]
        for burner in burners:
            assert burner.stdout is not None
            if not burner.stdout.readline():
                raise RuntimeError(f"a burner ended with status {burner.wait()}")
        yield [burner.pid for burner in burners]
    finally:
        for burner in burners:
            burner.kill()
        for burner in burners:
            burner.communicate()


def _burner(processor: int) -> subprocess.Popen[str]:
    script = str(Path(__file__).with_name("burner.py"))
    return subprocess.Popen([sys.executable, script, str(processor)], stdout=subprocess.PIPE, text=True)
