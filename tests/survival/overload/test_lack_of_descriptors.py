"""No descriptor is free, or the kernel lacks memory: what fails says so, and works once there are some again."""

import pytest

from support.loop_kinds import LoopKind, only_pyloop
from survival.overload.overload_programs import expect

GREETER = """
import asyncio, errno, os, socket, sys

reports = []

class Greeter(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"hello")
        transport.close()

async def greeted(peer):
    with peer:
        peer.setblocking(False)
        return await asyncio.get_running_loop().sock_recv(peer, 10) == b"hello"

async def start(loop):
    loop.set_exception_handler(lambda _loop, context: reports.append((loop.time(), context)))
    server = await loop.create_server(Greeter, "127.0.0.1", 0)
    # What is needed later is loaded now.
    assert await greeted(socket.create_connection(server.sockets[0].getsockname()))
    return server

def attempts():
    # asyncio repeats the message many times in one attempt.
    times = [time for time, _ in reports]
    return [time for last, time in zip([0, *times], times) if time - last > 0.5]

def assert_told(*errors):
    assert {context["message"] for _, context in reports} == {"socket.accept() out of system resource"}, reports
    assert {context["exception"].errno for _, context in reports} == set(errors), reports
"""


def test_server_tries_once_a_second_until_there_are_descriptors(kind: LoopKind) -> None:
    expect(
        kind,
        GREETER
        + """
async def main():
    loop = asyncio.get_running_loop()
    server = await start(loop)
    address = server.sockets[0].getsockname()
    with nothing_left():
        peers = [socket.create_connection(address) for _ in range(20)]
        with no_free_descriptor():
            ticks = 0
            while len(attempts()) < 3:
                await asyncio.sleep(0.01)
                ticks += 1
            assert ticks > 3  # the loop serves the others
            waits = [later - sooner for sooner, later in zip(attempts(), attempts()[1:])]
            # asyncio counts the second from each of its repetitions.
            assert min(waits) > 0.9, waits
            assert server.is_serving()
        assert all([await greeted(peer) for peer in peers])
        assert all([await greeted(socket.create_connection(address)) for peer in range(20)])
    assert_told(errno.EMFILE)
    reports.clear()
    server.close()
    await server.wait_closed()

loop = new_event_loop()
loop.run_until_complete(asyncio.wait_for(main(), 100))
loop.close()
print("recovered", len(reports))
""",
        "recovered 0\n",
    )


def test_whoever_needs_a_descriptor_is_told(kind: LoopKind) -> None:
    expect(
        kind,
        GREETER
        + """
async def connect(address):
    _, writer = await asyncio.open_connection(*address)
    writer.transport.abort()

async def run_program():
    child = await asyncio.create_subprocess_exec("true")
    assert await child.wait() == 0

async def run_program_with_pipes():
    child = await asyncio.create_subprocess_exec("echo", "text", stdin=-1, stdout=-1, stderr=-1)
    assert await child.communicate() == (b"text\\n", b"")

async def serve():
    # asyncio's create_server() leaves out addresses for which it gets no socket.
    server = await asyncio.get_running_loop().create_unix_server(Greeter, f"\\0overload {os.getpid()}")
    server.close()

async def receive():
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, ("127.0.0.1", 0))
    transport.abort()

async def main():
    loop = asyncio.get_running_loop()
    server = await start(loop)
    address = server.sockets[0].getsockname()
    jobs = [lambda: connect(address), run_program, run_program_with_pipes, serve, receive]
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

loop = new_event_loop()
loop.run_until_complete(asyncio.wait_for(main(), 100))
loop.close()
print("told", reports)
""",
        "told []\n",
    )


@only_pyloop
def test_loop_that_cannot_be_made(kind: LoopKind) -> None:
    """asyncio raises the same, and its garbage complains."""
    expect(
        kind,
        """
import errno, sys
new_event_loop().close()
with nothing_left():
    # One descriptor is not enough, nor are two and so on, until a loop can be made.
    for free in range(10):
        errors = []
        with no_free_descriptor():
            limit = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit[0] + free, limit[1]))
            try:
                new_event_loop().close()
                break
            except OSError as error:
                assert error.errno == errno.EMFILE, error
print(free > 1)
""",
        "True\n",
    )


@pytest.mark.usefixtures("refused_calls")
def test_accepting_that_the_kernel_refuses(kind: LoopKind) -> None:
    """ENFILE and the lack of memory in the kernel, which a filter of the thread's system calls simulates."""
    expect(
        kind,
        GREETER
        + """
import asyncio.constants
asyncio.constants.ACCEPT_RETRY_DELAY = 0.05
ERRORS = (errno.ENFILE, errno.EMFILE, errno.ENOBUFS, errno.ENOMEM)

async def refused():
    seen = len(reports)
    while len(reports) < seen + 2:
        await asyncio.sleep(0.001)
    # Several attempts, and the loop goes on between them.
    await asyncio.sleep(0.2)

loop = new_event_loop()
server = loop.run_until_complete(start(loop))
with nothing_left():
    for count, error in enumerate(ERRORS):
        peers = [socket.create_connection(server.sockets[0].getsockname()) for _ in range(20)]

        def run_refused():
            # Before the run: its first iteration may accept.
            refuse(ACCEPT, error)
            loop.run_until_complete(asyncio.wait_for(refused(), 60))

        in_thread(run_refused)
        assert_told(*ERRORS[:count + 1])
        # In this thread nothing is refused.
        assert all([loop.run_until_complete(asyncio.wait_for(greeted(peer), 60)) for peer in peers])
server.close()
loop.run_until_complete(asyncio.sleep(0.2))
loop.close()
print("accepted")
""",
        "accepted\n",
    )


@only_pyloop
def test_server_that_is_closed_before_the_next_attempt(kind: LoopKind) -> None:
    """asyncio tries again with a closed socket, and reports that as an error."""
    expect(
        kind,
        GREETER
        + """
import asyncio.constants
asyncio.constants.ACCEPT_RETRY_DELAY = 0.05

async def main():
    server = await start(asyncio.get_running_loop())
    with socket.create_connection(server.sockets[0].getsockname()), no_free_descriptor():
        while not reports:
            await asyncio.sleep(0.001)
        server.close()
    reports.clear()
    await asyncio.sleep(0.3)

loop = new_event_loop()
loop.run_until_complete(main())
loop.close()
print(reports)
""",
        "[]\n",
    )
