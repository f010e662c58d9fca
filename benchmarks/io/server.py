"""A server process: one loop and one kind of server, until standard input ends.

python server.py LOOP KIND [--size N] [--path PATH] [--certificate FILE] [--busy]

When it can be connected to it prints a line of JSON: address, thread of the loop, versions. It answers each line on
standard input with another one: what only the process itself can tell.
"""

from __future__ import annotations

import argparse
import gc
import json
import ssl
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.io.servers import SERVERS
from benchmarks.io.servers.settings import Settings
from benchmarks.pyloop import metadata
from benchmarks.pyloop.loops import LOOPS

if TYPE_CHECKING:
    import asyncio

SETTLING_BYTES = 1 << 20


def compute() -> None:
    """Hold the GIL as much as a thread can."""
    number = 0
    while True:
        number = (number * 1103515245 + 12345) % 2147483648


def settle_malloc() -> None:
    """Bring glibc's malloc into the state of a program that has run for a while.

    Until a program frees a large block for the first time, every block above 128 KiB is mapped and unmapped by the
    kernel: for asyncio, which receives into 256 KiB, that triples the cost of a request, and whether it happens
    depends on what the program has imported. Freeing a mapped block moves the threshold above its size.
    """
    bytes(SETTLING_BYTES)


def report() -> None:
    """Tell what lives in Python's own memory, garbage not counted."""
    gc.collect()
    print(json.dumps({"allocated_blocks": sys.getallocatedblocks()}), flush=True)


def serve_input(loop: asyncio.AbstractEventLoop) -> None:
    """Report when asked to, and stop the loop when the parent closes the pipe or is gone."""
    for _ in sys.stdin:
        loop.call_soon_threadsafe(report)
    loop.call_soon_threadsafe(loop.stop)


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("loop", choices=LOOPS)
    parser.add_argument("kind", choices=SERVERS)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--path")
    parser.add_argument("--certificate")
    parser.add_argument("--busy", action="store_true", help="with a thread that computes")
    options = parser.parse_args()
    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate)
    settle_malloc()
    spec = LOOPS[options.loop]
    loop = spec.create()
    address = loop.run_until_complete(SERVERS[options.kind](loop, Settings(options.size, options.path, tls)))
    if options.busy:
        threading.Thread(target=compute, daemon=True).start()
    threading.Thread(target=serve_input, args=(loop,), daemon=True).start()
    ready = {
        "address": address,
        "tid": threading.get_native_id(),
        "version": spec.version(),
        "engine": metadata.loaded_engine(),
    }
    loop.call_soon(lambda: print(json.dumps(ready), flush=True))
    loop.run_forever()


if __name__ == "__main__":
    main()
