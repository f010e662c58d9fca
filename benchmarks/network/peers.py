"""What measured clients talk to: one server for all loops, on the other processor."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks.harness.loops import BASE
from benchmarks.network.postgres import Postgres, find_programs
from benchmarks.network.processes import JsonProcess, process_seconds
from benchmarks.network.redis_server import COMMAND, Redis

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


class PythonServer:
    """A server of `servers.SERVERS` on asyncio's own loop; with a certificate it has TLS."""

    def __init__(self, kind: str, certificate: Path | None, cpu: int | None) -> None:
        script = str(Path(__file__).with_name("server.py"))
        tls = ["--certificate", str(certificate)] if certificate else []
        self._process = JsonProcess([sys.executable, script, BASE, kind, *tls], cpu, {})
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


PEERS: dict[str, Callable[[Path | None, int | None], Peer]] = {
    "https": partial(PythonServer, "uvicorn"),
    "http": partial(PythonServer, "uvicorn"),
    "websockets": partial(PythonServer, "websockets"),
    "grpc": partial(PythonServer, "grpc"),
    "postgres": Postgres,
    "redis": Redis,
}
"""Made with the certificate, which is None without TLS, and the processor."""


def missing_peer(name: str | None) -> str | None:
    """Why a peer that is no Python cannot be started here; None if nothing is missing."""
    if name == "postgres" and find_programs() is None:
        return "PostgreSQL is not installed: no commands initdb and postgres"
    if name == "redis" and shutil.which(COMMAND) is None:
        return f"Redis is not installed: no command {COMMAND}"
    return None
