"""Loops that come and go, readers and writers, tasks, connections: files, threads and memory stay flat."""

import pytest

from support.loop_kinds import LoopKind
from survival.leaks.leak_reports import MEGABYTE, assert_no_leak, leak_report

pytestmark = pytest.mark.timeout(600)

PROGRAMS = "survival.leaks.programs.loops_and_io"


# The Java heap grows by up to 20 MB whenever the collector likes, however often the program is run.
HEAP_GROWTH = 24 * MEGABYTE


def report(kind: LoopKind, program: str, total: int, *, allowed_bytes: int = HEAP_GROWTH) -> None:
    assert_no_leak(leak_report(kind, PROGRAMS, program, total), allowed_bytes=allowed_bytes)


def test_loops_that_are_made_used_and_closed(kind: LoopKind) -> None:
    report(kind, "loops_that_are_made_used_and_closed", 2000)


def test_loops_that_are_dropped_without_being_closed(kind: LoopKind) -> None:
    report(kind, "loops_that_are_dropped_without_being_closed", 500)


def test_runs_of_runners(kind: LoopKind) -> None:
    report(kind, "runs_of_runners", 300)


def test_events_of_readers_and_writers(kind: LoopKind) -> None:
    report(kind, "events_of_readers_and_writers", 1_000_000)


def test_registrations_that_come_and_go(kind: LoopKind) -> None:
    report(kind, "registrations_that_come_and_go", 400_000)


def test_tasks_and_futures(kind: LoopKind) -> None:
    report(kind, "tasks_and_futures", 500_000)


def test_connections(kind: LoopKind) -> None:
    report(kind, "connections", 2_000)


def test_accepted_connections(kind: LoopKind) -> None:
    report(kind, "accepted_connections", 10_000)
