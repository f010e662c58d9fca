"""Measures what each of four forked workers holds that has made and used a loop of its own.

    python workers.py MODULE FACTORY

The parent imports the loop's module before it forks, as pre-forking servers do, and makes no loop. Prints
[proportional set size, private bytes], means of the four.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from use import use

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

WORKERS = 4


def main(module: str, factory: str) -> None:
    """Fork, measure while all four hold their loops, and print."""
    create = getattr(importlib.import_module(module), factory)
    ready, tell_ready = os.pipe()
    wait, let_go = os.pipe()
    workers = []
    for _ in range(WORKERS):
        pid = os.fork()
        if pid == 0:
            os.close(let_go)
            work(create, tell_ready, wait)
        workers.append(pid)
    os.close(tell_ready)
    waiting = 0
    while message := os.read(ready, WORKERS):
        waiting += len(message)
        if waiting == WORKERS:
            break
    held = [memory(pid) for pid in workers] if waiting == WORKERS else []
    os.close(let_go)
    statuses = [os.waitpid(pid, 0)[1] for pid in workers]
    if any(statuses) or not held:
        sys.exit(f"the workers ended with {statuses}")
    print([sum(values) / WORKERS for values in zip(*held, strict=True)])


def work(create: Callable[[], asyncio.AbstractEventLoop], ready: int, wait: int) -> None:
    """In a worker: use a loop, say so, and keep it until the parent has looked; does not return."""
    status = 1
    try:
        loop = create()
        use(loop)
        os.write(ready, b"r")
        os.read(wait, 1)
        loop.close()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def memory(pid: int) -> tuple[int, int]:
    """Bytes: pages that are shared count by the number of processes that share them; private pages alone."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    fields = {name: int(kib) * 1024 for name, kib in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)}
    return fields["Pss"], fields["Private_Clean"] + fields["Private_Dirty"]


main(*sys.argv[1:])
