"""Threads are refused, by a stack size that no address space holds: jobs that need one fail, others are done."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

from support.chosen_loop import new_event_loop
from survival.overload.programs.limits import nothing_left


async def refused(job: Callable[[], Awaitable[object]]) -> bool:
    try:
        await job()
    except RuntimeError as error:
        return str(error) == "can't start new thread"
    return False


async def do_jobs() -> None:
    loop = asyncio.get_running_loop()
    jobs: list[Callable[[], Awaitable[object]]] = [
        lambda: loop.run_in_executor(None, threading.get_ident),
        lambda: asyncio.to_thread(threading.get_ident),
        lambda: loop.getaddrinfo("localhost", 80),
        lambda: loop.getnameinfo(("127.0.0.1", 80)),
        lambda: asyncio.open_connection("localhost", 1),
    ]
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
    with nothing_left():
        for _ in range(20):
            size = threading.stack_size(1 << 47)
            for job in jobs:
                assert await refused(job), jobs.index(job)
            # What needs no thread is served.
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.transport.abort()
            threading.stack_size(size)
            await asyncio.sleep(0.001)
    assert await loop.run_in_executor(None, threading.get_ident) != threading.get_ident()
    assert await loop.getaddrinfo("127.0.0.1", "80")
    server.close()
    await loop.shutdown_default_executor()


def main() -> None:
    loop = new_event_loop()
    loop.run_until_complete(asyncio.wait_for(do_jobs(), 100))
    loop.close()
    assert threading.active_count() == 1
    print("refused")


if __name__ == "__main__":
    main()
