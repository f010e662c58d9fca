"""A server process: one loop and one kind of server, until standard input ends.

python server.py LOOP KIND [--layer PACKAGE] [--size N] [--path PATH] [--certificate FILE [--tls-version 1.2]] [--busy]
                 [--workers N]

When it can be connected to it prints a line of JSON: address, thread of the loop, versions. It answers each line on
standard input with another one: what only the process itself can tell.
"""

from __future__ import annotations

import argparse
import gc
import os
import ssl
import sys
import threading
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.network import measured
from benchmarks.network.servers import SERVERS
from benchmarks.network.servers.settings import Settings
from benchmarks.network.servers.workers import further_workers

TLS_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def compute() -> None:
    """Hold the GIL as much as a thread can."""
    number = 0
    while True:
        number = (number * 1103515245 + 12345) % 2147483648


def server_context(certificate: str, version: str | None) -> ssl.SSLContext:
    """As a user makes it; with a version, for that one only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if version is not None:
        context.minimum_version = context.maximum_version = TLS_VERSIONS[version]
    return context


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser()
    measured.add_loop_arguments(parser)
    parser.add_argument("kind", choices=SERVERS)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--path")
    parser.add_argument("--certificate")
    parser.add_argument("--tls-version", choices=TLS_VERSIONS)
    parser.add_argument("--busy", action="store_true", help="with a thread that computes")
    parser.add_argument("--workers", type=int, help="processes at the same port, this one included")
    parser.add_argument("--port", type=int, default=0, help="the port of the first of several workers")
    options = parser.parse_args()
    tls = server_context(options.certificate, options.tls_version) if options.certificate else None

    async def answer(line: str) -> dict[str, Any]:
        if line == "handshakes":
            assert tls is not None
            statistics = tls.session_stats()
            return {"handshakes": statistics["accept_good"], "resumed_handshakes": statistics["hits"]}
        # What lives in Python's own memory, garbage not counted.
        gc.collect()
        return {"allocated_blocks": sys.getallocatedblocks()}

    loop = measured.create_loop(options)
    shared = options.workers is not None
    settings = Settings(options.size, options.path, tls, options.certificate, options.port, shared)
    address = loop.run_until_complete(SERVERS[options.kind](loop, settings))
    if options.busy:
        threading.Thread(target=compute, daemon=True).start()
    with further_workers((options.workers or 1) - 1, address) as others:
        workers = [(os.getpid(), threading.get_native_id()), *others]
        measured.serve_driver(loop, options, answer, address=address, workers=workers)


if __name__ == "__main__":
    main()
