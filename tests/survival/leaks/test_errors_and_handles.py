"""Exceptions, interrupted runs, and handles that are kept: nothing stays behind."""

import pytest

from support.loop_kinds import LoopKind
from survival.leaks.leak_reports import assert_no_leak, leak_report

pytestmark = pytest.mark.timeout(600)

PROGRAMS = "survival.leaks.programs.errors_and_handles"


def report(kind: LoopKind, program: str, total: int) -> None:
    assert_no_leak(leak_report(kind, PROGRAMS, program, total))


def test_exceptions_in_callbacks(kind: LoopKind) -> None:
    report(kind, "exceptions_in_callbacks", 500_000)


def test_exceptions_in_the_exception_handler(kind: LoopKind) -> None:
    report(kind, "exceptions_in_the_exception_handler", 100_000)


def test_runs_that_are_ended_by_an_exception(kind: LoopKind) -> None:
    report(kind, "runs_that_are_ended_by_an_exception", 100_000)


def test_handles_that_are_kept_after_they_ran_and_then_dropped(kind: LoopKind) -> None:
    report(kind, "handles_that_are_kept_after_they_ran_and_then_dropped", 2_000_000)


def test_handles_that_are_kept_while_the_loop_drops_them(kind: LoopKind) -> None:
    report(kind, "handles_that_are_kept_while_the_loop_drops_them", 100_000)


def test_exceptions_and_their_frames_die(kind: LoopKind) -> None:
    report(kind, "exceptions_and_their_frames_die", 50_000)


def test_debug_mode(kind: LoopKind) -> None:
    report(kind, "debug_mode", 50_000)
