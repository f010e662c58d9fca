"""Subinterpreters beside the main one: those have no PyLoop and say so, and the main one's loops are not disturbed."""

import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import ASYNCIO, LoopKind

Run = Callable[..., subprocess.CompletedProcess[str]]

MODULE = "survival.boot.programs.subinterpreters"


@pytest.mark.parametrize("first", ["subinterpreter first", "main one first"])
@pytest.mark.parametrize("variety", ["legacy", "isolated"])
def test_loop_in_a_subinterpreter(run_module: Run, variety: str, first: str) -> None:
    result = run_module(MODULE, "pyloop", "loops_are_refused", variety, first)
    assert result.returncode == 0, result
    *refusals, last = result.stdout.splitlines()
    # An isolated one is refused by Python itself, or in PyLoop's words.
    assert len(refusals) == 2
    assert all("main" in text and "interpreter" in text for text in refusals), result
    assert last == "works"


def test_subinterpreters_that_come_and_go_while_a_loop_runs(run_module: Run, kind: LoopKind) -> None:
    """In another thread; each runs asyncio's own loop."""
    result = run_module(MODULE, kind.name, "come_and_go")
    if kind is ASYNCIO and result.returncode < 0:
        pytest.skip(f"this Python crashes where subinterpreters run asyncio (signal {-result.returncode})")
    assert (result.returncode, result.stdout) == (0, "True\n"), result
