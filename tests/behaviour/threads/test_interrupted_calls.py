"""An exception from outside that comes before a callback or a protocol's method has begun: nothing is lost.

In the engine no Python code runs between two callbacks, which is where asyncio takes such exceptions.
"""

import asyncio
import functools
import os
import socket
import sys
import threading
import time
from typing import Any

import pytest

from support.exceptions_from_outside import TooLong, raising, resume_and_stop
from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context, server_context

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 15),
    reason="from 3.15 on CPython raises the exception in the callback that sets it, as soon as that returns",
)


@only_pyloop
@pytest.mark.parametrize("wrapped", [False, True], ids=["function", "partial"])
@pytest.mark.parametrize("scheduled", ["soon", "timer", "threadsafe", "in a context"])
def test_callback_that_has_not_begun_is_put_back(loop: Loop, scheduled: str, wrapped: bool) -> None:
    calls: list[str] = []

    def callback(*arguments: str) -> None:
        calls.extend(arguments)

    run: Any = functools.partial(callback, "partial") if wrapped else callback
    loop.call_soon(raising(threading.get_ident()))
    if scheduled == "soon":
        loop.call_soon(run, "one", "two")
    elif scheduled == "threadsafe":
        loop.call_soon_threadsafe(run, "one", "two")
    elif scheduled == "in a context":
        import contextvars

        loop.call_soon(run, "one", "two", context=contextvars.copy_context())
    else:
        loop.call_at(loop.time() - 1, run, "one", "two")
    loop.call_soon(calls.append, "next")
    with pytest.raises(TooLong):
        loop.run_forever()
    assert calls == ([] if scheduled != "timer" else ["next"])
    resume_and_stop(loop)
    once = ["partial", "one", "two"] if wrapped else ["one", "two"]
    assert calls == (["next", *once] if scheduled == "timer" else [*once, "next"])


@only_pyloop
def test_callback_that_was_put_back_can_be_cancelled(loop: Loop) -> None:
    calls: list[str] = []

    def callback(argument: str) -> None:
        calls.append(argument)

    loop.call_soon(raising(threading.get_ident()))
    handle = loop.call_soon(callback, "one")
    with pytest.raises(TooLong):
        loop.run_forever()
    handle.cancel()
    resume_and_stop(loop)
    assert calls == []


@only_pyloop
def test_callback_that_was_put_back_keeps_its_context(loop: Loop) -> None:
    import contextvars

    variable = contextvars.ContextVar("variable", default="unset")
    seen: list[str] = []

    def callback() -> None:
        seen.append(variable.get())

    loop.call_soon(raising(threading.get_ident()))
    variable.set("set")
    loop.call_soon(callback)
    variable.set("changed")
    with pytest.raises(TooLong):
        loop.run_forever()
    resume_and_stop(loop)
    assert seen == ["set"]


class Receiver(asyncio.Protocol):
    """Notes what it receives, whole."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self.received.append(data)


class EndReceiver(Receiver):
    """Also notes the end, and stays open."""

    def eof_received(self) -> bool:
        self.received.append(b"eof")
        return True


class BufferedReceiver(asyncio.BufferedProtocol):
    """Notes what it receives in its buffer."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.buffer = bytearray(10)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.received.append(bytes(self.buffer[:nbytes]))


class DatagramReceiver(asyncio.DatagramProtocol):
    """Notes the datagrams that it receives."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.received.append(data)


def interrupt_before_the_data(loop: Loop, protocol: Any, data: bytes = b"data") -> None:
    """Data is there: the loop finds it in the iteration in which the exception is raised."""
    time.sleep(0.01)
    loop.call_soon(raising(threading.get_ident()))
    with pytest.raises(TooLong):
        resume_and_stop(loop)
    resume_and_stop(loop)
    assert protocol.received == [data]


@only_pyloop
@pytest.mark.parametrize("protocol_class", [Receiver, BufferedReceiver])
def test_received_data_is_not_lost(loop: Loop, protocol_class: Any) -> None:
    left, right = socket.socketpair()
    with right:
        transport, protocol = run_coroutine(loop, loop.create_connection(protocol_class, sock=left))
        resume_and_stop(loop)
        right.send(b"data")
        interrupt_before_the_data(loop, protocol)
        transport.abort()
        resume_and_stop(loop)


@only_pyloop
def test_end_is_told(loop: Loop) -> None:
    left, right = socket.socketpair()
    with right:
        transport, protocol = run_coroutine(loop, loop.create_connection(EndReceiver, sock=left))
        resume_and_stop(loop)
        right.shutdown(socket.SHUT_WR)
        interrupt_before_the_data(loop, protocol, b"eof")
        assert not transport.is_closing()
        transport.abort()
        resume_and_stop(loop)


@only_pyloop
def test_decrypted_data_is_not_lost(loop: Loop) -> None:
    served: list[Any] = []

    def serve() -> Any:
        served.append(Receiver())
        return served[-1]

    async def connect() -> tuple[Any, Any, Any]:
        server = await loop.create_server(serve, "127.0.0.1", 0, ssl=server_context())
        address = server.sockets[0].getsockname()
        transport, _ = await loop.create_connection(
            asyncio.Protocol, *address, ssl=client_context(), server_hostname="localhost"
        )
        await asyncio.sleep(0.01)
        return server, transport, served[0]

    server, transport, protocol = run_coroutine(loop, connect())
    loop.call_soon(transport.write, b"data")
    loop.call_soon(loop.stop)
    loop.run_forever()
    interrupt_before_the_data(loop, protocol)
    transport.abort()
    server.close()
    for _ in range(3):
        resume_and_stop(loop)


@only_pyloop
def test_datagram_is_not_lost(loop: Loop) -> None:
    transport, protocol = run_coroutine(
        loop, loop.create_datagram_endpoint(DatagramReceiver, local_addr=("127.0.0.1", 0))
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"data", transport.get_extra_info("sockname"))
        interrupt_before_the_data(loop, protocol)
    transport.close()
    resume_and_stop(loop)


@only_pyloop
def test_data_of_a_pipe_is_not_lost(loop: Loop) -> None:
    read_fd, write_fd = os.pipe()
    with os.fdopen(write_fd, "wb", 0) as writer:
        transport, protocol = run_coroutine(loop, loop.connect_read_pipe(Receiver, os.fdopen(read_fd, "rb", 0)))
        writer.write(b"data")
        interrupt_before_the_data(loop, protocol)
    transport.close()
    resume_and_stop(loop)


@only_pyloop
def test_connection_is_not_lost_before_its_protocol_is_made(loop: Loop) -> None:
    made: list[Receiver] = []

    def make() -> Receiver:
        made.append(Receiver())
        return made[-1]

    server = run_coroutine(loop, loop.create_server(make, "127.0.0.1", 0))
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        time.sleep(0.01)
        loop.call_soon(raising(threading.get_ident()))
        with pytest.raises(TooLong):
            resume_and_stop(loop)
        client.send(b"data")
        resume_and_stop(loop)
        assert [protocol.received for protocol in made] == [[b"data"]]
    resume_and_stop(loop)
    server.close()
    resume_and_stop(loop)
