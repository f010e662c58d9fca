"""Instances of asyncio's own classes have the attributes that `_seams` lists for them."""

import asyncio
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from data_bridge.pyloop import _asyncio_internals as internals
from data_bridge.pyloop import _seams


@pytest.fixture
def loop() -> Iterator[asyncio.SelectorEventLoop]:
    """A loop of asyncio itself."""
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def missing(instance: object, path: str) -> list[str]:
    return [name for name in _seams.ATTRIBUTES[path] if not hasattr(instance, name)]


def test_loop(loop: asyncio.SelectorEventLoop) -> None:
    assert missing(loop, "unix_events.SelectorEventLoop") == []


def test_stream_transport(loop: asyncio.SelectorEventLoop) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        transport = internals.SelectorSocketTransport(loop, ours, asyncio.Protocol())
        assert missing(transport, "selector_events._SelectorSocketTransport") == []
        transport.abort()


def test_datagram_transport(loop: asyncio.SelectorEventLoop) -> None:
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.setblocking(False)
    transport = internals.SelectorDatagramTransport(loop, sock, asyncio.DatagramProtocol())
    assert missing(transport, "selector_events._SelectorDatagramTransport") == []
    transport.abort()


@pytest.fixture
def pipe_transports(loop: asyncio.SelectorEventLoop) -> Iterator[tuple[Any, Any]]:
    """The two ends of a pipe as transports of asyncio itself."""
    read_end, write_end = os.pipe()
    reader = internals.UnixReadPipeTransport(loop, os.fdopen(read_end, "rb", 0), asyncio.Protocol())
    writer = internals.UnixWritePipeTransport(loop, os.fdopen(write_end, "wb", 0), asyncio.BaseProtocol())
    yield reader, writer
    reader.close()
    writer.close()


def test_read_pipe_transport(pipe_transports: tuple[Any, Any]) -> None:
    assert missing(pipe_transports[0], "unix_events._UnixReadPipeTransport") == []


def test_write_pipe_transport(pipe_transports: tuple[Any, Any]) -> None:
    assert missing(pipe_transports[1], "unix_events._UnixWritePipeTransport") == []


def test_handles(loop: asyncio.SelectorEventLoop) -> None:
    assert missing(loop.call_soon(print), "events.Handle") == []
