"""The strand of sockets without transports: `add_reader`, `add_writer` and the `sock_` methods on one socketpair."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from fuzz.ends import PATIENCE, FailureError, expected
from fuzz.recorder import VAR, text
from fuzz.strand import Strand

if TYPE_CHECKING:
    from fuzz.choices import Choices
    from fuzz.program import Op


class Sockets(Strand):
    """Two sockets; both directions are empty between steps."""

    def note(self, op: Op, *event: Any) -> None:
        """Record what a step showed."""
        self.recorder.add(self.lane, op.ident, op.kind, *event)

    @staticmethod
    def generate(choices: Choices) -> Op:
        rng = choices.random

        def size() -> int:
            return rng.choice((1, 10, 1000, 5000))

        def side() -> int:
            return rng.randrange(2)

        return choices.op(
            "sockets",
            body=choices.steps(
                [
                    (
                        lambda: choices.op(
                            "reader", side(), size(), rng.choice((100, 1000, 10_000)), rng.random() < 0.3
                        ),
                        4,
                    ),
                    (lambda: choices.op("reader_fails", side()), 1),
                    (lambda: choices.op("writer", side(), rng.randrange(1, 5)), 3),
                    (lambda: choices.op("both", side()), 2),
                    (
                        lambda: choices.op(
                            "transfer",
                            side(),
                            rng.choice((0, 1, 1000, 70_000, 400_000)),
                            rng.choice((1000, 65_536)),
                            rng.random() < 0.5,
                        ),
                        4,
                    ),
                    (lambda: choices.op("cancel", side(), rng.randrange(4), rng.choice(("cancel", "reader"))), 3),
                    (lambda: choices.op("connect", rng.random() < 0.3), 2),
                    (lambda: choices.op("datagrams", [rng.randrange(1500) for _ in range(rng.randrange(4))]), 1),
                    (lambda: choices.op("blocking"), 0.5),
                    (lambda: choices.op("misuse"), 0.3),
                ],
            ),
        )

    async def run(self, strand: Op) -> None:
        """Do the steps, close."""
        pair = socket.socketpair()
        self.pair = pair
        for sock in pair:
            sock.setblocking(False)
        try:
            for op in strand.body:
                VAR.set(op.ident)
                try:
                    async with asyncio.timeout(PATIENCE):
                        await getattr(self, f"_{op.kind}")(op, *op.args)
                except (FailureError, RuntimeError, TypeError, ValueError, OSError) as exc:
                    self.note(op, text(exc))
        finally:
            for sock in pair:
                self.note(strand, self.loop.remove_reader(sock), self.loop.remove_writer(sock))
                sock.close()

    async def _reader(self, op: Op, side: int, size: int, piece: int, twice: bool) -> None:
        """Read in pieces; the reader is called until there is nothing left."""
        done = self.loop.create_future()
        sock = self.pair[side]
        received = bytearray()

        def readable(number: int) -> None:
            data = sock.recv(piece)
            self.recorder.add_data(self.lane, data)
            received.extend(data)
            if len(received) >= size and not done.done():
                done.set_result(number)

        if twice:
            self.loop.add_reader(sock, self.note, op, "replaced")
        self.loop.add_reader(sock, readable, op.ident)
        self.pair[1 - side].send(expected(0, size))
        self.note(op, await done, self.loop.remove_reader(sock), self.loop.remove_reader(sock))

    async def _reader_fails(self, op: Op, side: int) -> None:
        """A reader that raises is called again, until it is removed."""
        done = self.loop.create_future()
        sock = self.pair[side]

        def readable() -> None:
            calls.append(op.ident)
            self.note(op, "readable")
            if len(calls) == 3:
                sock.recv(10)
                self.loop.remove_reader(sock)
                done.set_result(None)
            raise FailureError(self.lane, "reader")

        calls: list[int] = []
        self.loop.add_reader(sock, readable)
        self.pair[1 - side].send(b"x")
        await done

    async def _writer(self, op: Op, side: int, count: int) -> None:
        """A writer is called as long as the socket is writable; it removes itself."""
        done = self.loop.create_future()
        sock = self.pair[side]
        calls: list[int] = []

        def writable() -> None:
            calls.append(op.ident)
            self.note(op, "writable")
            if len(calls) == count:
                self.note(op, self.loop.remove_writer(sock))
                done.set_result(None)

        self.loop.add_writer(sock, writable)
        await done

    async def _both(self, op: Op, side: int) -> None:
        """Reader and writer of one descriptor; removing one leaves the other."""
        readable, writable = self.loop.create_future(), self.loop.create_future()
        sock = self.pair[side]

        def read() -> None:
            self.loop.remove_reader(sock)
            readable.set_result(len(sock.recv(10)))

        def write() -> None:
            self.loop.remove_writer(sock)
            writable.set_result(True)

        self.loop.add_reader(sock, read)
        self.loop.add_writer(sock, write)
        self.note(op, await writable)
        self.pair[1 - side].send(b"x")
        self.note(op, await readable)

    async def _transfer(self, op: Op, side: int, size: int, piece: int, into: bool) -> None:
        """Send everything while the other end reads."""

        async def receive() -> bytes:
            received = bytearray()
            sock = self.pair[1 - side]
            buffer = bytearray(piece)
            while len(received) < size:
                if into:
                    count = await self.loop.sock_recv_into(sock, buffer)
                    received += buffer[:count]
                else:
                    received += await self.loop.sock_recv(sock, piece)
            return bytes(received)

        received, result = await asyncio.gather(
            receive(), self.loop.sock_sendall(self.pair[side], expected(op.ident, size))
        )
        self.note(op, received == expected(op.ident, size), result)

    async def _cancel(self, op: Op, side: int, iterations: int, how: str) -> None:
        """Take a waiting `sock_recv` away, and receive afterwards."""
        sock = self.pair[side]
        task = asyncio.create_task(self.loop.sock_recv(sock, 100))
        for _ in range(iterations):
            await asyncio.sleep(0)
        if how == "cancel":
            self.note(op, task.cancel("enough"))
        elif how == "reader":
            # A reader takes the place of the waiting receive, which then waits for ever.
            self.loop.add_reader(sock, self.note, op, "replaced")
            self.note(op, self.loop.remove_reader(sock))
            task.cancel()
        (result,) = await asyncio.gather(task, return_exceptions=True)
        self.note(op, text(result) if isinstance(result, BaseException) else result)
        self.pair[1 - side].send(b"afterwards")
        self.note(op, await self.loop.sock_recv(sock, 100), self.loop.remove_reader(sock))

    async def _connect(self, op: Op, refused: bool) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
            listener.setblocking(False)
            client.setblocking(False)
            address = listener.getsockname()
            if refused:
                listener.close()
                await self.loop.sock_connect(client, address)
            (server, peer), _ = await asyncio.gather(
                self.loop.sock_accept(listener), self.loop.sock_connect(client, address)
            )
            with server:
                self.note(op, peer == client.getsockname(), server.gettimeout())
                await self.loop.sock_sendall(client, b"to the server")
                self.note(op, await self.loop.sock_recv(server, 100))
                client.close()
                self.note(op, await self.loop.sock_recv(server, 100))

    async def _datagrams(self, op: Op, sizes: list[int]) -> None:
        pair = socket.socketpair(type=socket.SOCK_DGRAM)
        with pair[0], pair[1]:
            for sock in pair:
                sock.setblocking(False)
            for size in sizes:
                pair[0].send(expected(size, size))
                data, address = await self.loop.sock_recvfrom(pair[1], 2000)
                self.note(op, len(data), data == expected(size, size), address)

    async def _blocking(self, op: Op) -> None:
        """Refused in debug mode alone."""
        sock = self.pair[0]
        sock.setblocking(True)
        try:
            await self.loop.sock_sendall(sock, b"")
            self.note(op, "allowed")
        finally:
            sock.setblocking(False)

    async def _misuse(self, op: Op) -> None:
        self.loop.add_reader(-1, self.note, op)
