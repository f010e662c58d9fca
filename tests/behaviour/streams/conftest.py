"""Addresses for tests of streams: where somebody listens, where nobody does, and where nobody answers."""

import socket
from collections.abc import Iterator

import pytest


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening TCP socket."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield listener


@pytest.fixture
def refusing() -> Iterator[tuple[str, int]]:
    """An address where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield unused.getsockname()


@pytest.fixture
def silent() -> Iterator[tuple[str, int]]:
    """An address that does not answer: its queue of connections is full, so the kernel drops requests."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for peer in waiting:
            peer.setblocking(False)
            peer.connect_ex(listener.getsockname())
        yield listener.getsockname()
        for peer in waiting:
            peer.close()
