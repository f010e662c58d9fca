"""Python and Java that call each other without end get a RecursionError, whatever the stack, and the loop lives on."""

from collections.abc import Callable

import pytest

MODULE = "survival.faults.programs.stacks_nesting"
EXPECTED = ["RecursionError"] * 3 + [True]
WAYS = ["task factories", "iterations"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limit", [1000, 10**6])
def test_nesting_in_the_main_thread(run_module_clean: Callable[..., str], limit: int, way: str) -> None:
    assert run_module_clean(MODULE, "nest", way, str(limit), "0") == f"{EXPECTED}\n"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limit", [1000, 10**6])
def test_nesting_in_small_threads(run_module_clean: Callable[..., str], limit: int, way: str) -> None:
    """Twice in each size: a stack that was used up is one that the next thread may get."""
    sizes = ("256", "512", "1024") * 2
    assert run_module_clean(MODULE, "nest", way, str(limit), *sizes, "0") == f"{EXPECTED}\n" * 7


def test_thread_too_small_to_run_a_loop_gets_an_exception(run_module_clean: Callable[..., str]) -> None:
    """Such a thread can still hand callbacks to a loop."""
    assert run_module_clean(MODULE, "thread_too_small_for_a_loop") == "('RecursionError', True, True)\n"


def test_stacks_around_the_margin(run_module_clean: Callable[..., str]) -> None:
    """From where no loop can run to where one can: an exception or complete work, never anything between."""
    assert run_module_clean(MODULE, "around_the_margin") == "RecursionError True True\nTrue\n"


@pytest.mark.parametrize("limit", ["1024", "unlimited"])
@pytest.mark.parametrize("way", WAYS)
def test_nesting_with_another_limit_of_the_main_stack(
    run_module_clean: Callable[..., str], limit: str, way: str
) -> None:
    launcher = ("sh", "-c", f'ulimit -Ss {limit} && exec "$0" "$@"')
    printed = run_module_clean(MODULE, "nest", way, str(10**5), "0", "512", launcher=launcher)
    assert printed == f"{EXPECTED}\n" * 2
