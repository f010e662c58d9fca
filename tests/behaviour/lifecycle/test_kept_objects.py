"""What a closed or dropped object keeps: reference counting alone frees all that it frees on asyncio."""

import asyncio
from typing import Any

import pytest

from behaviour.lifecycle.kept_connections import CONNECTIONS
from behaviour.lifecycle.kept_objects import Scenario, Seen, survivors
from behaviour.lifecycle.kept_others import OTHERS
from support.loop_kinds import ASYNCIO, PYLOOP, Loop, LoopKind, without_collector

SCENARIOS = {**CONNECTIONS, **OTHERS}
DEBUG = [pytest.param(False, id="ordinary"), pytest.param(True, id="debug")]


@pytest.mark.parametrize("debug", DEBUG)
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_no_more_is_kept_than_on_asyncio(scenario: Scenario, debug: bool) -> None:
    open_there, closed_there = survivors(ASYNCIO.new_event_loop, scenario, debug)
    open_here, closed_here = survivors(PYLOOP.new_event_loop, scenario, debug)
    assert set(open_here) <= set(open_there)
    assert set(closed_here) <= set(closed_there)


def test_a_cycle_is_seen(kind: LoopKind) -> None:
    async def scenario(seen: Seen) -> None:
        future: Any = asyncio.get_running_loop().create_future()
        future.add_done_callback(future.remove_done_callback)  # refers to itself
        seen.note(future=future)

    assert survivors(kind.new_event_loop, scenario, debug=False) == (["future"], ["future", "loop"])


def test_closed_loop_that_never_ran_is_freed(kind: LoopKind) -> None:
    with without_collector():
        loop = kind.new_event_loop()
        seen = Seen()
        seen.note(loop=loop)
        loop.close()
        del loop
        assert seen.alive() == []


def test_loop_of_a_subclass_is_freed(kind: LoopKind) -> None:
    made: Any = kind.new_event_loop()
    base = type(made)
    made.close()
    del made

    class Subclass(base):  # type: ignore[misc, valid-type]
        def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
            handle: asyncio.Handle = super().call_soon(callback, *args, context=context)
            return handle

    with without_collector():
        loop = Subclass()
        loop.run_until_complete(asyncio.sleep(0.001))
        seen = Seen()
        seen.note(loop=loop)
        loop.close()
        del loop
        assert seen.alive() == []


def test_close_leaves_the_methods_that_a_program_has_put_in_place(loop: Loop) -> None:
    def own(*_: object) -> None:
        pass

    vars(loop)["call_soon"] = own
    loop.close()
    assert vars(loop)["call_soon"] is own
    with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
        loop.call_later(0, int)
