"""Signals that come while a loop waits, just before it waits, and while its queue holds callbacks written in C only.

tests/behaviour/signals/test_signals_in_a_loop.py and test_keyboard_interrupts.py have the ordinary cases of these.
"""

import pytest

from support.loop_kinds import LoopKind

MODULE = "behaviour.signals.programs.during_waits"

NAMES = ["SIGINT", "SIGTERM", "SIGCHLD", "SIGUSR1", "SIGUSR2"]


def test_every_signal_reaches_its_handler_while_the_loop_is_blocked(kind: LoopKind) -> None:
    kind.expect("".join(f"[({name!r}, True)]\n" for name in NAMES), MODULE, "python_handlers", *NAMES)


def test_every_signal_can_end_a_blocked_run_by_an_exception(kind: LoopKind) -> None:
    kind.expect(
        "".join(f"{name} True False\nusable\n" for name in NAMES), MODULE, "exceptions_of_a_blocked_run", *NAMES
    )


def test_signal_between_the_last_callback_and_the_wait(kind: LoopKind) -> None:
    """Nothing interrupts the wait: the signal came before it, and nobody has looked since."""
    kind.expect("".join(f"{name} True\n" for name in NAMES), MODULE, "before_the_wait", *NAMES)


def test_signal_before_the_run_ends_the_run(kind: LoopKind) -> None:
    """It is pending when the run starts, because this thread blocked it until then."""
    kind.expect("interrupted True\n", MODULE, "before_the_run")


def test_every_signal_reaches_a_loop_busy_with_c_only(kind: LoopKind) -> None:
    kind.expect("".join(f"{name} True\n" for name in NAMES), MODULE, "busy_with_c_only", *NAMES)


def test_handlers_that_raise_lose_and_repeat_no_callback(kind: LoopKind) -> None:
    """Signals raised by callbacks in C, in the middle of a queue of C-only callbacks, each of which leaves the run."""
    kind.expect("True True\n", MODULE, "in_the_middle_of_a_queue")


@pytest.mark.parametrize("late", ["prompt", "late"])
def test_handler_that_raises_leaves_tasks_and_timers_intact(kind: LoopKind, late: str) -> None:
    kind.expect("True True\n", MODULE, "tasks_and_timers", late)


def test_handler_that_raises_after_a_callback_in_c_costs_no_other_callback(kind: LoopKind) -> None:
    kind.expect("before\ninterrupted\nafter\ninterrupted\ntimer\n", MODULE, "after_a_callback_in_c")


def test_error_of_a_handler_is_that_of_the_callback_in_which_the_signal_came(kind: LoopKind) -> None:
    kind.expect("True ValueError('from the handler')\ngoes on\n", MODULE, "error_of_a_handler")
