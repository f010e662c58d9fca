"""Measures what a process with one used loop holds.

    python used_loop.py MODULE FACTORY

Prints [resident bytes, bytes of address space, threads].
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

from use import use


def main(module: str, factory: str) -> None:
    """Measure and print, with the loop still open."""
    loop = getattr(importlib.import_module(module), factory)()
    use(loop)
    fields = dict(re.findall(r"^(\w+):\s+(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE))
    loop.close()
    print([int(fields["VmRSS"]) * 1024, int(fields["VmSize"]) * 1024, int(fields["Threads"])])


main(*sys.argv[1:])
