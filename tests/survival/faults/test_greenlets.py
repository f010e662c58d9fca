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

PRELUDE = """
import asyncio, gc, greenlet, sys
main = greenlet.getcurrent()
def use_the_stack(depth):
    return sorted([depth], key=lambda number: use_the_stack(number - 1) if number else 0)
"""


def test_callbacks_switch_to_the_main_greenlet_and_back(run_clean: RunClean, kind: LoopKind) -> None:
    code = f"""{kind.import_statement}
{PRELUDE}
loop = new_event_loop()
fiber = greenlet.greenlet(loop.run_forever)
for number in range(300):
    loop.call_soon(main.switch, number)
    assert fiber.switch() == number  # runs as far as the callback
    use_the_stack(30)
loop.call_soon(loop.stop)
fiber.switch()
print(fiber.dead)
loop.close()
"""
    assert run_clean(code) == "True\n"


def test_loops_are_made_and_run_while_another_one_is_switched_away(run_clean: RunClean, kind: LoopKind) -> None:
    """As with Playwright: `asyncio` sees no running loop then, because that belongs to a stack which is not there."""
    code = f"""{kind.import_statement}
{PRELUDE}
async def work(number):
    await asyncio.gather(*(asyncio.sleep(0.0001 * i) for i in range(5)))
    use_the_stack(20)
    return number
def suspended():
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    main.switch()
    asyncio._set_running_loop(running)
outer = new_event_loop()
fiber = greenlet.greenlet(outer.run_forever)
results = []
for number in range(50):
    outer.call_soon(suspended)
    outer.call_later(0.0001, int)
    fiber.switch()
    inner = new_event_loop()
    results.append(inner.run_until_complete(work(number)))
    inner.close()
outer.call_soon(outer.stop)
fiber.switch()
outer.close()
print(results == list(range(50)))
"""
    assert run_clean(code) == "True\n"


def test_many_greenlets_each_in_a_loop(run_clean: RunClean, kind: LoopKind) -> None:
    """Left in another order than they were entered in."""
    code = f"""{kind.import_statement}
{PRELUDE}
loops = [new_event_loop() for _ in range(20)]
order = []
def run(number):
    asyncio._set_running_loop(None)
    loops[number].call_soon(suspended, number)
    loops[number].call_soon(loops[number].stop)
    loops[number].run_forever()
def suspended(number):
    use_the_stack(number)
    main.switch()
    asyncio._set_running_loop(loops[number])
    order.append(number)
fibers = [greenlet.greenlet(run) for _ in loops]
for number, fiber in enumerate(fibers):
    fiber.switch(number)
turns = [*range(0, 20, 3), *range(1, 20, 3), *range(2, 20, 3)]
for number in turns:
    asyncio._set_running_loop(None)
    fibers[number].switch()
asyncio._set_running_loop(None)
print(order == turns, all(fiber.dead for fiber in fibers))
for loop in loops:
    loop.close()
"""
    assert run_clean(code) == "True True\n"


def test_exception_is_thrown_into_a_switched_callback(run_clean: RunClean, kind: LoopKind) -> None:
    code = f"""{kind.import_statement}
{PRELUDE}
loop = new_event_loop()
seen = []
loop.set_exception_handler(lambda _loop, context: seen.append(repr(context["exception"])))
fiber = greenlet.greenlet(loop.run_forever)
for number in range(20):
    loop.call_soon(main.switch)
    fiber.switch() if number == 0 else fiber.throw(ValueError(number))
loop.call_soon(loop.stop)
fiber.switch()
loop.close()
print(seen == [f"ValueError({{number}})" for number in range(1, 20)], fiber.dead)
"""
    assert run_clean(code) == "True True\n"


@only_pyloop
def test_collections_of_the_java_heap_wait_for_the_callback(run_clean: RunClean, kind: LoopKind) -> None:
    """Asked for while a callback's frames are on a stack that is not there, one is refused; afterwards it is not."""
    code = f"""{kind.import_statement}
from support.garbage_storms import collect_java_garbage
{PRELUDE}
loop = new_event_loop()
fiber = greenlet.greenlet(loop.run_forever)
refused = 0
for _ in range(50):
    loop.call_soon(main.switch)
    loop.call_later(0, int)
    fiber.switch()
    use_the_stack(30)
    refused += not collect_java_garbage()
    inner = new_event_loop()
    for _ in range(20_000):
        inner.call_later(3600, int).cancel()
    inner.call_soon(inner.stop)
    asyncio._set_running_loop(None)
    inner.run_forever()
    inner.close()
    asyncio._set_running_loop(loop)
loop.call_soon(loop.stop)
fiber.switch()
loop.close()
print(refused, collect_java_garbage(), fiber.dead)
"""
    assert run_clean(code) == "50 True True\n"


def test_greenlet_that_is_dropped_in_a_callback(run_clean: RunClean, kind: LoopKind) -> None:
    """greenlet throws an exception into it, which the loop reports as any other, and the run ends."""
    code = f"""{kind.import_statement}
{PRELUDE}
reports = []
for _ in range(20):
    loop = new_event_loop()
    loop.set_exception_handler(lambda _loop, context: reports.append(type(context["exception"]).__name__))
    fiber = greenlet.greenlet(loop.run_forever)
    loop.call_soon(main.switch)
    loop.call_soon(loop.stop)
    fiber.switch()
    del fiber
    assert not loop.is_running()
    loop.close()
print(reports == ["GreenletExit"] * 20)
"""
    assert run_clean(code) == "True\n"
