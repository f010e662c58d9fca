"""Further processes that serve at the port of the first one, as the workers of a web server do."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.network.servers.settings import Address

STOP_SECONDS = 2.0


@contextmanager
def further_workers(count: int, port: Address) -> Iterator[list[tuple[int, int]]]:
    """This program again, so often, until the block ends; their processes and the threads of their loops."""
    command = [sys.executable, *sys.argv, "--workers", "1", "--port", str(port)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    try:
        yield [(process.pid, thread_of(process)) for process in processes]
    finally:
        # They leave when their input ends, and so they do when this process dies.
        for process in processes:
            process.communicate(timeout=STOP_SECONDS)


def thread_of(process: subprocess.Popen[str]) -> int:
    """The thread of its loop, which it says when it can be connected to."""
    assert process.stdout is not None
    thread: int = json.loads(process.stdout.readline())["tid"]
    return thread
