"""Threads that Python has not started, as those of other libraries: they call into loops and run loops of their own."""

from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind

MODULE = "survival.faults.programs.foreign_threads"


def test_calls_into_a_running_loop(run_module_clean: Callable[..., str], kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "calls_into_a_running_loop") == "(True, [])\n"


def test_loops_of_their_own(run_module_clean: Callable[..., str], kind: LoopKind) -> None:
    """The first loop of the process among them, and several at once."""
    assert run_module_clean(MODULE, kind.name, "loops_of_their_own") == "True []\n"


def test_loop_that_is_passed_from_thread_to_thread(run_module_clean: Callable[..., str], kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "loop_passed_from_thread_to_thread") == "True []\n"


@pytest.mark.parametrize("use", ["call", "loop"])
def test_thousands_one_after_the_other(run_module_clean: Callable[..., str], use: str) -> None:
    assert run_module_clean(MODULE, "pyloop", "thousands", use) == "[] True\n"
