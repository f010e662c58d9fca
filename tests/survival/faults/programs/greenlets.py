"""Greenlets that run loops, whose callbacks switch away to code that uses loops of its own and collects garbage."""

import asyncio
import sys
from typing import Any

import greenlet  # type: ignore[import-untyped]

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

main_greenlet = greenlet.getcurrent()


def use_the_stack(depth: int) -> list[int]:
    """Recursion through C."""
    return sorted([depth], key=lambda number: use_the_stack(number - 1)[0] if number else 0)


def switch_to_main_and_back() -> None:
    """Three hundred callbacks hand a number to the main greenlet."""
    loop = new_event_loop()
    fiber = greenlet.greenlet(loop.run_forever)
    for number in range(300):
        loop.call_soon(main_greenlet.switch, number)
        assert fiber.switch() == number  # runs as far as the callback
        use_the_stack(30)
    loop.call_soon(loop.stop)
    fiber.switch()
    print(fiber.dead)
    loop.close()


def loops_while_another_is_switched_away() -> None:
    """A loop is made, run and closed each time that the outer one is left."""

    async def work(number: int) -> int:
        await asyncio.gather(*(asyncio.sleep(0.0001 * i) for i in range(5)))
        use_the_stack(20)
        return number

    def suspended() -> None:
        running = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        main_greenlet.switch()
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


def many_greenlets_each_in_a_loop() -> None:
    """Twenty are entered in order, and left in another one."""
    loops = [new_event_loop() for _ in range(20)]
    order: list[int] = []

    def run(number: int) -> None:
        asyncio._set_running_loop(None)
        loops[number].call_soon(suspended, number)
        loops[number].call_soon(loops[number].stop)
        loops[number].run_forever()

    def suspended(number: int) -> None:
        use_the_stack(number)
        main_greenlet.switch()
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


def exception_thrown_into_a_callback() -> None:
    """Each callback but the first gets an exception where it has switched away."""
    loop = new_event_loop()
    seen: list[str] = []
    loop.set_exception_handler(lambda _loop, context: seen.append(repr(context["exception"])))
    fiber = greenlet.greenlet(loop.run_forever)
    for number in range(20):
        loop.call_soon(main_greenlet.switch)
        fiber.switch() if number == 0 else fiber.throw(ValueError(number))
    loop.call_soon(loop.stop)
    fiber.switch()
    loop.close()
    print(seen == [f"ValueError({number})" for number in range(1, 20)], fiber.dead)


def collections_of_the_java_heap() -> None:
    """Print how many collections were refused while a callback was switched away, and whether one is afterwards."""
    from support.garbage_storms import collect_java_garbage

    loop = new_event_loop()
    fiber = greenlet.greenlet(loop.run_forever)
    refused = 0
    for _ in range(50):
        loop.call_soon(main_greenlet.switch)
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


def greenlet_dropped_in_a_callback() -> None:
    """greenlet throws an exception into each of twenty, which ends its run."""
    reports: list[str] = []

    def report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        reports.append(type(context["exception"]).__name__)

    for _ in range(20):
        loop = new_event_loop()
        loop.set_exception_handler(report)
        fiber = greenlet.greenlet(loop.run_forever)
        loop.call_soon(main_greenlet.switch)
        loop.call_soon(loop.stop)
        fiber.switch()
        del fiber
        assert not loop.is_running()
        loop.close()
    print(reports == ["GreenletExit"] * 20)


def begun_before_the_run() -> None:
    """Greenlets that began before the run, with frames of C, are entered by callbacks, with collections in between."""
    import gc

    loop = new_event_loop()
    ran: list[int] = []

    def body(number: int) -> None:
        use_the_stack(10)
        for _ in range(5):
            greenlet.getcurrent().parent.switch()
            use_the_stack(number % 7)
            ran.append(number)

    fibers = [greenlet.greenlet(body) for _ in range(20)]
    for number, fiber in enumerate(fibers):
        fiber.switch(number)

    def enter(number: int) -> None:
        fibers[number].parent = greenlet.getcurrent()
        fibers[number].switch()
        gc.collect()

    for turn in range(5):
        for number in range(20):
            if turn % 2:
                loop.call_later(0.0001 * number, enter, number)
            else:
                loop.call_soon(enter, number)
        loop.call_later(0.01, loop.stop)
        loop.run_forever()
        gc.collect()
    loop.close()
    print(len(ran), all(fiber.dead for fiber in fibers))


def in_several_threads() -> None:
    """Each thread has a loop in a greenlet, whose callbacks switch to the greenlet of the thread and back."""
    import threading

    results: list[bool] = []

    def work() -> None:
        home = greenlet.getcurrent()
        loop = new_event_loop()
        fiber = greenlet.greenlet(loop.run_forever)
        for number in range(200):
            loop.call_later(0, int)
            loop.call_soon(home.switch, number)
            assert fiber.switch() == number
            use_the_stack(15)
        loop.call_soon(loop.stop)
        fiber.switch()
        loop.close()
        results.append(fiber.dead)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(results)


def blocking_calls_on_a_loop() -> None:
    """As in SQLAlchemy's asyncio part: code in a greenlet waits for coroutines; many such greenlets share a loop."""

    def wait_for(coroutine: Any) -> Any:
        return greenlet.getcurrent().parent.switch(coroutine)

    def blocking(number: int) -> int:
        use_the_stack(number % 10)
        total = 0
        for step in range(10):
            total += wait_for(asyncio.sleep(0.0001 * (step % 3), step))
        try:
            wait_for(asyncio.wait_for(asyncio.sleep(60), 0.0001))
        except TimeoutError:
            total += 1000
        return total + number

    async def spawn(number: int) -> int:
        fiber = greenlet.greenlet(blocking, greenlet.getcurrent())
        result = fiber.switch(number)
        while not fiber.dead:
            try:
                value = await result
            except Exception as error:
                result = fiber.throw(error)
            else:
                result = fiber.switch(value)
        return result  # type: ignore[no-any-return]

    async def main() -> list[int]:
        return await asyncio.gather(*(spawn(number) for number in range(200)))

    loop = new_event_loop()
    print(loop.run_until_complete(main()) == [1045 + number for number in range(200)])
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
