"""What the measured programs have in common, servers and clients: the loop, and lines of JSON to the driver."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
import threading
from typing import TYPE_CHECKING, Any

from benchmarks.harness import metadata
from benchmarks.harness.loops import LOOPS

if TYPE_CHECKING:
    import argparse
    import asyncio
    from collections.abc import Awaitable, Callable

SETTLING_BYTES = 1 << 20


def settle_malloc() -> None:
    """Bring glibc's malloc into the state of a program that has run for a while.

    Until a program frees a large block for the first time, every block above 128 KiB is mapped and unmapped by the
    kernel: for asyncio, which receives into 256 KiB, that triples the cost of a request, and whether it happens
    depends on what the program has imported. Freeing a mapped block moves the threshold above its size.
    """
    bytes(SETTLING_BYTES)


def add_loop_arguments(parser: argparse.ArgumentParser) -> None:
    """Which loop."""
    parser.add_argument("loop", choices=LOOPS)
    parser.add_argument("--layer", help="the package that provides the transports")


def create_loop(options: argparse.Namespace) -> asyncio.AbstractEventLoop:
    """The loop of the command line, in a settled process."""
    settle_malloc()
    spec = LOOPS[options.loop]
    if options.layer is None:
        return spec.create()
    loop: asyncio.AbstractEventLoop = importlib.import_module(options.layer).loop_factory(spec.create)()
    return loop


def say(**facts: Any) -> None:
    """One line of JSON."""
    print(json.dumps(facts), flush=True)


def serve_driver(
    loop: asyncio.AbstractEventLoop,
    options: argparse.Namespace,
    answer: Callable[[str], Awaitable[dict[str, Any]]],
    **facts: Any,
) -> None:
    """Say that the program is ready, then run the loop and answer each line on standard input until it ends."""
    version = LOOPS[options.loop].version()
    if options.layer is not None:
        version += f" with {options.layer} {importlib.metadata.version(options.layer)}"
    facts |= {"tid": threading.get_native_id(), "version": version, "engine": metadata.loaded_engine()}
    threading.Thread(target=_obey, args=(loop, answer), daemon=True).start()
    loop.call_soon(lambda: say(**facts))
    loop.run_forever()


def _obey(loop: asyncio.AbstractEventLoop, answer: Callable[[str], Awaitable[dict[str, Any]]]) -> None:
    tasks = set()

    async def reply(line: str) -> None:
        try:
            say(**await answer(line))
        except Exception as error:
            say(error=f"{type(error).__name__}: {error}")

    def begin(line: str) -> None:
        task = loop.create_task(reply(line))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    for line in sys.stdin:
        loop.call_soon_threadsafe(begin, line.strip())
    loop.call_soon_threadsafe(loop.stop)
