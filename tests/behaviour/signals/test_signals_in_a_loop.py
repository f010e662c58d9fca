"""Signals while a loop runs: Python-level handlers, default actions, and what a loop leaves as it was."""

from support.loop_kinds import LoopKind

MODULE = "behaviour.signals.programs.signals_in_a_loop"


def test_python_handler_runs_while_the_loop_is_blocked_and_the_run_goes_on(kind: LoopKind) -> None:
    kind.expect("handler True True\nstill running True\n", MODULE, "handler_in_a_blocked_run")


def test_python_handler_that_only_notes_the_signal_does_not_end_the_run(kind: LoopKind) -> None:
    kind.expect("complete [True]\n", MODULE, "handler_that_only_notes")


def test_python_handler_that_raises_ends_the_run(kind: LoopKind) -> None:
    kind.expect("in the handler True False\nusable\n", MODULE, "handler_that_raises")


def test_storm_of_signals_makes_no_timer_early_and_no_run_end(kind: LoopKind) -> None:
    kind.expect("early 0 signals True\n", MODULE, "storm")


def test_ignored_signal_changes_nothing(kind: LoopKind) -> None:
    kind.expect("complete\n", MODULE, "ignored")


def test_default_action_of_a_signal_still_ends_the_process(kind: LoopKind) -> None:
    done = kind.run_module(MODULE, "default_action")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", -15)


def test_signal_actions_are_those_of_plain_python(kind: LoopKind) -> None:
    """Making and running a loop leaves every handler and the signal mask as they were."""
    kind.expect("set()\nset()\n", MODULE, "actions_before_and_after")
