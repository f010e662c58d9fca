"""A Java heap that is full: calls raise MemoryError, and the loop works on once memory is free again."""

from collections.abc import Callable

import pytest

RunClean = Callable[..., str]

MODULE = "survival.overload.programs.full_heap"


@pytest.mark.parametrize("kind", ["callbacks", "timers"])
def test_heap_full_of_what_is_scheduled(run_module_clean: RunClean, kind: str) -> None:
    assert run_module_clean(MODULE, "full_twice", kind, timeout=120) == "True\nTrue\nTrue\n"


def test_loop_that_is_full_runs_what_it_has(run_module_clean: RunClean) -> None:
    assert run_module_clean(MODULE, "runs_what_it_has", timeout=120) == "True\nTrue\n"


def test_heap_filled_by_one_loop_while_another_runs(run_module_clean: RunClean) -> None:
    """The other one may be refused what it needs, and works as soon as the first is closed."""
    assert run_module_clean(MODULE, "another_loop_runs", timeout=120) == "True\nworks\n"
