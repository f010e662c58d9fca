"""What programs ask with isinstance() and by introspection: the classes of asyncio, whole and unchanged."""

import asyncio
import inspect
import os
import socket
import subprocess
import sys
from asyncio.base_events import _run_until_complete_cb  # type: ignore[attr-defined]
from asyncio.trsock import TransportSocket
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_and_finish, run_coroutine
from support.peers.datagrams import DatagramRecorder
from support.peers.streams import Recorder
from support.peers.tls import client_context, close, connected

COROUTINE_METHODS = sorted(
    name for name, method in vars(asyncio.AbstractEventLoop).items() if inspect.iscoroutinefunction(method)
)


class PipeReader(Recorder):
    """A recorder for transports that only read."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol."""
        self.note("made")


def test_every_method_of_the_interface_is_there(loop: Loop) -> None:
    """No method of asyncio's interface is left at its default, which raises NotImplementedError."""
    missing = [
        name
        for name, default in vars(asyncio.AbstractEventLoop).items()
        if callable(default) and getattr(getattr(loop, name), "__func__", None) is default
    ]
    assert missing == []
    assert len(vars(asyncio.AbstractEventLoop)) > 50


def test_coroutine_methods_are_found() -> None:
    """The list below is not empty because of a change in asyncio's classes."""
    assert {"sock_recv", "sock_accept", "create_server", "sendfile", "start_tls"} <= set(COROUTINE_METHODS)


@pytest.mark.parametrize("name", COROUTINE_METHODS)
def test_coroutine_methods_return_coroutines(loop: Loop, name: str) -> None:
    """`create_task(loop.sock_recv(...))` must work, as on asyncio; a future is refused there."""
    stock = getattr(asyncio.SelectorEventLoop, name)
    method = getattr(loop, name)
    assert inspect.iscoroutinefunction(method) == inspect.iscoroutinefunction(stock)
    required = [
        parameter
        for parameter in inspect.signature(stock).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    with socket.socket() as anything:
        anything.setblocking(False)
        coroutine = method(*[anything] * (len(required) - 1))
        assert asyncio.iscoroutine(coroutine)
        coroutine.close()


def test_socket_methods_can_be_tasks(loop: Loop, pair: tuple[socket.socket, socket.socket]) -> None:
    async def main() -> None:
        left, right = pair
        receiving = asyncio.create_task(loop.sock_recv(left, 100), name="receiving")
        await asyncio.create_task(loop.sock_sendall(right, b"data"))
        assert await receiving == b"data"
        assert receiving.get_name() == "receiving"

    run_coroutine(loop, main())


def test_handles_are_asyncios(loop: Loop) -> None:
    handles = [loop.call_soon(int), loop.call_soon_threadsafe(int), loop.call_later(0, int), loop.call_at(0, int)]
    assert [isinstance(handle, asyncio.Handle) for handle in handles] == [True] * 4
    assert [isinstance(handle, asyncio.TimerHandle) for handle in handles] == [False, False, True, True]
    for handle in handles:
        handle.cancel()
        assert handle.cancelled()


def test_servers_are_asyncios(loop: Loop) -> None:
    async def main() -> None:
        server = await loop.create_server(Recorder, "127.0.0.1", 0)
        assert isinstance(server, asyncio.AbstractServer)
        assert isinstance(server, asyncio.Server)
        assert server.get_loop() is loop
        assert server.is_serving()
        # A program asks for the port of a server it has started on port 0.
        host, port = server.sockets[0].getsockname()
        assert host == "127.0.0.1"
        assert port > 0
        server.close()
        assert not server.is_serving()
        await server.wait_closed()

    run_coroutine(loop, main())


def test_stream_transports_are_asyncios(loop: Loop) -> None:
    async def main() -> None:
        mine, peer = socket.socketpair()
        with peer:
            protocol = Recorder()
            transport, _ = await loop.create_unix_connection(lambda: protocol, sock=mine)
            assert isinstance(transport, asyncio.Transport)
            assert isinstance(transport.get_extra_info("socket"), TransportSocket)
            transport.close()
            await protocol.until_lost()

    run_coroutine(loop, main())


def test_tls_transports_are_asyncios(loop: Loop) -> None:
    async def main() -> None:
        protocol, served = await connected(loop, trust=client_context())
        for end in (protocol, served):
            assert isinstance(end.transport, asyncio.Transport)
            assert isinstance(end.transport.get_extra_info("socket"), TransportSocket)
        await close(protocol, served)

    run_and_finish(loop, main())


def test_datagram_transports_are_asyncios(loop: Loop) -> None:
    async def main() -> None:
        protocol = DatagramRecorder()
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, ("127.0.0.1", 0))
        # asyncio's own is no DatagramTransport on Python 3.11.
        expected = asyncio.DatagramTransport if sys.version_info >= (3, 12) else asyncio.BaseTransport
        assert isinstance(transport, expected)
        assert type(transport.get_extra_info("socket")) is TransportSocket
        transport.close()
        await protocol.until_event("lost")

    run_coroutine(loop, main())


