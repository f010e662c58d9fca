"""Asks for loops where the engine cannot be loaded."""

import asyncio
import importlib
import shutil
import sys

import data_bridge.pyloop as pyloop
from support.scenarios import run_scenario


def refused() -> None:
    """Print the one text of all refusals; asyncio's own loops work."""
    texts = set()
    for _ in range(2):
        for use in (pyloop.new_event_loop, lambda: pyloop.PyLoop):
            try:
                use()
            except ImportError as error:
                texts.add(str(error))
    assert asyncio.run(asyncio.sleep(0.001, "alive")) == "alive"
    (text,) = texts
    print(text)


def mended(engine: str, package: str) -> None:
    """Print "refused", and "loaded" once the engine is copied into the package."""
    try:
        pyloop.new_event_loop()
    except ImportError:
        print("refused")
    shutil.copy(engine, package)
    importlib.invalidate_caches()
    pyloop.new_event_loop().close()
    print("loaded")


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
