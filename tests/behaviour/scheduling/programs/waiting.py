"""Loops that hang if they wait while something is to be run. Arguments: the kind of loop, a function, its arguments."""

import contextvars
import sys
import time

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario


def timer_of_the_past(method: str, when: str) -> None:
    """Pass `when` as an int if it is written as one."""
    loop = new_event_loop()
    getattr(loop, method)(int(when) if when.lstrip("-").isdigit() else float(when), loop.stop)
    loop.run_forever()
    loop.close()
    print("ran")


def timer_of_the_far_future() -> None:
    loop = new_event_loop()
    for when in (1e10, 1e300, float("inf")):
        loop.call_at(when, print, "never")
    loop.call_later(0.01, loop.stop)
    loop.run_forever()
    loop.close()
    print("stopped")


def finaliser_of_a_cancelled_timer() -> None:
    loop = new_event_loop()

    class Value:
        def __del__(self) -> None:
            loop.call_soon(loop.stop)

    context = contextvars.copy_context()
    context.run(contextvars.ContextVar[Value]("variable").set, Value())
    loop.call_later(0.01, print, context=context).cancel()
    del context
    loop.call_later(20, loop.stop)
    started = time.monotonic()
    loop.run_forever()
    print("at once" if time.monotonic() - started < 10 else "by the next timer")


def main() -> None:
    run_scenario(globals(), sys.argv[2:])


if __name__ == "__main__":
    main()
