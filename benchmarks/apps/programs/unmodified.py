"""Runs a program of pyperformance as it is, with asyncio's default loop replaced.

    python unmodified.py MODULE FACTORY FOLDER [ARGUMENT...]

The program runs in this process, as a worker of pyperf: once to warm up, then once more, which is measured. Prints
[nanoseconds]. The program checks its own work with assertions.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import runpy
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WORKER = ("--worker", "--worker-task=0", "--warmups=1", "--values=1", "--loops=1", "--quiet", "--output")


class CountedFactory:
    """What takes the place of `asyncio.new_event_loop`, and knows how many loops it has made."""

    def __init__(self, factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._factory = factory
        self.made = 0

    def __call__(self) -> asyncio.AbstractEventLoop:
        self.made += 1
        return self._factory()


def script_of(folder: str) -> Path:
    """The program in the installed package."""
    found = importlib.util.find_spec("pyperformance")
    if found is None or not found.submodule_search_locations:
        sys.exit("the package pyperformance is not installed")
    return Path(found.submodule_search_locations[0], "data-files", "benchmarks", folder, "run_benchmark.py")


def main(module: str, factory: str, folder: str, *arguments: str) -> None:
    """Run the program, and print what it measured."""
    script = script_of(folder)
    counted = CountedFactory(getattr(importlib.import_module(module), factory))
    # Not the policy, which newer Pythons give up. pyperf takes the package's, `asyncio.run` the module's.
    asyncio.new_event_loop = asyncio.events.new_event_loop = counted
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory, "result.json")
        sys.argv = [str(script), *arguments, *WORKER, str(output)]
        # As with `python SCRIPT`: the first place is that of the script.
        sys.path[0] = str(script.parent)
        runpy.run_path(str(script), run_name="__main__")
        (run,) = json.loads(output.read_text())["benchmarks"][0]["runs"]
    if not counted.made:
        sys.exit("the program has not used the loop")
    (seconds,) = run["values"]
    print([round(seconds * 1e9)])


main(*sys.argv[1:])
