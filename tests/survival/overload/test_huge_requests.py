"""More memory is asked for than there is: that one request fails, and the loop goes on."""

from support.loop_kinds import LoopKind
from survival.overload.overload_programs import expect


def test_requests_that_memory_does_not_allow(kind: LoopKind) -> None:
    """The address space is limited, so that the refusal comes at once and from the system itself."""
    expect(
        kind,
        """
import asyncio, socket

HUGE = 1 << 42
reports = []

class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

class Greedy(asyncio.BufferedProtocol):
    def __init__(self):
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        transport.write(b"hello")

    def get_buffer(self, sizehint):
        return bytearray(HUGE)

    def buffer_updated(self, nbytes):
        raise AssertionError

    def connection_lost(self, exc):
        self.lost.set_result(exc)

async def refused(awaitable):
    try:
        await awaitable
    except MemoryError:
        return True
    return False

async def ask(loop, server, left, right):
    right.send(b"data")
    assert await refused(loop.sock_recv(left, HUGE))
    assert await refused(loop.run_in_executor(None, bytes, HUGE))
    assert await loop.sock_recv(left, 100) == b"data"
    # In a callback, a timer and a reader.
    loop.call_soon(bytes, HUGE)
    loop.call_later(0.001, bytes, HUGE)
    loop.add_reader(left, lambda: (loop.remove_reader(left), bytes(HUGE)))
    right.send(b"more")
    while len(reports) < 3:
        await asyncio.sleep(0.001)
    assert await loop.sock_recv(left, 100) == b"more"
    # A protocol that has no memory to receive into loses its connection and no other.
    _, greedy = await loop.create_connection(Greedy, *server.sockets[0].getsockname())
    assert isinstance(await greedy.lost, MemoryError)
    assert len(reports) == 4
    assert {type(context["exception"]) for context in reports} == {MemoryError}, reports
    reports.clear()
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"still served\\n")
    assert await reader.readline() == b"still served\\n"
    writer.close()
    await writer.wait_closed()

async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: reports.append(context))
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    left, right = socket.socketpair()
    left.setblocking(False)
    await loop.run_in_executor(None, int)
    with left, right, nothing_left():
        for _ in range(20):
            await ask(loop, server, left, right)
        await asyncio.sleep(0.01)
    server.close()
    await loop.shutdown_default_executor()

new_event_loop().close()
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
resource.setrlimit(resource.RLIMIT_AS, (used + (2 << 30), -1))
loop = new_event_loop()
loop.run_until_complete(asyncio.wait_for(main(), 100))
loop.close()
print("refused")
""",
        "refused\n",
    )


def test_a_write_of_any_size_is_buffered_without_a_copy_of_each_part(kind: LoopKind) -> None:
    """128 MiB in one write, to a peer that reads: the process needs a few times that at most, and gives it back."""
    expect(
        kind,
        """
import asyncio, socket

SIZE = 128 << 20

async def main():
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    right.setblocking(False)
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=left)
    with right:
        for _ in range(2):
            before = resident_bytes()
            data = bytes(SIZE)
            transport.write(data)
            transport.write(b"end")
            del data
            assert transport.get_write_buffer_size() > SIZE // 2
            received = most = 0
            while received < SIZE + 3:
                received += len(await loop.sock_recv(right, 1 << 20))
                most = max(most, resident_bytes())
            assert transport.get_write_buffer_size() == 0
            assert most - before < 4 * SIZE, most - before
            gc.collect()
            assert resident_bytes() - before < SIZE // 2, resident_bytes() - before
        transport.abort()
        await asyncio.sleep(0)

loop = new_event_loop()
loop.run_until_complete(asyncio.wait_for(main(), 100))
loop.close()
print("written")
""",
        "written\n",
    )
