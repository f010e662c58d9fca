"""Runs one suite in this process and appends one JSON line per event to a file.

    python -m <package>.worker run LOOP SUITE REPORT [TEST ...]     the named tests, or all of them
    python -m <package>.worker list                                 the catalogue, as JSON on stdout

A line is written, unbuffered, before a test starts and after it ends: whatever a hang or a crash takes with it,
the reader knows what had finished and what was running.
"""

import faulthandler
import json
import logging
import os
import resource
import signal
import sys
import time
import traceback
import unittest
import warnings
from typing import Any

from . import loops, suites

# The runner sends this to a stuck worker to learn where it is stuck.  A real-time signal: no test uses one.
DUMP_SIGNAL = signal.SIGRTMIN + 3


class Reporter(unittest.TestResult):
    """A unittest result that writes events instead of keeping them."""

    def __init__(self, path: str, counter: loops.LoopCounter) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC)
        self._pid = os.getpid()
        self._counter = counter
        self._loops_before = 0
        self._started = 0.0
        self._status = "passed"
        self._details: list[str] = []

    def emit(self, **event: Any) -> None:
        # A child forked by a test comes through here too if the test's exception escapes in it.
        if os.getpid() == self._pid:
            os.write(self._file, json.dumps(event).encode() + b"\n")

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self._status, self._details = "passed", []
        self._loops_before, self._started = self._counter.count, time.perf_counter()
        self.emit(event="start", test=_test_name(test))

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        self._end(_test_name(test))

    def addError(self, test: Any, err: Any) -> None:
        self._outcome(test, "error", "".join(traceback.format_exception(*err)))

    def addFailure(self, test: Any, err: Any) -> None:
        self._outcome(test, "failed", "".join(traceback.format_exception(*err)))

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is not None:
            status = "failed" if issubclass(err[0], test.failureException) else "error"
            self._outcome(test, status, f"{subtest}\n" + "".join(traceback.format_exception(*err)))

    def addSkip(self, test: Any, reason: str) -> None:
        # A sub-test that skips itself leaves the test as a whole standing.
        if self._status == "passed" or not isinstance(test, unittest.TestCase):
            self._outcome(test, "skipped", reason)

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._outcome(test, "failed", "marked expectedFailure by the suite, but it passed")

    def _outcome(self, test: Any, status: str, detail: str) -> None:
        if isinstance(test, unittest.TestCase):
            self._status = status
            self._details.append(detail)
            return
        # A module or class fixture: there is no startTest/stopTest around it.
        self._status, self._details = status, [detail]
        self._loops_before, self._started = self._counter.count, time.perf_counter()
        self._end(_test_name(test))

    def _end(self, name: str) -> None:
        self.emit(
            event="end",
            test=name,
            status=self._status,
            detail="\n".join(self._details),
            seconds=round(time.perf_counter() - self._started, 4),
            loops=self._counter.count - self._loops_before,
        )


def _test_name(test: Any) -> str:
    """The bare method name; for a fixture, what unittest calls it."""
    return getattr(test, "_testMethodName", None) or str(test)


def run(loop_name: str, suite_name: str, report: str, tests: list[str]) -> None:
    """Run *tests* (all of them if empty) of one suite on one loop."""
    faulthandler.register(DUMP_SIGNAL, all_threads=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.basicConfig(stream=sys.stderr)
    cls = loops.loop_class(loop_name)
    loops.install(cls)
    reporter = Reporter(report, loops.LoopCounter(cls))
    try:
        test_class = suites.load(suite_name, cls)
    except unittest.SkipTest as skip:
        reporter.addSkip("import", str(skip))
    else:
        names = tests or suites.tests_of(suite_name, test_class)
        reporter.emit(event="plan", tests=names)
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            unittest.TestSuite(test_class(name) for name in names).run(reporter)
    reporter.emit(event="done")


def catalogue() -> dict[str, Any]:
    """What the running version has: suites with the names of their tests, and what keeps others from running."""
    if not suites.is_available():
        return {"suites": {}, "unavailable": {}, "unknown_modules": []}
    cls = loops.loop_class(loops.CONTROL)
    names, unavailable = suites.discover()
    found = {name: suites.tests_of(name, suites.load(name, cls)) for name in names}
    return {"suites": found, "unavailable": unavailable, "unknown_modules": suites.unknown_modules()}


def main(arguments: list[str]) -> None:
    """Dispatch the two commands of the module's docstring."""
    command, *rest = arguments
    if command == "list":
        print(json.dumps(catalogue()))
    elif command == "run":
        loop_name, suite_name, report, *tests = rest
        run(loop_name, suite_name, report, tests)
    else:
        raise SystemExit(f"unknown command {command!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
