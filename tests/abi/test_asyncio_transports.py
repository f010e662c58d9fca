"""The private names of asyncio's transport that PyLoop relies on exist in the asyncio of this Python."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from data_bridge.pyloop import _asyncio_internals as internals


@pytest.fixture
def stock_transport() -> Iterator[object]:
    """A stream transport of asyncio itself."""
    loop = asyncio.SelectorEventLoop()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    transport = internals.SelectorSocketTransport(loop, ours, asyncio.Protocol())
    yield transport
    transport.abort()
    loop.run_until_complete(asyncio.sleep(0))
    theirs.close()
    loop.close()


@pytest.mark.parametrize("name", internals.TRANSPORT_ATTRIBUTES)
def test_transport_has(stock_transport: object, name: str) -> None:
    assert hasattr(stock_transport, name)


@pytest.fixture
def stock_datagram_transport() -> Iterator[object]:
    """A datagram transport of asyncio itself."""
    loop = asyncio.SelectorEventLoop()
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.setblocking(False)
    transport = internals.SelectorDatagramTransport(loop, sock, asyncio.DatagramProtocol())
    yield transport
    transport.abort()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@pytest.mark.parametrize("name", internals.DATAGRAM_TRANSPORT_ATTRIBUTES)
def test_datagram_transport_has(stock_datagram_transport: object, name: str) -> None:
    assert hasattr(stock_datagram_transport, name)


def test_no_name_is_listed_twice() -> None:
    names = internals.DATAGRAM_TRANSPORT_ATTRIBUTES
    assert len(set(names)) == len(names)
    assert len(set(internals.TRANSPORT_ATTRIBUTES)) == len(internals.TRANSPORT_ATTRIBUTES)
