"""Measures what one idle TCP connection holds in a server.

    python connections.py MODULE FACTORY NUMBER

The clients are in another process. Each connects, sends one byte, receives it back, and then does nothing. The first
100 connections are not counted. Makes as many as the limit of open files allows, up to NUMBER. Prints [resident bytes
of each, Python's blocks of each, connections].
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import cast

from process_memory import resident

WARM_UP = 100
OTHER_FILES = 100
MOST_SECONDS = 40


class Connections:
    """Counts the connections of the server."""

    def __init__(self, number: int, loop: asyncio.AbstractEventLoop) -> None:
        self._number = number
        self._answered = 0
        self._before = (0, 0)
        self.figures: asyncio.Future[list[float]] = loop.create_future()

    def answered(self) -> None:
        """The last one that was made is now idle."""
        self._answered += 1
        if self._answered == WARM_UP:
            self._before = self._held()
        elif self._answered == WARM_UP + self._number:
            growth = zip(self._held(), self._before, strict=True)
            self.figures.set_result([*((now - then) / self._number for now, then in growth), self._number])

    @staticmethod
    def _held() -> tuple[int, int]:
        gc.collect()
        return resident(), sys.getallocatedblocks()


class Echo(asyncio.Protocol):
    """The server's side of a connection."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        # Not by isinstance: some loops' transports are of no class of asyncio.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._transport.write(data)
        self._connections.answered()


def main(module: str, factory: str, number: str) -> None:
    """Serve, measure when all connections are idle, and print."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    possible = int(number) if most == resource.RLIM_INFINITY else min(int(number), most - WARM_UP - OTHER_FILES)
    loop = getattr(importlib.import_module(module), factory)()
    connections = Connections(possible, loop)
    server = loop.run_until_complete(loop.create_server(lambda: Echo(connections), "127.0.0.1", 0))
    port = server.sockets[0].getsockname()[1]
    command = [sys.executable, str(Path(__file__).with_name("clients.py")), str(port), str(WARM_UP + possible)]
    with subprocess.Popen(command, stdin=subprocess.PIPE):
        print(loop.run_until_complete(asyncio.wait_for(connections.figures, MOST_SECONDS)), flush=True)
        # It takes long to close thousands of connections one by one, and nothing of it is measured. The clients end
        # with their standard input.
        os._exit(0)


main(*sys.argv[1:])