def test_pipe_transports_are_asyncios(loop: Loop) -> None:
    async def main() -> None:
        read_end, write_end = os.pipe()
        reader, writer = PipeReader(), asyncio.BaseProtocol()
        with open(read_end, "rb", 0) as read_pipe, open(write_end, "wb", 0) as write_pipe:
            reading, _ = await loop.connect_read_pipe(lambda: reader, read_pipe)
            writing, _ = await loop.connect_write_pipe(lambda: writer, write_pipe)
            assert isinstance(reading, asyncio.ReadTransport)
            assert isinstance(writing, asyncio.WriteTransport)
            assert reading.get_extra_info("pipe") is read_pipe
            assert writing.get_extra_info("pipe") is write_pipe
            writing.close()
            await reader.until_lost()

    run_coroutine(loop, main())


def test_subprocess_transports_are_asyncios(loop: Loop) -> None:
    async def main() -> None:
        transport, _ = await loop.subprocess_exec(
            asyncio.SubprocessProtocol, "cat", stdin=subprocess.PIPE, stdout=None, stderr=None
        )
        assert isinstance(transport, asyncio.SubprocessTransport)
        assert transport.get_pid() > 0
        assert transport.get_returncode() is None
        assert isinstance(transport.get_extra_info("subprocess"), subprocess.Popen)
        assert isinstance(transport.get_pipe_transport(0), asyncio.WriteTransport)
        assert transport.get_pipe_transport(1) is None
        transport.get_pipe_transport(0).close()  # type: ignore[union-attr]
        await transport._wait()  # type: ignore[attr-defined]
        assert transport.get_returncode() == 0
        transport.close()

    run_coroutine(loop, main())


def test_streams_are_asyncios(loop: Loop) -> None:
    async def main() -> None:
        mine, peer = socket.socketpair()
        with peer:
            reader, writer = await asyncio.open_connection(sock=mine)
            assert type(reader) is asyncio.StreamReader
            assert type(writer) is asyncio.StreamWriter
            writer.close()
            await writer.wait_closed()

    run_coroutine(loop, main())


def test_root_task_is_marked_as_asyncio_marks_it(loop: Loop) -> None:
    """Libraries find the task that run_until_complete() has been given by this callback of asyncio."""

    async def main() -> list[Any]:
        task: Any = asyncio.current_task()
        return [callback for callback, _ in task._callbacks]

    assert loop.run_until_complete(main()) == [_run_until_complete_cb]


def test_making_a_loop_changes_nothing_in_asyncio(kind: LoopKind) -> None:
    """No function, class or method of asyncio is replaced, neither by the import nor by the first loop."""
    kind.expect("True []\n", "behaviour.api.programs.asyncio_unchanged")
