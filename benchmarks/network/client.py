"""A client process: one loop and one kind of client, until standard input ends.

python client.py LOOP KIND PORT [--layer PACKAGE] [--certificate FILE]

It prints a line of JSON when it is ready, and answers each of these lines on standard input with another one:

    open N          connects, for N requests at the same time
    run SECONDS     makes requests for so long, and waits for the last answers
    close           closes the connections
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.network import measured
from benchmarks.network.clients import CLIENTS
from benchmarks.network.clients.endpoint import Client, Endpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def repeat(request: Callable[[], Awaitable[None]], deadline: float, latencies: list[float]) -> None:
    """Make one request after the other."""
    clock = time.perf_counter
    while (begun := clock()) < deadline:
        await request()
        latencies.append(clock() - begun)


async def run(client: Client, seconds: float) -> dict[str, Any]:
    """One window, in the same words as the load generator's."""
    latencies: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(repeat(request, begun + seconds, latencies) for request in client.requests))
    elapsed = time.perf_counter() - begun
    latencies.sort()
    return {
        "requests": len(latencies),
        "seconds": elapsed,
        "lost": 0,
        **{f"{name}_us": percentile(latencies, part) for name, part in PERCENTILES.items()},
    }


PERCENTILES = {"p50": 0.5, "p99": 0.99, "p999": 0.999, "max": 1.0}


def percentile(ordered: list[float], part: float) -> float:
    """In microseconds; 0 of nothing."""
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] * 1e6 if ordered else 0.0


def main() -> None:
    """Obey."""
    parser = argparse.ArgumentParser()
    measured.add_loop_arguments(parser)
    parser.add_argument("kind", choices=CLIENTS)
    parser.add_argument("port", type=int)
    parser.add_argument("--certificate")
    options = parser.parse_args()
    opened: list[Client] = []

    async def answer(line: str) -> dict[str, Any]:
        command, _, argument = line.partition(" ")
        if command == "run":
            return await run(opened[0], float(argument))
        if command == "open":
            opened.append(await CLIENTS[options.kind](Endpoint(options.port, options.certificate), int(argument)))
        else:
            await opened.pop().close()
        return {}

    measured.serve_driver(measured.create_loop(options), options, answer)


if __name__ == "__main__":
    main()
