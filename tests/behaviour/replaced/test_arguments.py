"""Calls that the loop forwards or makes have exactly the arguments that asyncio's have: test suites look at them."""

import asyncio
import concurrent.futures
import os
import socket
from typing import Any
from unittest import mock

import pytest

from support.loop_kinds import Loop, run_coroutine


def arguments_of(recorded: mock.Mock) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """The positional arguments and the keywords of each call."""
    return [(call.args, dict(call.kwargs)) for call in recorded.call_args_list]


def ask(transport: Any) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """What the replaced method gets, for every way to call it."""
    with mock.patch("asyncio.BaseTransport.get_extra_info") as seen:
        transport.get_extra_info("peername")
        transport.get_extra_info("sockname", None)
        transport.get_extra_info("nothing", default=1)
        transport.get_extra_info(name="pipe")
    return arguments_of(seen)


ASKED = [
    (("peername",), {}),
    (("sockname", None), {}),
    (("nothing",), {"default": 1}),
    ((), {"name": "pipe"}),
]


def test_extra_info_of_connections(loop: Loop) -> None:
    """Of the client's transport and of the server's, before and after it was asked for the first time."""

    async def main() -> None:
        accepted: asyncio.Queue[Any] = asyncio.Queue()
        server = await asyncio.start_server(lambda _, writer: accepted.put_nowait(writer), "127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        other = await accepted.get()
        for transport in (writer.transport, other.transport):
            assert ask(transport) == ASKED
            assert transport.get_extra_info("peername")
            assert transport.get_extra_info("nothing", 1) == 1
            assert ask(transport) == ASKED
            assert transport.get_extra_info("sockname")
        writer.close()
        other.close()
        server.close()
        await writer.wait_closed()
        await other.wait_closed()

    run_coroutine(loop, main())


def test_extra_info_of_datagrams(loop: Loop) -> None:
    async def main() -> None:
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0))
        assert ask(transport) == ASKED
        transport.close()

    run_coroutine(loop, main())


def test_extra_info_of_pipes(loop: Loop) -> None:
    async def main() -> None:
        read_end, write_end = os.pipe()
        with open(read_end, "rb", 0) as reading, open(write_end, "wb", 0) as writing:
            source, _ = await loop.connect_read_pipe(asyncio.Protocol, reading)
            target, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, writing)
            for transport in (source, target):
                seen = ask(transport)
                assert seen[:3] == ASKED[:3]
                transport.close()
            await asyncio.sleep(0.01)

    run_coroutine(loop, main())


def test_protocol_methods(loop: Loop) -> None:
    """Each with positional arguments only."""
    protocol = mock.Mock(spec=asyncio.Protocol)
    protocol.eof_received.return_value = None

    async def main() -> None:
        left, right = socket.socketpair()
        transport, _ = await loop.create_connection(lambda: protocol, sock=left)
        right.send(b"hello")
        right.close()
        while not protocol.connection_lost.called:
            await asyncio.sleep(0.001)
        assert arguments_of(protocol.connection_made) == [((transport,), {})]

    run_coroutine(loop, main())
    assert arguments_of(protocol.data_received) == [((b"hello",), {})]
    assert arguments_of(protocol.eof_received) == [((), {})]
    assert arguments_of(protocol.connection_lost) == [((None,), {})]


def test_executor_and_exception_handler(loop: Loop) -> None:
    executor = mock.Mock(spec=concurrent.futures.ThreadPoolExecutor)
    executor.submit.side_effect = lambda *_: concurrent.futures.Future()
    handler = mock.Mock()
    loop.set_exception_handler(handler)
    loop.run_in_executor(executor, int, "7").cancel()
    handle = loop.call_soon(int, "x")
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert arguments_of(executor.submit) == [((int, "7"), {})]
    ((where, context),) = [call.args for call in handler.call_args_list]
    assert where is loop
    assert context["handle"] is handle
    assert handler.call_args.kwargs == {}


Shapes = set[tuple[int, tuple[str, ...]]]


def recorded(base: type, method: str) -> Shapes:
    """How many arguments and which keywords a subclass gets in a method, called by asyncio and by the loop itself."""
    shapes: Shapes = set()

    def record(self: Any, *args: Any, **kwargs: Any) -> Any:
        shapes.add((len(args), tuple(sorted(kwargs))))
        return getattr(base, method)(self, *args, **kwargs)

    loop = type("Recording", (base,), {method: record})()

    async def child() -> None:
        await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.create_task(child())
        await asyncio.sleep(0.001)
        await loop.run_in_executor(None, int)
        await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)

    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    return shapes


@pytest.mark.parametrize(
    "method",
    ["call_later", "call_at", "call_soon_threadsafe", "create_task", "create_future", "run_in_executor", "stop"],
)
def test_methods_of_a_subclass(loop: Loop, method: str) -> None:
    """They are called as those of a subclass of asyncio's loop; one that calls another calls the subclass's."""
    expected = recorded(asyncio.SelectorEventLoop, method)
    assert expected
    assert recorded(type(loop), method) == expected
