"""The private names of asyncio's pipe transports that PyLoop relies on exist in the asyncio of this Python."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from data_bridge.pyloop import _asyncio_internals as internals


@pytest.fixture
def stock_transports() -> Iterator[tuple[object, object]]:
    """The two ends of a pipe as transports of asyncio itself."""
    loop = asyncio.SelectorEventLoop()
    read_end, write_end = os.pipe()
    reader = internals.UnixReadPipeTransport(loop, os.fdopen(read_end, "rb", 0), asyncio.Protocol())
    writer = internals.UnixWritePipeTransport(loop, os.fdopen(write_end, "wb", 0), asyncio.BaseProtocol())
    yield reader, writer
    reader.close()
    writer.close()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@pytest.mark.parametrize("name", internals.READ_PIPE_TRANSPORT_ATTRIBUTES)
def test_read_transport_has(stock_transports: tuple[object, object], name: str) -> None:
    assert hasattr(stock_transports[0], name)


@pytest.mark.parametrize("name", internals.WRITE_PIPE_TRANSPORT_ATTRIBUTES)
def test_write_transport_has(stock_transports: tuple[object, object], name: str) -> None:
    assert hasattr(stock_transports[1], name)
