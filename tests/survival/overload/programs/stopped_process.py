"""A server with a timer every 10 ms, to be stopped and continued from outside; SIGTERM ends it.

It prints the port, and at its end a line of standard input, the number of SIGUSR1 and whether a timer ran late.
"""

import asyncio
import signal
import sys

from support.chosen_loop import new_event_loop
from survival.overload.programs.protocols import Echo

ticks: list[tuple[int, float]] = []
signals: list[int] = []


async def serve() -> None:
    loop = asyncio.get_running_loop()
    stopped = loop.create_future()
    loop.add_signal_handler(signal.SIGUSR1, signals.append, 1)
    loop.add_signal_handler(signal.SIGTERM, stopped.set_result, None)
    server = await loop.create_server(Echo, "127.0.0.1", 0)

    def tick(number: int, when: float) -> None:
        ticks.append((number, loop.time() - when))
        if not stopped.done():
            loop.call_at(when + 0.01, tick, number + 1, when + 0.01)

    tick(0, loop.time())
    executor = loop.run_in_executor(None, sys.stdin.readline)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stopped
    line = await executor
    numbers = [number for number, _ in ticks]
    assert numbers == list(range(len(ticks)))
    assert all(late >= -1e-8 for _, late in ticks)
    # A timer that was due while the process was stopped runs late, and is not lost.
    print(line.strip(), len(signals), max(late for _, late in ticks) > 0.3)
    server.close()
    await loop.shutdown_default_executor()


def main() -> None:
    loop = new_event_loop()
    loop.run_until_complete(serve())
    loop.close()


if __name__ == "__main__":
    main()
