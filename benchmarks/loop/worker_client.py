"""The parent's side of a worker process."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.harness.failures import FailedError, clean_environment

REPLY_SECONDS = 60.0


class WorkerClient:
    """Starts a worker when it is first needed, and a new one after it died."""

    def __init__(self, loop: str) -> None:
        self.loop = loop
        self._process: subprocess.Popen[str] | None = None

    def request(self, command: str, **arguments: object) -> dict[str, Any]:
        """Send one request and wait for its reply."""
        process = self._running_process()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            print(json.dumps({"command": command, **arguments}), file=process.stdin, flush=True)
        except BrokenPipeError:
            raise self._died("died") from None
        # One line per request is all a worker writes, so nothing can hide in the buffer of the file object.
        if not select.select([process.stdout], [], [], REPLY_SECONDS)[0]:
            raise self._died(f"no reply within {REPLY_SECONDS:.0f} s")
        line = process.stdout.readline()
        if not line:
            raise self._died("died")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise FailedError(reply["error"])
        return reply

    def close(self) -> None:
        """End the worker: it leaves when its input ends."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.close()
            process.wait(timeout=5)
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()
        process.stdout.close()

    def _running_process(self) -> subprocess.Popen[str]:
        if self._process is None:
            script = Path(__file__).with_name("worker.py")
            self._process = subprocess.Popen(
                [sys.executable, str(script), self.loop],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=clean_environment(),
            )
        return self._process

    def _died(self, what: str) -> FailedError:
        process = self._process
        assert process is not None
        process.kill()
        status = process.wait()
        self.close()
        return FailedError(f"the worker process {what} (exit status {status})")
