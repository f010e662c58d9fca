"""Others use SIGCHLD and `waitpid` in the same process: no child is reaped by the wrong one, and no handler is lost."""

import sys

import pytest

from support.loop_kinds import LoopKind

MODULE = "behaviour.subprocesses.programs.other_users_of_sigchld"


def test_handler_of_the_program_before_the_loop(kind: LoopKind) -> None:
    kind.expect("True True True\n1 True\n", MODULE, "handler_before_the_loop")


def test_handler_of_the_program_while_the_loop_runs(kind: LoopKind) -> None:
    kind.expect("True True {'python'}\n", MODULE, "handler_while_the_loop_runs")


def test_loop_handler_for_sigchld(kind: LoopKind) -> None:
    kind.expect("True {'loop'} True True True\n", MODULE, "handler_of_the_loop")


def test_handler_that_waits_for_its_own_children(kind: LoopKind) -> None:
    kind.expect("True 5\n", MODULE, "handler_that_waits")


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the watcher of 3.14 is not chosen, which the test does")
def test_child_that_another_has_waited_for(kind: LoopKind) -> None:
    """The status is lost to the loop, which says so and goes on; 255 is what asyncio makes of it."""
    kind.expect("WARNING\n-9 255 True\n", MODULE, "child_that_another_has_waited_for")


def test_ignored_sigchld(kind: LoopKind) -> None:
    """The kernel then keeps no statuses. asyncio reports 255 for each, and no loop hangs."""
    kind.expect("255 255 255 255 255\n", MODULE, "ignored_sigchld")


def test_handlers_of_others_around_a_run_with_children(kind: LoopKind) -> None:
    """Handlers of every sort survive the loop and its children, and work while children run."""
    kind.expect("True 0\nTrue True\n", MODULE, "handlers_of_every_sort")
