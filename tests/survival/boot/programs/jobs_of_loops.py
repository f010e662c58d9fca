"""Short coroutines that together use every part of a loop that makes system calls.

What the standard library would import later is imported here: programs use these coroutines where no file can be read.
"""

import asyncio
import concurrent.futures.thread  # noqa: F401 - else asyncio imports it with the first executor
import encodings.idna  # noqa: F401 - else the socket module imports it with the first address
import os
import signal
import socket
import tempfile
from asyncio.subprocess import PIPE

LARGE = bytes(300_000)
FILE = tempfile.TemporaryFile()  # noqa: SIM115 - made before calls are refused
FILE.write(LARGE)
FILE.flush()


async def sleep() -> None:
    """Wait for timers, one of them shorter than a millisecond."""
    await asyncio.sleep(0.0002)
    await asyncio.sleep(0.002)


async def wake_up() -> None:
    """Be woken by another thread."""
    await asyncio.get_running_loop().run_in_executor(None, int)


async def handle_signal() -> None:
    """Handle a signal."""
    loop = asyncio.get_running_loop()
    handled = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, handled.set)
    try:
        os.kill(os.getpid(), signal.SIGUSR1)
        await handled.wait()
    finally:
        loop.remove_signal_handler(signal.SIGUSR1)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send everything back."""
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
    writer.close()


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send little, much, and the end; receive it."""
    writer.write(b"ping")
    assert await reader.readexactly(4) == b"ping"
    writer.writelines([b"1", LARGE, b"2"])
    assert await reader.readexactly(len(LARGE) + 2) == b"1" + LARGE + b"2"
    if writer.can_write_eof():
        writer.write_eof()
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def serve() -> None:
    """Echo over TCP."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    try:
        await talk(*await asyncio.open_connection(*server.sockets[0].getsockname()))
    finally:
        server.close()


async def serve_unix() -> None:
    """Echo over a Unix socket."""
    name = f"\0jobs {os.getpid()}"
    server = await asyncio.start_unix_server(echo, name)
    try:
        await talk(*await asyncio.open_unix_connection(name))
    finally:
        server.close()


async def use_sockets() -> None:
    """The methods for sockets of the program, and a file that is sent."""
    loop = asyncio.get_running_loop()
    listener, client = socket.create_server(("127.0.0.1", 0)), socket.socket()
    with listener, client:
        listener.setblocking(False)
        client.setblocking(False)
        (connection, _), _ = await asyncio.gather(
            loop.sock_accept(listener), loop.sock_connect(client, listener.getsockname())
        )
        with connection:
            await asyncio.gather(loop.sock_sendfile(connection, FILE), receive_large(client))


async def receive_large(sock: socket.socket) -> None:
    """As many bytes as the file has."""
    received = 0
    while received < len(LARGE):
        received += len(await asyncio.get_running_loop().sock_recv(sock, 1 << 16))


class Datagrams(asyncio.DatagramProtocol):
    """Waits for three."""

    def __init__(self) -> None:
        self.count = 0
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _address: object) -> None:
        self.count += 1
        if self.count == 3:
            self.complete.set_result(None)

    def error_received(self, exc: Exception) -> None:
        if not self.complete.done():
            self.complete.set_exception(exc)


async def exchange_datagrams() -> None:
    """Send and receive three."""
    loop = asyncio.get_running_loop()
    receiver, protocol = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
    sender, sending = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
    try:
        for data in (b"1", b"2", b"3"):
            sender.sendto(data, receiver.get_extra_info("sockname"))
        await asyncio.wait([protocol.complete, sending.complete], return_when=asyncio.FIRST_COMPLETED)
        (sending if sending.complete.done() else protocol).complete.result()
    finally:
        sender.close()
        receiver.close()


async def use_pipes() -> None:
    """Write into a pipe and read from it."""
    loop = asyncio.get_running_loop()
    read, write = os.pipe()
    reader = asyncio.StreamReader()
    with os.fdopen(read, "rb", 0) as reading, os.fdopen(write, "wb", 0) as writing:
        receiver, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), reading)
        sender, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, writing)
        try:
            sender.writelines([b"pi", b"ng"])
            assert await reader.readexactly(4) == b"ping"
        finally:
            sender.close()
            receiver.close()


async def run_program() -> None:
    """With pipes."""
    child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    assert (await child.communicate(b"text"))[0] == b"text"
    assert child.returncode == 0


JOBS = (
    sleep,
    wake_up,
    handle_signal,
    serve,
    serve_unix,
    use_sockets,
    exchange_datagrams,
    use_pipes,
    run_program,
)
