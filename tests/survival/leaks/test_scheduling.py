"""Ten million callbacks, timers and cancelled timers: memory stays flat and every reference is given back."""

import pytest

from support.loop_kinds import LoopKind, only_pyloop
from survival.leaks.leak_reports import assert_no_leak, leak_report

pytestmark = pytest.mark.timeout(600)

PROGRAMS = "survival.leaks.programs.scheduling"


def report(kind: LoopKind, program: str, total: int) -> None:
    assert_no_leak(leak_report(kind, PROGRAMS, program, total))


def test_callbacks(kind: LoopKind) -> None:
    report(kind, "callbacks", 10_000_000)


def test_timers(kind: LoopKind) -> None:
    report(kind, "timers", 10_000_000)


def test_cancelled_timers(kind: LoopKind) -> None:
    report(kind, "cancelled_timers", 10_000_000)


def test_cancelled_callbacks(kind: LoopKind) -> None:
    report(kind, "cancelled_callbacks", 2_000_000)


def test_timers_that_are_cancelled_long_before_their_time_while_others_wait(kind: LoopKind) -> None:
    """Deadlines in random order: cancelled timers leave from anywhere in the queue."""
    report(kind, "timers_that_are_cancelled_long_before_their_time_while_others_wait", 1_000_000)


def test_callbacks_from_another_thread(kind: LoopKind) -> None:
    report(kind, "callbacks_from_another_thread", 500_000)


@only_pyloop
def test_batches(kind: LoopKind) -> None:
    report(kind, "batches", 10_000_000)


@only_pyloop
def test_refused_calls(kind: LoopKind) -> None:
    """Arguments are given back when a call fails half-way, too."""
    report(kind, "refused_calls", 600_000)
