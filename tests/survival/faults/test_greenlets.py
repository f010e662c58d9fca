"""Programs that switch C stacks inside callbacks: greenlet, on which gevent and Playwright's synchronous API are built.

A greenlet runs a loop; a callback switches away from it, to code that uses loops of its own and collects garbage.
"""

import importlib.util
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind, only_pyloop

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("greenlet") is None, reason="greenlet, which switches the stacks, is not installed"
)

RunClean = Callable[..., str]

MODULE = "survival.faults.programs.greenlets"


def test_callbacks_switch_to_the_main_greenlet_and_back(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "switch_to_main_and_back") == "True\n"


def test_loops_are_made_and_run_while_another_one_is_switched_away(run_module_clean: RunClean, kind: LoopKind) -> None:
    """As with Playwright: `asyncio` sees no running loop then, because that belongs to a stack which is not there."""
    assert run_module_clean(MODULE, kind.name, "loops_while_another_is_switched_away") == "True\n"


def test_many_greenlets_each_in_a_loop(run_module_clean: RunClean, kind: LoopKind) -> None:
    """Left in another order than they were entered in."""
    assert run_module_clean(MODULE, kind.name, "many_greenlets_each_in_a_loop") == "True True\n"


def test_exception_is_thrown_into_a_switched_callback(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "exception_thrown_into_a_callback") == "True True\n"


@only_pyloop
def test_collections_of_the_java_heap_wait_for_the_callback(run_module_clean: RunClean, kind: LoopKind) -> None:
    """Asked for while a callback's frames are on a stack that is not there, one is refused; afterwards it is not."""
    assert run_module_clean(MODULE, kind.name, "collections_of_the_java_heap") == "50 True True\n"


def test_greenlet_that_is_dropped_in_a_callback(run_module_clean: RunClean, kind: LoopKind) -> None:
    """greenlet throws an exception into it, which the loop reports as any other, and the run ends."""
    assert run_module_clean(MODULE, kind.name, "greenlet_dropped_in_a_callback") == "True\n"


def test_greenlets_that_began_before_the_run(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "begun_before_the_run") == "100 True\n"


def test_loops_in_greenlets_of_several_threads(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "in_several_threads") == f"{[True] * 4}\n"


def test_blocking_code_in_greenlets_waits_for_coroutines(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "blocking_calls_on_a_loop") == "True\n"
