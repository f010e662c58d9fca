"""Misuse of the parts of TLS and of accepting that once ended the process, or would have: each function must return.

`python -m survival.misuse.programs.former_tls_crashes FUNCTION`, with tests/ on PYTHONPATH.
"""

import asyncio
import contextlib
import errno
import faulthandler
import os
import socket
import ssl
import sys
from typing import Any

from data_bridge.pyloop import _engine, new_event_loop
from data_bridge.pyloop._accepted_transport import AcceptedTransport
from data_bridge.pyloop._acceptor import Acceptor
from support.scenarios import run_scenario
from survival.misuse.programs.hostile_tls import Tls

faulthandler.enable()
loop: Any = new_event_loop()
loop.set_exception_handler(lambda _loop, _context: None)


class World:
    """What `Tls` asks for: no hostile steps."""

    def __init__(self) -> None:
        self.loop = loop

    @staticmethod
    def choice(options: Any) -> Any:
        """The last one: no message callback, no altered record."""
        return options[-1]

    def step(self) -> None:
        """Nothing."""


class Below:
    """A transport under TLS that is no stream of the engine."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> None:
        """Take the records."""
        self.written += data


class Core(_engine.TlsCore):
    """A TLS protocol without the methods of asyncio's."""

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, int]] = []
        self.errors: list[Exception] = []
        self.counted: Any = 0

    def _keep(self, data: bytes, offset: int) -> None:
        self.kept.append((data, offset))

    def _records_failed(self, error: Exception) -> None:
        self.errors.append(error)

    def _write_with_ssl(self, _data: bytes) -> Any:
        return self.counted


def connection(below: Any) -> tuple[Tls, Core, Any]:
    """The ends of a connection, the protocol of the server's end, and the transport above it."""
    tls = Tls(World(), is_secret=True)  # type: ignore[arg-type]
    core = Core()
    tls.attach(core, below, False)
    upper: Any = _engine.TlsTransportCore.__new__(_engine.TlsTransportCore)
    upper._ssl_protocol = core
    return tls, core, upper


def wrong_counts_of_written_bytes() -> None:
    """A method that the engine calls says that it has written fewer bytes than none, or more than there are."""
    tls, core, upper = connection(Below())
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.server.object.unwrap()  # every write is an error from now on
    for count in (-(1 << 40), -1, 11, 1 << 40, -(1 << 63), 1 << 63):
        core.counted = count
        upper.write(bytearray(10))
        upper.write(bytes(10))
    assert len(core.errors) == 12
    assert not core.kept


def loop_closed_between_small_and_large_records() -> None:
    """The memory of the loop is freed after the engine has decided to use it."""

    class Closing(Below):
        def write(self, data: bytes) -> None:
            super().write(data)
            if not loop.is_closed():
                loop.close()
                self.blocks = [bytearray(size) for size in range(50, 1000, 10) for _ in range(20)]

    below = Closing()
    tls, core, upper = connection(below)
    message = os.urandom(300_000)
    core._write_records(b"small")
    upper.write(message)
    tls.client.incoming.write(bytes(below.written))
    received = b""
    with contextlib.suppress(ssl.SSLWantReadError):
        while True:
            received += tls.client.object.read(1 << 20)
    kept = b"".join(bytes(data[offset:]) for data, offset in core.kept)
    assert received + kept == b"small" + message
    assert not core.errors


def transport_freed_while_it_sends() -> None:
    """A write fails, and what is told about it drops the last reference to the transport."""

    class Stream(_engine.StreamCore):
        def _fail(self, _error: OSError, _message: str) -> None:
            core._transport = None
            self._detach()

    sock, peer = socket.socketpair()
    sock.setblocking(False)
    stream: Any = Stream.__new__(Stream)
    stream._high_water = 1 << 30
    stream._attach(loop, sock, sock.fileno(), True)
    _tls, core, upper = connection(stream)
    del stream
    peer.close()
    upper.write(bytes(300_000))
    upper.write(b"small")
    core._process_outgoing()
    assert core._transport is None


def transport_class_replaced_by_a_factory() -> None:
    """The first of two connections that wait replaces the class of the second one's transport."""
    for replacement in (int, bytes, object, dict, None, 5):
        assert accepted_with(replacement) == 1


def accepted_with(replacement: Any) -> int:
    """Accept two connections, the first of which replaces the class; return how many got a protocol."""
    with socket.create_server(("127.0.0.1", 0)) as server, contextlib.ExitStack() as clients:
        server.setblocking(False)
        for _ in range(2):
            clients.enter_context(socket.create_connection(server.getsockname()))
        made: list[asyncio.Protocol] = []

        def factory() -> asyncio.Protocol:
            acceptor._transport_class = replacement
            made.append(asyncio.Protocol())
            return made[-1]

        acceptor: Any = Acceptor(loop, factory, server, None, 10, None)
        with contextlib.suppress(TypeError):
            acceptor._accept()
        return len(made)


def descriptors_of_no_file() -> None:
    """A connection is to be used that does not exist."""
    for fd in (-1, -(2**31), 10**6, 2**31 - 1):
        arguments = (loop, AcceptedTransport, socket.socket(), False, fd, (None, None), asyncio.Protocol(), None)
        try:
            _engine._use_connection(*arguments)
        except OSError as error:
            assert error.errno == errno.EBADF
        else:
            raise AssertionError(fd)


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
