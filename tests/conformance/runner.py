"""Runs suites in worker processes under time limits and collects what happened to every test.

A test that hangs or takes the process down costs itself only: it is recorded as such, and what had not run yet
goes on in a fresh process.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .worker import DUMP_SIGNAL

SUITE_LIMIT = 120.0  # seconds one worker process may take
TEST_LIMIT = 60.0  # seconds one test may take
EXIT_LIMIT = 20.0  # seconds from the last test to the end of the process
POLL = 0.02
MAX_PROCESSES = 6  # per suite: on a loop where everything hangs the end must come all the same
EXIT = "(process exit)"

_DEPTH = (__package__ or "").count(".") + 1
_IMPORT_ROOT = Path(__file__).resolve().parents[_DEPTH]


@dataclass(frozen=True)
class TestResult:
    """What became of one test.  *status*: passed, skipped, failed, error, hung or crashed."""

    __test__ = False  # not a test class, whatever pytest makes of the name

    name: str
    status: str
    detail: str = ""
    seconds: float = 0.0
    loops: int = 0


@dataclass
class SuiteResult:
    """What became of one suite; *processes* is 1 unless a test hung or crashed."""

    name: str
    seconds: float = 0.0
    processes: int = 0
    tests: dict[str, TestResult] = field(default_factory=dict)

    def count(self, *statuses: str) -> int:
        """How many tests ended in one of *statuses*."""
        return sum(result.status in statuses for result in self.tests.values())


@dataclass(frozen=True)
class Catalogue:
    """What the running Python offers; see worker.catalogue()."""

    suites: dict[str, list[str]]
    unavailable: dict[str, str]
    unknown_modules: list[str]


def catalogue() -> Catalogue:
    """Ask a fresh process, for importing the suites leaves its traces in the one that does it."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        done = subprocess.run(
            _command("list"), cwd=folder, env=_environment(), stdout=subprocess.PIPE, check=True, timeout=SUITE_LIMIT
        )
    return Catalogue(**json.loads(done.stdout))


def run_suite(loop: str, suite: str, tests: list[str]) -> SuiteResult:
    """Run *tests*, all the tests of *suite*, on *loop*."""
    result = SuiteResult(suite)
    started = time.monotonic()
    remaining = list(tests)
    while remaining and result.processes < MAX_PROCESSES:
        before = len(remaining)
        _run_worker(loop, suite, remaining, result)
        remaining = [test for test in remaining if test not in result.tests]
        if len(remaining) == before:
            # Nothing was even started: a fixture or the import failed, and it would fail again.
            break
    for test in remaining:
        result.tests[test] = TestResult(test, "error", "not run: see the other results of this suite")
    result.seconds = time.monotonic() - started
    return result


def _run_worker(loop: str, suite: str, tests: list[str], result: SuiteResult) -> None:
    """Run *tests* in one process, until all are done or one hangs or crashes; add to *result*."""
    result.processes += 1
    # Not the current folder: tests write files into theirs, and the source tree must not be importable from it.
    with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as folder:
        report, output = Path(folder, "report"), Path(folder, "output")
        report.touch()
        work = Path(folder, "work")
        work.mkdir()
        with output.open("wb") as stream:
            process = subprocess.Popen(
                _command("run", loop, suite, str(report), *tests),
                cwd=work,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                limit = _watch(process, report)
                if limit:
                    _dump_stacks(process)
            finally:
                _kill_session(process)
        _collect(report, output, process.returncode, limit, result)


def _watch(process: subprocess.Popen[bytes], report: Path) -> str:
    """Wait for the end of *process*; return the limit it broke, or an empty string."""
    started = progress = time.monotonic()
    size = 0
    while process.poll() is None:
        time.sleep(POLL)
        now, new_size = time.monotonic(), report.stat().st_size
        if new_size != size:
            size, progress = new_size, now
            finished = _is_done(report)
        elif size and finished:
            if now - progress > EXIT_LIMIT:
                return f"{EXIT_LIMIT:.0f} s to exit"
        elif now - progress > TEST_LIMIT:
            return f"{TEST_LIMIT:.0f} s for one test"
        elif now - started > SUITE_LIMIT:
            return f"{SUITE_LIMIT:.0f} s for one process"
    return ""


def _is_done(report: Path) -> bool:
    with report.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 32))
        return stream.read().endswith(b'{"event": "done"}\n')


def _dump_stacks(process: subprocess.Popen[bytes]) -> None:
    """Let the stuck worker write where its threads are; its handler is C code and needs no cooperation."""
    process.send_signal(DUMP_SIGNAL)
    time.sleep(1)


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """End the worker, and whatever its tests left running: the worker leads a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _collect(report: Path, output: Path, code: int, limit: str, result: SuiteResult) -> None:
    """Read the events of one process into *result*, the test that took it down included."""
    running = None
    done = False
    for line in report.read_bytes().splitlines():
        event: dict[str, Any] = json.loads(line)
        kind = event.pop("event")
        if kind == "start":
            running = event["test"]
        elif kind == "end":
            running = None
            ended = TestResult(event.pop("test"), **event)
            result.tests[ended.name] = ended
        done = done or kind == "done"
    if done and code == 0 and not limit:
        return
    tail = output.read_bytes()[-6000:].decode(errors="replace")
    status = "hung" if limit else "crashed"
    how = f"over the limit of {limit}" if limit else f"the process ended with code {code}"
    name = running or EXIT
    result.tests[name] = TestResult(name, status, f"{how}\n{tail}")


def _command(*arguments: str) -> list[str]:
    # -P: the worker's folder must not come first on sys.path.
    return [sys.executable, "-P", "-m", f"{__package__}.worker", *arguments]


def _environment() -> dict[str, str]:
    paths = [str(_IMPORT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
