"""The loop never waits while something is to be run. In child processes, as a loop that does so hangs."""

import pytest

from support.loop_kinds import LoopKind, assert_printed, only_pyloop


def expect(kind: LoopKind, stdout: str, *program: str) -> None:
    assert_printed(kind.run_module("behaviour.scheduling.programs.waiting", *program, timeout=30), stdout)


@pytest.mark.parametrize("method", ["call_at", "call_later"])
@pytest.mark.parametrize("when", ["0", "-1", "-1e9", "-1e10", "-1e300", "-inf"])
def test_a_timer_of_the_past_runs_at_once(kind: LoopKind, method: str, when: str) -> None:
    expect(kind, "ran\n", "timer_of_the_past", method, when)


def test_a_timer_of_the_far_future_stops_nothing(kind: LoopKind) -> None:
    expect(kind, "stopped\n", "timer_of_the_far_future")


@only_pyloop  # asyncio keeps the last cancelled timer it drops alive until the wait is over
def test_what_giving_up_a_cancelled_timer_schedules_runs_at_once(kind: LoopKind) -> None:
    """A context variable of a cancelled timer is the last reference to an object whose finaliser uses the loop."""
    expect(kind, "at once\n", "finaliser_of_a_cancelled_timer")
