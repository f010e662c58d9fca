"""Child processes that answer in lines of JSON, and where on the machine they run."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness.failures import FailedError, clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STOP_SECONDS = 3.0


class JsonProcess:
    """A child process, pinned to a processor, that writes a line of JSON for each request."""

    def __init__(self, command: Sequence[str], cpu: int | None, environment: dict[str, str]) -> None:
        # Open as long as the process.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        with running_on(cpu):
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
                env=clean_environment() | environment,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def pause(self) -> None:
        """Keep it from running."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run again."""
        self._process.send_signal(signal.SIGCONT)

    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def write(self, line: str) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        try:
            print(line, file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise FailedError(self.last_words()) from None

    def read(self, seconds: float) -> dict[str, Any]:
        """Wait for a line."""
        assert self._process.stdout is not None
        # One line per request is all that is written, so nothing can hide in the buffer of the file object.
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise FailedError(f"no answer within {seconds:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise FailedError(self.last_words())
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise FailedError(reply["error"])
        return reply

    def last_words(self) -> str:
        """Why it ended, as far as it said so."""
        try:
            status = f"exit status {self._process.wait(STOP_SECONDS)}"
        except subprocess.TimeoutExpired:
            status = "closed its output"
        return f"{self.last_error() or 'died'} ({status})"

    def last_error(self) -> str:
        """The last line on standard error."""
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors if line.strip()]
        return lines[-1][:200] if lines else ""

    def close(self) -> None:
        """End it: it leaves when its input ends."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.resume()
        try:
            self._process.stdin.close()
            self._process.wait(STOP_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()


@contextmanager
def running_on(cpu: int | None) -> Iterator[None]:
    """Children started meanwhile inherit the processor, and so do all their threads."""
    before = os.sched_getaffinity(0)
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def processors() -> tuple[int | None, int | None]:
    """One processor for the server and another one for the client, if there are two."""
    available = sorted(os.sched_getaffinity(0))
    return (available[0], available[1]) if len(available) > 1 else (None, None)


@dataclass(frozen=True)
class RunTime:
    """Seconds, as the scheduler counts them."""

    process: float
    """All threads have run, ended ones included."""
    loop: float
    """The thread of the loop has run."""
    waited: float
    """That thread was ready to run, and something else ran."""


def run_time(pid: int, tid: int) -> RunTime:
    """The processor time of a process and of one of its threads."""
    try:
        run, waited = parse_schedstat(Path(f"/proc/{pid}/task/{tid}/schedstat").read_text())
    except OSError:
        raise FailedError("died") from None
    return RunTime(process_seconds(pid), run, waited)


def process_seconds(pid: int) -> float:
    """The processor time of all threads of a process, ended ones included."""
    try:
        return time.clock_gettime(process_clock(pid))
    except OSError:
        raise FailedError("died") from None


def process_clock(pid: int) -> int:
    """The processor time clock of a process: what clock_getcpuclockid(3) returns, which Python does not have.

    Bits 0 and 1 name the clock, 2 being the scheduler's; bit 2 would mean a thread; above is the inverted number.
    """
    return (~pid << 3) | 2


def parse_schedstat(text: str) -> tuple[float, float]:
    """Seconds on a processor and seconds waiting for one: the first two of the three numbers, in nanoseconds."""
    run, waited, _ = text.split()
    return int(run) / 1e9, int(waited) / 1e9
