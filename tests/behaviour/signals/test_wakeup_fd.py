"""Python's one wakeup descriptor, wanted by a running loop and by somebody else at the same time.

tests/behaviour/signals/test_add_signal_handler.py has the ordinary case: set before the run, there and in use after it.
"""

import pytest

from support.loop_kinds import LoopKind

MODULE = "behaviour.signals.programs.wakeup_fd"


def test_set_during_the_run_it_stays_and_gets_the_signals(kind: LoopKind) -> None:
    kind.expect("True True\nTrue\nTrue\nTrue\n", MODULE, "set_during_the_run")


def test_set_and_reset_during_the_run_by_a_library_that_restores_what_it_found(kind: LoopKind) -> None:
    kind.expect("[True] -1\n", MODULE, "set_and_reset_during_the_run")


def test_every_signal_of_a_storm_reaches_a_user_descriptor_set_before_the_run(kind: LoopKind) -> None:
    kind.expect("True\n", MODULE, "storm")


@pytest.mark.parametrize("trouble", ["full", "closed"])
def test_user_descriptor_in_trouble_disturbs_no_run(kind: LoopKind, trouble: str) -> None:
    """Full or closed by its owner, who asked for no warnings: the loop goes on, and hears of the signals."""
    kind.expect("complete [True]\n", MODULE, "in_trouble", trouble)


def test_two_loops_one_with_handlers(kind: LoopKind) -> None:
    """The loop that has signal handlers owns the descriptor as in asyncio, before and after another one runs."""
    kind.expect("True True\n['handler'] True\n-1\n-1\n", MODULE, "two_loops")
