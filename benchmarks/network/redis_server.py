"""A temporary Redis, for the clients that are measured against one."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.harness.failures import FailedError
from benchmarks.network.postgres import HOST, KEEPER, START_SECONDS, end_kept, free_port
from benchmarks.network.processes import process_seconds, running_on

COMMAND = "redis-server"


class Redis:
    """One server, which keeps nothing on the disk; `close` ends it."""

    def __init__(self, _certificate: Path | None, cpu: int | None) -> None:
        program = shutil.which(COMMAND)
        if program is None:
            raise FailedError(f"{COMMAND} is not installed")
        self.port = free_port()
        self._directory = tempfile.mkdtemp(prefix="pyloop-bench-redis-")
        options = ["--bind", HOST, "--port", str(self.port), "--save", "", "--dir", self._directory]
        with running_on(cpu), Path(self._directory, "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", KEEPER, "sh", program, *options], stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def cpu_seconds(self) -> float:
        """Of its process: the only child of the shell that keeps it."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return sum(process_seconds(int(pid)) for pid in children)

    def close(self) -> None:
        """End it at once."""
        end_kept(self._process)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = Path(self._directory, "log").read_text(errors="replace").strip()
                raise FailedError(f"Redis does not start: {words[-200:]}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as client:
                client.sendall(b"PING\r\n")
                return client.recv(100) == b"+PONG\r\n"
        except OSError:
            return False
