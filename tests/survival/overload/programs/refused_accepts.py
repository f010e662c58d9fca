"""Accepting fails with each error of a kernel that lacks something, and then succeeds."""

import asyncio
import asyncio.constants
import errno
import socket
from functools import partial

from support.chosen_loop import new_event_loop
from support.refused_calls import refuse
from survival.overload.programs.greeting_server import assert_reported, greeted, reports, start
from survival.overload.programs.limits import ACCEPT, in_thread, nothing_left

ERRORS = (errno.ENFILE, errno.EMFILE, errno.ENOBUFS, errno.ENOMEM)


async def wait_for_reports() -> None:
    seen = len(reports)
    while len(reports) < seen + 2:
        await asyncio.sleep(0.001)
    # Several attempts, and the loop goes on between them.
    await asyncio.sleep(0.2)


def run_refused(loop: asyncio.AbstractEventLoop, error: int) -> None:
    # Before the run: its first iteration may accept.
    refuse(ACCEPT, error)
    loop.run_until_complete(asyncio.wait_for(wait_for_reports(), 60))


def main() -> None:
    asyncio.constants.ACCEPT_RETRY_DELAY = 0.05  # type: ignore[misc, assignment]
    loop = new_event_loop()
    server = loop.run_until_complete(start(loop))
    with nothing_left():
        for count, error in enumerate(ERRORS):
            peers = [socket.create_connection(server.sockets[0].getsockname()) for _ in range(20)]
            in_thread(partial(run_refused, loop, error))
            assert_reported(*ERRORS[: count + 1])
            # In this thread nothing is refused.
            assert all(loop.run_until_complete(asyncio.wait_for(greeted(peer), 60)) for peer in peers)
    server.close()
    loop.run_until_complete(asyncio.sleep(0.2))
    loop.close()
    print("accepted")


if __name__ == "__main__":
    main()
