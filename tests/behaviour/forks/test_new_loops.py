"""Forked children of a process that has a loop: they run loops of their own."""

import sys

import pytest

from support.loop_kinds import LoopKind, only_pyloop

MODULE = "behaviour.forks.programs.new_loops"


def test_child_runs_a_new_loop(kind: LoopKind) -> None:
    kind.expect("7\n7\n", MODULE, "child_then_parent")


def test_child_forked_by_a_callback_runs_a_new_loop(kind: LoopKind) -> None:
    kind.expect("7\n7\n", MODULE, "forked_by_a_callback")


def test_child_sees_no_running_loop(kind: LoopKind) -> None:
    kind.expect("3\n", MODULE, "no_running_loop")


def test_child_may_leave_by_any_way(kind: LoopKind) -> None:
    kind.expect("4\n5\n6\n-15\n", MODULE, "ways_to_leave")


@pytest.mark.parametrize("signum", ["SIGSEGV", "SIGFPE", "SIGBUS", "SIGILL", "SIGABRT"])
def test_child_that_crashes_ends_by_the_signal(kind: LoopKind, signum: str) -> None:
    kind.expect(f"{signum}\n", MODULE, "child_that_crashes", signum)


def test_process_that_forks_before_its_first_loop_has_loops_on_both_sides(kind: LoopKind) -> None:
    kind.expect("[7, 7, 7] 7\n", MODULE, "fork_before_the_first_loop")


def test_multiprocessing_by_fork_runs_loops_in_its_workers(kind: LoopKind) -> None:
    kind.expect("[0, 1, 4, 9, 16]\n", MODULE, "multiprocessing_by_fork")


@only_pyloop
@pytest.mark.parametrize("how", ["by name", "installed"])
def test_loops_of_a_child_are_pyloops(kind: LoopKind, how: str) -> None:
    kind.expect("PyLoop\nPyLoop\n0\nPyLoop\n0\n", MODULE, "types_of_loops", how)


@pytest.mark.parametrize("ending", ["os._exit", "sys.exit", "os.execvp"])
def test_fork_in_a_task(kind: LoopKind, ending: str) -> None:
    if ending == "sys.exit" and sys.version_info >= (3, 14):
        pytest.skip("on CPython 3.14.10 the child hangs with asyncio's own loop, too")
    kind.expect("3\n", MODULE, "fork_in_a_task", ending)


def test_child_of_a_callback_returns_through_the_loop(kind: LoopKind) -> None:
    """After few and after many callbacks, with timers and I/O pending; the child runs what is left, and ends."""
    kind.expect("6\n" * 3, MODULE, "child_returns_through_the_loop")
