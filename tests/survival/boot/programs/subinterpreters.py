"""Subinterpreters beside a main one that has loops."""

import asyncio
import importlib
import os
import sys
import threading
import warnings
from typing import Any

from data_bridge.pyloop import run
from support.scenarios import run_scenario

interpreters: Any
if sys.version_info >= (3, 13):
    interpreters = importlib.import_module("_interpreters")
else:
    interpreters = importlib.import_module("_xxsubinterpreters")

# What runs in a subinterpreter is handed to it as text.
TRY = """
try:
    from data_bridge.pyloop import new_event_loop
    new_event_loop()
except ImportError as error:
    print(error, flush=True)
"""
ASYNCIO = "import asyncio; asyncio.run(asyncio.sleep(0.001))"


def create(variety: str) -> object:
    """A subinterpreter, "legacy" or "isolated"."""
    if sys.version_info >= (3, 13):
        return interpreters.create(variety)
    return interpreters.create(isolated=variety == "isolated")


def loops_are_refused(_kind: str, variety: str, first: str) -> None:
    """Try it in two subinterpreters, before or after the main one has run a loop; then run one there."""
    if first == "main one first":
        run(asyncio.sleep(0.001))
    for _ in range(2):
        interpreters.run_string(create(variety), TRY)
    print(run(asyncio.sleep(0.001, "works")))


def come_and_go(_kind: str) -> None:
    """Print whether the main one's loop turns while another thread makes subinterpreters that run asyncio's own."""
    from support.chosen_loop import new_event_loop

    warnings.simplefilter("ignore")

    def come_and_go() -> None:
        for _ in range(5):
            interpreter = create("legacy")
            interpreters.run_string(interpreter, ASYNCIO)
            interpreters.destroy(interpreter)

    async def main() -> bool:
        ticks = 0
        thread = threading.Thread(target=come_and_go)
        thread.start()
        while thread.is_alive():
            await asyncio.sleep(0.001)
            ticks += 1
        return ticks > 5

    print(new_event_loop().run_until_complete(main()))


if __name__ == "__main__":
    kind, scenario, *arguments = sys.argv[1:]
    run_scenario(globals(), [scenario, kind, *arguments])
    # CPython 3.12.1 aborts at exit once an isolated subinterpreter has imported ssl, which asyncio does.
    sys.stdout.flush()
    os._exit(0)
