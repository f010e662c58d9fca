"""A server of a process that has no free descriptor: it tries again, and leaves that when it is closed.

Arguments: the kind of loop, and which of the two.
"""

import asyncio
import asyncio.constants
import errno
import itertools
import socket
import sys

from support.chosen_loop import new_event_loop
from support.full_process import no_free_descriptor
from support.scenarios import run_scenario
from survival.overload.programs.greeting_server import assert_reported, greeted, reports, start
from survival.overload.programs.limits import nothing_left


def attempts() -> list[float]:
    """When the server has tried to accept; asyncio repeats the message many times in one attempt."""
    times = [time for time, _ in reports]
    return [time for last, time in itertools.pairwise([0, *times]) if time - last > 0.5]


def until_there_are_some() -> None:
    async def serve() -> None:
        server = await start(asyncio.get_running_loop())
        address = server.sockets[0].getsockname()
        with nothing_left():
            peers = [socket.create_connection(address) for _ in range(20)]
            with no_free_descriptor():
                ticks = 0
                while len(attempts()) < 3:
                    await asyncio.sleep(0.01)
                    ticks += 1
                assert ticks > 3  # the loop serves the others
                waits = [later - sooner for sooner, later in itertools.pairwise(attempts())]
                # asyncio counts the second from each of its repetitions.
                assert min(waits) > 0.9, waits
                assert server.is_serving()
            assert all([await greeted(peer) for peer in peers])
            assert all([await greeted(socket.create_connection(address)) for peer in range(20)])
        assert_reported(errno.EMFILE)
        reports.clear()
        server.close()
        await server.wait_closed()

    loop = new_event_loop()
    loop.run_until_complete(asyncio.wait_for(serve(), 100))
    loop.close()
    print("recovered", len(reports))


def until_it_is_closed() -> None:
    asyncio.constants.ACCEPT_RETRY_DELAY = 0.05  # type: ignore[misc, assignment]

    async def serve() -> None:
        server = await start(asyncio.get_running_loop())
        with socket.create_connection(server.sockets[0].getsockname()), no_free_descriptor():
            while not reports:
                await asyncio.sleep(0.001)
            server.close()
        reports.clear()
        await asyncio.sleep(0.3)

    loop = new_event_loop()
    loop.run_until_complete(serve())
    loop.close()
    print(reports)


def main() -> None:
    run_scenario(globals(), sys.argv[2:])


if __name__ == "__main__":
    main()
