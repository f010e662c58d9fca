"""Exceptions, interrupted runs and kept handles, each repeated: measures what of them stays.

Arguments: the kind of loop, the name of a function below, and the number of operations, TOTAL.
"""

import contextlib
import contextvars
import gc
import logging
import sys
import weakref
from typing import Any

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from survival.leaks.programs.measuring import measure

TOTAL = int(sys.argv[3])
BATCH = 10_000
loop: Any = new_event_loop()
context = contextvars.copy_context()
argument = object()
reports = 0


def callback(*_args: object) -> None:
    pass


def fail(*args: object) -> None:
    raise LookupError(args)


def count_report(_loop: object, _context: object) -> None:
    global reports
    reports += 1


loop.set_exception_handler(count_report)


def run_once() -> None:
    loop.stop()
    loop.run_forever()


watched: dict[str, object] = {
    "loop": loop,
    "context": context,
    "argument": argument,
    "callback": callback,
    "fail": fail,
    "shared None": None,
    "shared True": True,
    "shared type of handles": type(loop.call_soon(int)),
    "shared exception type": LookupError,
}


def exceptions_in_callbacks() -> None:
    def work(count: int) -> None:
        global reports
        reports = 0
        for _ in range(count // BATCH):
            for _ in range(BATCH // 2):
                loop.call_soon(fail, argument)
                loop.call_later(0, fail, argument, context=context)
            run_once()
            run_once()
        assert reports == count

    measure(work, TOTAL, watched)


def exceptions_in_the_exception_handler() -> None:
    logging.getLogger("asyncio").disabled = True
    loop.set_exception_handler(lambda loop, context: fail(context))

    def work(count: int) -> None:
        for _ in range(count // 1000):
            for _ in range(1000):
                loop.call_soon(fail, argument)
            run_once()

    measure(work, TOTAL, watched)


def runs_that_are_ended_by_an_exception() -> None:
    def leave(*args: object) -> None:
        raise SystemExit(args)

    def work(count: int) -> None:
        for _ in range(count):
            loop.call_soon(leave, argument)
            loop.call_soon(callback, argument, context=context)
            with contextlib.suppress(SystemExit):
                loop.run_forever()
        run_once()

    measure(work, TOTAL, watched)


def handles_that_are_kept_after_they_ran_and_then_dropped() -> None:
    def work(count: int) -> None:
        for _ in range(count // 100_000):
            handles = [loop.call_soon(callback, argument, context=context) for _ in range(50_000)]
            handles += [loop.call_later(0, callback, argument) for _ in range(50_000)]
            run_once()
            run_once()
            for handle in handles[::3]:
                handle.cancel()
            references = [weakref.ref(handle) for handle in handles[::100]]
            del handles, handle
            assert not any(reference() for reference in references)

    measure(work, TOTAL, watched, warm_up=500_000)


def handles_that_are_kept_while_the_loop_drops_them() -> None:
    def work(count: int) -> None:
        for _ in range(count // 1000):
            other = new_event_loop()
            handles = [other.call_soon(callback, argument, context=context) for _ in range(500)]
            handles += [other.call_later(3600, callback, argument) for _ in range(500)]
            other.close()
            del other, handles

    measure(work, TOTAL, watched)


def exceptions_and_their_frames_die() -> None:
    class Marker:
        pass

    references: list[weakref.ref[Marker]] = []

    def fail_with_marker() -> None:
        marker = Marker()
        references.append(weakref.ref(marker))
        raise LookupError(marker)

    def work(count: int) -> None:
        for _ in range(count // 100):
            references.clear()
            for _ in range(100):
                loop.call_soon(fail_with_marker)
            run_once()
            gc.collect()
            assert len(references) == 100
            assert not any(reference() for reference in references)
        references.clear()

    measure(work, TOTAL, watched)


def debug_mode() -> None:
    loop.set_debug(True)

    def work(count: int) -> None:
        for _ in range(count // 1000):
            for _ in range(250):
                loop.call_soon(callback, argument, context=context)
                loop.call_later(0, callback, argument)
                loop.call_soon(callback, argument).cancel()
                loop.call_soon(fail, argument)
            run_once()
            run_once()

    measure(work, TOTAL, watched)


def main() -> None:
    run_scenario(globals(), sys.argv[2:3])


if __name__ == "__main__":
    main()
