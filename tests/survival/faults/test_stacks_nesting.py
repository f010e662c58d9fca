"""Python and Java that call each other without end get a RecursionError, whatever the stack, and the loop lives on."""

from collections.abc import Callable

import pytest

NEST = """
import sys
from survival.faults.stack_programs import *
closing(works)
def nest_and_work(nest):
    def body(loop):
        return [nest(loop) for _ in range(3)] + [works(loop)]
    return closing(body)
"""
EXPECTED = ["RecursionError"] * 3 + [True]
WAYS = ["nest_task_factories", "nest_iterations"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limit", [1000, 10**6])
def test_nesting_in_the_main_thread(run_clean: Callable[..., str], limit: int, way: str) -> None:
    code = f"sys.setrecursionlimit({limit})\nprint(nest_and_work({way}))"
    assert run_clean(NEST + code) == f"{EXPECTED}\n"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limit", [1000, 10**6])
def test_nesting_in_small_threads(run_clean: Callable[..., str], limit: int, way: str) -> None:
    """Twice in each size: a stack that was used up is one that the next thread may get."""
    code = f"""
sys.setrecursionlimit({limit})
for size in (256, 512, 1024) * 2:
    print(in_thread(size, lambda: nest_and_work({way})))
print(nest_and_work({way}))
"""
    assert run_clean(NEST + code) == f"{EXPECTED}\n" * 7


def test_thread_too_small_to_run_a_loop_gets_an_exception(run_clean: Callable[..., str]) -> None:
    """Such a thread can still hand callbacks to a loop."""
    code = """
def body(loop):
    numbers = []
    refused = in_thread(112, lambda: name_of_error(lambda: loop.run_until_complete(asyncio.sleep(0))))
    in_thread(112, lambda: [loop.call_soon_threadsafe(numbers.append, number) for number in range(1000)])
    return refused, works(loop), numbers == list(range(1000))
import warnings
warnings.simplefilter("ignore")  # of a coroutine that never ran
print(closing(body))
"""
    assert run_clean(NEST + code) == "('RecursionError', True, True)\n"


def test_stacks_around_the_margin(run_clean: Callable[..., str]) -> None:
    """From where no loop can run to where one can: an exception or complete work, never anything between."""
    code = """
outcomes = {}
for size in range(112, 400, 8):
    def attempt():
        try:
            return works(loop)
        except RecursionError:
            return "RecursionError"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loop = new_event_loop()
        outcomes[size] = in_thread(size, attempt)
        loop.close()
print(outcomes[112], outcomes[392], set(outcomes.values()) == {"RecursionError", True})
print(closing(works))
"""
    assert run_clean("import warnings\n" + NEST + code) == "RecursionError True True\nTrue\n"


@pytest.mark.parametrize("limit", ["1024", "unlimited"])
@pytest.mark.parametrize("way", WAYS)
def test_nesting_with_another_limit_of_the_main_stack(run_clean: Callable[..., str], limit: str, way: str) -> None:
    code = f"""
sys.setrecursionlimit(10**5)
print(nest_and_work({way}))
print(in_thread(512, lambda: nest_and_work({way})))
"""
    launcher = ("sh", "-c", f'ulimit -Ss {limit} && exec "$0" "$@"')
    assert run_clean(NEST + code, launcher=launcher) == f"{EXPECTED}\n" * 2
