"""What measured clients talk to: one server for all loops, on the other processor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks.harness.loops import BASE
from benchmarks.network.postgres import Postgres
from benchmarks.network.processes import JsonProcess, process_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

START_SECONDS = 20.0


class Peer(Protocol):
    """One running server."""

    port: int

    def cpu_seconds(self) -> float:
        """Processor time so far, of all processes that serve."""

    def close(self) -> None:
        """End it."""


class HttpsServer:
    """uvicorn on asyncio's own loop, with the smallest application."""

    def __init__(self, certificate: Path, cpu: int | None) -> None:
        script = str(Path(__file__).with_name("server.py"))
        self._process = JsonProcess(
            [sys.executable, script, BASE, "uvicorn", "--certificate", str(certificate)], cpu, {}
        )
        try:
            self.port: int = self._process.read(START_SECONDS)["address"]
        except BaseException:
            self.close()
            raise

    def cpu_seconds(self) -> float:
        """Of its process."""
        return process_seconds(self._process.pid)

    def close(self) -> None:
        """End it."""
        self._process.close()


PEERS: dict[str, Callable[[Path, int | None], Peer]] = {"https": HttpsServer, "postgres": Postgres}
"""Made with the certificate and the processor."""
