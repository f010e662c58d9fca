"""The system gives the process no more threads: what needs one fails with an error, and the loop goes on."""

from support.loop_kinds import LoopKind
from survival.overload.overload_programs import expect


def test_no_more_threads(kind: LoopKind) -> None:
    """A stack that is larger than the address space is a thread that the system refuses, for root as well."""
    expect(
        kind,
        """
import asyncio, socket

async def refused(job):
    try:
        await job()
    except RuntimeError as error:
        return str(error) == "can't start new thread"
    return False

async def main():
    loop = asyncio.get_running_loop()
    jobs = [
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

loop = new_event_loop()
loop.run_until_complete(asyncio.wait_for(main(), 100))
loop.close()
assert threads() == 1
print("refused")
""",
        "refused\n",
    )
