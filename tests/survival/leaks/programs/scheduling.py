"""Callbacks, timers and calls from other threads, each repeated: measures what of them stays.

Arguments: the kind of loop, the name of a function below, and the number of operations, TOTAL.
"""

import contextvars
import random
import sys
import threading
from collections.abc import Callable
from typing import Any

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from survival.leaks.programs.measuring import measure

TOTAL = int(sys.argv[3])
BATCH = 20_000
loop: Any = new_event_loop()
context = contextvars.copy_context()
argument = object()


def callback(*_args: object) -> None:
    pass


def run_batches(count: int, schedule: Callable[[], None]) -> None:
    for _ in range(count // BATCH):
        for _ in range(BATCH // 4):
            schedule()
        loop.stop()
        loop.run_forever()


watched: dict[str, object] = {
    "loop": loop,
    "context": context,
    "argument": argument,
    "callback": callback,
    "shared None": None,
    "shared True": True,
    "shared type of the loop": type(loop),
    "shared type of handles": type(loop.call_soon(int)),
    "shared type of timers": type(loop.call_later(0, int)),
    "shared type of contexts": contextvars.Context,
}


def callbacks() -> None:
    def schedule() -> None:
        loop.call_soon(callback)
        loop.call_soon(callback, argument)
        loop.call_soon(callback, argument, None, True, context=context)
        loop.call_soon(callback, argument, argument, argument, argument, argument, argument, argument, context=context)

    measure(lambda count: run_batches(count, schedule), TOTAL, watched)


def timers() -> None:
    def schedule() -> None:
        loop.call_later(0, callback)
        loop.call_later(-1.0, callback, argument)
        loop.call_at(1, callback, argument, None, True, context=context)
        loop.call_at(0.5, callback, argument, argument, argument, argument, argument, argument, context=context)

    measure(lambda count: run_batches(count, schedule), TOTAL, watched)


def cancelled_timers() -> None:
    def schedule() -> None:
        loop.call_later(3600, callback).cancel()
        loop.call_later(1.5, callback, argument).cancel()
        loop.call_at(10**9, callback, argument, None, True, context=context).cancel()
        loop.call_at(
            1e9, callback, argument, argument, argument, argument, argument, argument, context=context
        ).cancel()

    measure(lambda count: run_batches(count, schedule), TOTAL, watched)


def cancelled_callbacks() -> None:
    def schedule() -> None:
        loop.call_soon(callback, argument).cancel()
        handle = loop.call_soon(callback, argument, context=context)
        handle.cancel()
        handle.cancel()
        loop.call_soon(callback)
        loop.call_later(0, callback, argument).cancel()

    measure(lambda count: run_batches(count, schedule), TOTAL, watched)


def timers_that_are_cancelled_long_before_their_time_while_others_wait() -> None:
    generator = random.Random(1)
    waiting = [loop.call_later(3600 + generator.random() * 3600, callback, argument) for _ in range(10_000)]

    def schedule() -> None:
        for _ in range(4):
            position = generator.randrange(10_000)
            waiting[position].cancel()
            waiting[position] = loop.call_later(3600 + generator.random() * 3600, callback, argument)

    measure(lambda count: run_batches(count, schedule), TOTAL, watched)


def callbacks_from_another_thread() -> None:

    def send(count: int) -> None:
        for _ in range(count // 1000):
            for _ in range(999):
                loop.call_soon_threadsafe(callback, argument, context=context)
            # How far the thread runs ahead is bounded, and with it the memory of what waits.
            done = threading.Event()
            loop.call_soon_threadsafe(done.set)
            done.wait()
        loop.call_soon_threadsafe(loop.stop)

    def work(count: int) -> None:
        thread = threading.Thread(target=send, args=(count,))
        thread.start()
        loop.run_forever()
        thread.join()

    measure(work, TOTAL, watched)


def batches() -> None:
    items = [callback, (callback, argument), (callback, argument, None, True), (callback, *[argument] * 6)] * (
        BATCH // 8
    )

    def work(count: int) -> None:
        for _ in range(count // BATCH):
            loop.call_soon_batch(items)
            loop.call_soon_threadsafe_batch(iter(items))
            loop.stop()
            loop.run_forever()

    measure(work, TOTAL, watched)


def refused_calls() -> None:
    def refused(function: Callable[..., object], *args: object, **kwargs: object) -> None:
        try:
            function(*args, **kwargs)
        except TypeError:
            return
        raise AssertionError("accepted")

    def work(count: int) -> None:
        for _ in range(count // 6):
            refused(loop.call_soon_batch, [callback, (callback, argument), None])
            refused(loop.call_soon_threadsafe_batch, argument)
            refused(loop.call_soon, callback, argument, keyword=context)
            refused(loop.call_later, None, callback, argument, context=context)
            refused(loop.call_later, argument, callback, argument, context=context)
            refused(loop.call_at, None, callback, argument, context=context)

    measure(work, TOTAL, watched)


def main() -> None:
    run_scenario(globals(), sys.argv[2:3])


if __name__ == "__main__":
    main()
