"""Everything that needs a descriptor is refused while none is free, and works before and afterwards."""

import asyncio
import errno
import os
from asyncio.subprocess import PIPE

from support.chosen_loop import new_event_loop
from support.full_process import no_free_descriptor
from survival.overload.programs.greeting_server import Greeter, reports, start
from survival.overload.programs.limits import nothing_left


async def connect(server: asyncio.Server) -> None:
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.transport.abort()


async def run_program() -> None:
    child = await asyncio.create_subprocess_exec("true")
    assert await child.wait() == 0


async def run_program_with_pipes() -> None:
    child = await asyncio.create_subprocess_exec("echo", "text", stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert await child.communicate() == (b"text\n", b"")


async def serve() -> None:
    # asyncio's create_server() leaves out addresses for which it gets no socket.
    server = await asyncio.get_running_loop().create_unix_server(Greeter, f"\0overload {os.getpid()}")
    server.close()


async def receive() -> None:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0))
    transport.abort()


async def do_all_jobs() -> None:
    server = await start(asyncio.get_running_loop())
    jobs = [lambda: connect(server), run_program, run_program_with_pipes, serve, receive]
    for job in jobs:
        await job()
    await asyncio.sleep(0.1)
    with nothing_left():
        for _ in range(20):
            # Each is refused, and leaves no descriptor behind that would let the next one succeed.
            with no_free_descriptor():
                for job in jobs:
                    try:
                        await job()
                    except OSError as error:
                        assert error.errno == errno.EMFILE, error
                    else:
                        raise AssertionError(job)
        for job in jobs:
            await job()
        await asyncio.sleep(0.1)
    server.close()


def main() -> None:
    loop = new_event_loop()
    loop.run_until_complete(asyncio.wait_for(do_all_jobs(), 100))
    loop.close()
    print("told", reports)


if __name__ == "__main__":
    main()
