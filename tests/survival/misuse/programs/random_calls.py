"""Calls the engine's methods, private ones included, with values of any type; prints whether enough succeed and fail.

Arguments: the kind of loop, and a number that decides which calls are made.
"""

import asyncio
import random
import socket
import sys
from typing import Any

from data_bridge.pyloop import _engine
from support.chosen_loop import new_event_loop

# The first two end and begin the engine, the next two wait for events; the last holds no references, by design.
LEFT_OUT = {"_close_engine", "_open_engine", "_run_once", "_select", "_set_transport_at"}
METHODS: list[tuple[Any, str]] = [
    (cls, name)
    for cls in vars(_engine).values()
    if isinstance(cls, type)
    for name, method in vars(cls).items()
    if callable(method) and not name.startswith("__") and name not in LEFT_OUT
]


def main() -> None:
    choice = random.Random(int(sys.argv[2])).choice
    loop = new_event_loop()
    left, _right = socket.socketpair()
    left.setblocking(False)
    always: tuple[object, ...] = (
        *(None, 0, -1, 1, True, 10**6, 2**31 - 1, 2**31, -(2**31), 10**30, 1.5, float("nan"), float("inf")),
        *("x", b"", b"data", bytearray(3), (), (1, 2), [], {}, object(), print, len, left, left.fileno()),
        *(loop, asyncio.SelectorEventLoop(), socket.AF_INET, ("::1", 1)),
    )
    calls = refused = 0
    for _ in range(4000):
        cls, name = choice(METHODS)
        instances = [cls.__new__(cls), *([loop] if isinstance(loop, cls) else [])]
        values = (*always, loop.create_future(), asyncio.Handle(print, (), loop))
        arguments = [choice(values) for _ in range(choice(range(6)))]
        try:
            getattr(cls, name)(choice(instances), *arguments)
            calls += 1
        except Exception as error:
            refused += 1
            text = f"{name}{tuple(arguments)!r:.200}: {error!r}"
            assert not isinstance(error, SystemError), text
            assert "fault in the event loop engine" not in str(error), text
    print(calls > 100, refused > 100)


if __name__ == "__main__":
    main()
