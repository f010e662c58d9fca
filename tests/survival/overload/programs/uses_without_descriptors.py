"""Uses of a loop while the process has no free descriptor, and then with some again: prints how each ends.

Arguments: the kind of loop; "first" or "again", whether the loop has done all of it before; and the limit, "full" or
one that is lower than the numbers of open descriptors.
"""

import asyncio
import contextlib
import logging
import os
import resource
import socket
import ssl
import sys
import warnings
from asyncio.subprocess import PIPE
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from support.chosen_loop import new_event_loop
from support.full_process import no_free_descriptor
from survival.boot.programs.jobs_of_loops import echo, handle_signal, sleep, wake_up
from survival.boot.programs.tls_jobs import CLIENT, KERNEL_CLIENT, SERVER
from survival.overload.programs.limits import nothing_left

Job = Callable[["Prepared"], Coroutine[Any, Any, object]]


class Prepared:
    """What was opened before."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.waiting = socket.create_connection(self.listener.getsockname())
        self.pair = socket.socketpair()
        self.others = socket.socketpair()
        self.tls = socket.socketpair()
        self.pipe = os.pipe()
        self.free = socket.socket()
        self.all = [self.listener, self.waiting, *self.pair, *self.others, *self.tls, self.free]
        for sock in self.all:
            sock.setblocking(False)

    def close(self) -> None:
        """What the loop has not."""
        for sock in self.all:
            sock.close()
        for number in self.pipe:
            with contextlib.suppress(OSError):
                os.close(number)


async def open_stream(prepared: Prepared) -> None:
    _, writer = await asyncio.open_connection(*prepared.listener.getsockname())
    writer.transport.abort()


async def open_stream_to_a_name(prepared: Prepared) -> None:
    _, writer = await asyncio.open_connection("localhost", prepared.listener.getsockname()[1], family=socket.AF_INET)
    writer.transport.abort()


async def resolve(_: Prepared) -> None:
    await asyncio.get_running_loop().getaddrinfo("localhost", 80)


async def accept(prepared: Prepared) -> None:
    connection, _ = await asyncio.get_running_loop().sock_accept(prepared.listener)
    connection.close()


async def connect(prepared: Prepared) -> None:
    await asyncio.get_running_loop().sock_connect(prepared.free, prepared.listener.getsockname())


async def serve(_: Prepared) -> int:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    count = len(server.sockets)
    server.close()
    return count


async def serve_unix(_: Prepared) -> None:
    server = await asyncio.start_unix_server(echo, f"\0uses {os.getpid()}")
    server.close()


async def serve_a_socket(prepared: Prepared) -> None:
    server = await asyncio.start_server(echo, sock=prepared.listener)
    server.close()


async def exchange_over_a_socket(prepared: Prepared) -> None:
    left, right = prepared.pair
    reader, writer = await asyncio.open_connection(sock=left)
    await asyncio.get_running_loop().sock_sendall(right, b"1")
    assert await reader.readexactly(1) == b"1"
    writer.transport.abort()


async def use_tls(prepared: Prepared) -> None:
    """A handshake of kernel TLS takes a descriptor if there is one."""
    await asyncio.gather(
        _talk_over_tls(prepared.tls[0], SERVER, None), _talk_over_tls(prepared.tls[1], KERNEL_CLIENT, "localhost")
    )


async def _talk_over_tls(sock: socket.socket, context: ssl.SSLContext, name: str | None) -> None:
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection(sock=sock)
    below = writer.transport
    protocol = below.get_protocol()
    options: dict[str, Any] = {"server_side": name is None, "server_hostname": name}
    transport = await loop.start_tls(below, protocol, context, **options)
    assert transport is not None
    transport.write(b"text")
    assert await reader.readexactly(4) == b"text"
    transport.close()
    with contextlib.suppress(OSError):
        await reader.read()


async def open_tls(prepared: Prepared) -> None:
    address = prepared.listener.getsockname()
    await asyncio.wait_for(asyncio.open_connection(*address, ssl=CLIENT, server_hostname="localhost"), 0.05)


async def receive_datagrams(_: Prepared) -> None:
    transport, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, ("127.0.0.1", 0)
    )
    transport.abort()


async def use_pipes(prepared: Prepared) -> None:
    loop = asyncio.get_running_loop()
    read, write = prepared.pipe
    receiver, _ = await loop.connect_read_pipe(asyncio.Protocol, os.fdopen(read, "rb", 0))
    sender, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(write, "wb", 0))
    sender.abort()
    receiver.close()
    await asyncio.sleep(0)


async def run_program(_: Prepared) -> None:
    child = await asyncio.create_subprocess_exec("true")
    await child.wait()


async def run_program_with_pipes(_: Prepared) -> None:
    child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    await child.communicate(b"text")


async def make_a_loop(_: Prepared) -> None:
    new_event_loop().close()


async def need_none(_: Prepared) -> None:
    for job in (sleep, wake_up, handle_signal):
        await job()


JOBS: tuple[Job, ...] = (
    open_stream,
    open_stream_to_a_name,
    resolve,
    open_tls,
    accept,
    connect,
    serve,
    serve_unix,
    receive_datagrams,
    run_program,
    run_program_with_pipes,
    make_a_loop,
    need_none,
    exchange_over_a_socket,
    use_tls,
    use_pipes,
    serve_a_socket,  # which closes it
)


@contextlib.contextmanager
def limited(limit: str) -> Iterator[None]:
    """None is free, or more are open than may be."""
    if limit == "full":
        with no_free_descriptor():
            yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(limit), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def outcomes(prepared: Prepared) -> list[str]:
    """How each job ends."""
    ends = []
    for job in JOBS:
        try:
            result = await asyncio.wait_for(job(prepared), 10)
            end = "works" if result is None else repr(result)
        except Exception as error:
            end = f"{type(error).__name__} {getattr(error, 'errno', None)}"
        ends.append(f"{job.__name__}: {end}\n")
    return ends


def main() -> None:
    """Print the outcomes without descriptors, and then with some; "again" those with some before, too."""
    warnings.simplefilter("ignore")  # of asyncio's transports
    logging.disable()  # of streams that do not know of TLS
    kind, past, limit = sys.argv[1:]
    loop = new_event_loop()
    loop.run_until_complete(sleep())
    loop.run_until_complete(wake_up())
    for limits in [limit, None] if past == "first" else [None, limit, None]:
        # asyncio's loop that could not be made is not closed.
        with nothing_left() if kind == "pyloop" else contextlib.nullcontext():
            prepared = Prepared()
            with limited(limits) if limits else contextlib.nullcontext():
                ends = loop.run_until_complete(outcomes(prepared))
            prepared.close()
            loop.run_until_complete(asyncio.sleep(0.05))
        print(*ends, sep="", flush=True)
    loop.close()


if __name__ == "__main__":
    main()
