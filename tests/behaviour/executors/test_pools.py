"""Pools of processes and of threads under a loop: all start methods, workers that die, and shutdown in time."""

import sys

import pytest

from support.loop_kinds import LoopKind

MODULE = "behaviour.executors.programs.pools"


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_process_pool(kind: LoopKind, method: str) -> None:
    """Results, exceptions and the loop's freedom meanwhile; the workers are gone afterwards."""
    kind.expect("raised True\n3 2\n[]\n", MODULE, "process_pool", method)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_worker_that_is_killed(kind: LoopKind, method: str) -> None:
    """Waiting for the pool raises an error; the loop, and another pool, go on."""
    kind.expect("{'BrokenProcessPool'}\n{'BrokenProcessPool'}\n5\n[] 1\n", MODULE, "killed_workers", method)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the time limit of the shutdown is new in 3.12")
def test_shutdown_with_enough_time_warns_of_nothing(kind: LoopKind) -> None:
    kind.expect("True True 1\n", MODULE, "shutdown_in_time")


def test_runner_shuts_the_pool_down_and_leaves_no_thread(kind: LoopKind) -> None:
    kind.expect("50 1\n100 1\n150 1\n", MODULE, "pool_of_a_runner")


def test_pool_of_threads_that_all_call_back(kind: LoopKind) -> None:
    """Two hundred threads at once, which give the loop work while they have some; none is lost."""
    kind.expect("True 20000 1\n", MODULE, "threads_that_call_back")
