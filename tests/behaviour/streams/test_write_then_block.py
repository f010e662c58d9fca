"""A callback writes and then blocks: its peer has the bytes already, as `write()` promises in asyncio.

Transports of every kind are here, because the promise is the same for all.
"""

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, run_coroutine
from support.peers.blocking import Channel, Opens, every_byte_stream, every_channel
from support.peers.datagrams import INET, DatagramRecorder, end, endpoint
from support.peers.tls import client_context, server_context

# Below and above what an engine may treat as small. A pipe takes 65,536 bytes, and a datagram fewer.
SIZES = (1, 100, 4095, 4096, 60_000)
every_size = pytest.mark.parametrize("size", SIZES)


@every_channel
@every_size
def test_in_the_step_of_a_task(loop: Loop, opens: Opens, size: int) -> None:
    async def main() -> None:
        async with opens() as channel:
            for letter in (b"a", b"b", b"c"):
                channel.write(letter * size)
                assert channel.read(size) == letter * size
                await asyncio.sleep(0)

    run_coroutine(loop, main())


def test_a_stream_that_the_kernel_takes_in_parts(loop: Loop) -> None:
    """What it takes at once is there."""

    async def main() -> None:
        mine, peer = socket.socketpair()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=mine)
        with peer:
            peer.settimeout(PROMPTLY)
            transport.write(b"x" * 70_000)
            rest = transport.get_write_buffer_size()
            received = b""
            while len(received) < 70_000 - rest:
                received += peer.recv(1 << 20)
            transport.abort()

    run_coroutine(loop, main())


def _in_call_soon(loop: Loop, callback: Callable[[], None], _: Channel) -> None:
    loop.call_soon(callback)


def _in_call_later(loop: Loop, callback: Callable[[], None], _: Channel) -> None:
    loop.call_later(0.001, callback)


def _from_another_thread(loop: Loop, callback: Callable[[], None], _: Channel) -> None:
    threading.Thread(target=loop.call_soon_threadsafe, args=(callback,)).start()


def _in_a_callback_of_a_future(loop: Loop, callback: Callable[[], None], _: Channel) -> None:
    future = loop.create_future()
    future.add_done_callback(lambda _: callback())
    future.set_result(None)


def _in_a_reader(loop: Loop, callback: Callable[[], None], _: Channel) -> None:
    mine, other = socket.socketpair()

    def readable() -> None:
        loop.remove_reader(mine)
        mine.close()
        callback()

    loop.add_reader(mine, readable)
    other.send(b"x")
    other.close()


def _in_a_signal_handler(loop: Loop, callback: Callable[[], None], _: Channel) -> None:
    def handle() -> None:
        loop.remove_signal_handler(signal.SIGUSR1)
        callback()

    loop.add_signal_handler(signal.SIGUSR1, handle)
    signal.raise_signal(signal.SIGUSR1)


def _in_the_exception_handler(loop: Loop, callback: Callable[[], None], _: Channel) -> None:
    loop.set_exception_handler(lambda *_: callback())
    loop.call_soon(int, "no number")


MOMENTS = (
    _in_call_soon,
    _in_call_later,
    _from_another_thread,
    _in_a_callback_of_a_future,
    _in_a_reader,
    _in_a_signal_handler,
    _in_the_exception_handler,
)
every_moment = pytest.mark.parametrize("arrange", MOMENTS, ids=lambda moment: moment.__name__.strip("_"))


async def called_at(arrange: Callable[..., None], channel: Channel, callback: Callable[[], None]) -> None:
    """Arrange a call and wait until it has ended; raise what it raised."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def call() -> None:
        try:
            callback()
        except BaseException as error:
            ended.set_exception(error)
        else:
            ended.set_result(None)

    arrange(loop, call, channel)
    await ended


@every_channel
@every_moment
def test_in_a_callback(loop: Loop, opens: Opens, arrange: Callable[..., None]) -> None:
    async def main() -> None:
        async with opens() as channel:

            def write_and_wait() -> None:
                channel.write(b"x" * 100)
                assert channel.read(100) == b"x" * 100

            await called_at(arrange, channel, write_and_wait)
            await called_at(arrange, channel, write_and_wait)

    run_coroutine(loop, main())


@every_channel
def test_all_of_a_callback_is_there_in_the_next_one(loop: Loop, opens: Opens) -> None:
    """Of the same iteration: nothing is held back for longer than the callback."""

    async def main() -> None:
        async with opens() as channel:
            ended = loop.create_future()

            def write() -> None:
                for letter in (b"a", b"b", b"c"):
                    channel.write(letter * 10)

            def wait() -> None:
                got = b"".join(channel.read(10) for _ in range(3))
                ended.set_result(got)

            for _ in range(2):
                ended = loop.create_future()
                loop.call_soon(write)
                loop.call_soon(wait)
                assert await ended == b"a" * 10 + b"b" * 10 + b"c" * 10

    run_coroutine(loop, main())


@every_channel
def test_all_of_a_step_is_there_in_the_step_of_another_task(loop: Loop, opens: Opens) -> None:
    async def main() -> None:
        async with opens() as channel:

            async def write() -> None:
                channel.write(b"one ")
                channel.write(b"two ")

            async def wait() -> bytes:
                return channel.read(4) + channel.read(4)

            _, got = await asyncio.gather(write(), wait())
            assert got == b"one two "

    run_coroutine(loop, main())


@every_channel
def test_first_writes_of_many_callbacks_of_one_iteration(loop: Loop, opens: Opens) -> None:
    async def main() -> None:
        async with opens() as channel:
            got: list[bytes] = []
            ended = loop.create_future()

            def write_and_wait(number: int) -> None:
                channel.write(b"%03d" % number)
                got.append(channel.read(3))
                if number == 99:
                    ended.set_result(None)

            for number in range(100):
                loop.call_soon(write_and_wait, number)
            await ended
            assert got == [b"%03d" % number for number in range(100)]

    run_coroutine(loop, main())


@every_byte_stream
def test_large_write_takes_along_what_was_written_before(loop: Loop, opens: Opens) -> None:
    async def main() -> None:
        async with opens() as channel:
            channel.write(b"one ")
            channel.write(b"two ")
            channel.write(b"x" * 20_000)
            assert channel.read(20_008) == b"one two " + b"x" * 20_000

    run_coroutine(loop, main())


@every_byte_stream
def test_question_sends_what_was_written(loop: Loop, opens: Opens) -> None:
    """A callback that asks whether writing has failed is told, so everything was sent."""

    async def main() -> None:
        async with opens() as channel:
            channel.write(b"one ")
            channel.write(b"two ")
            assert not channel.transport.is_closing()
            assert channel.read(8) == b"one two "

    run_coroutine(loop, main())


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_drain_sends_what_was_written(loop: Loop, tls: bool) -> None:
    def accept() -> socket.socket:
        accepted = listener.accept()[0]
        accepted.settimeout(PROMPTLY)
        return server_context().wrap_socket(accepted, server_side=True) if tls else accepted

    async def main() -> None:
        options: Any = {"ssl": client_context(), "server_hostname": "localhost"} if tls else {}
        accepting = loop.run_in_executor(None, accept)
        _, writer = await asyncio.open_connection(*listener.getsockname(), **options)
        with await accepting as peer:
            for _ in range(3):
                writer.write(b"head")
                writer.write(b"body")
                await writer.drain()
                assert Channel(None, writer.write, peer.recv).read(8) == b"headbody"
            writer.transport.abort()
            await asyncio.sleep(0)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        run_coroutine(loop, main())


def test_writelines(loop: Loop) -> None:
    async def main() -> None:
        mine, peer = socket.socketpair()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=mine)
        with peer:
            peer.settimeout(PROMPTLY)
            transport.writelines([b"one ", b"two ", b"three"])
            assert peer.recv(13, socket.MSG_WAITALL) == b"one two three"
            transport.abort()

    run_coroutine(loop, main())


@pytest.mark.parametrize("buffered", [False, True], ids=["data_received", "buffer_updated"])
def test_in_the_calls_of_a_protocol(loop: Loop, buffered: bool) -> None:
    """In `connection_made`, for each message, and in `eof_received`."""
    mine, peer = socket.socketpair()
    peer.settimeout(PROMPTLY)
    got: list[bytes] = []
    lost = loop.create_future()

    class Methods:
        transport: Any

        def answer(self, data: bytes) -> None:
            self.transport.write(data)
            got.append(peer.recv(100))

        def connection_made(self, transport: Any) -> None:
            self.transport = transport
            self.answer(b"made")

        def eof_received(self) -> None:
            self.answer(b"eof")

        def connection_lost(self, _: BaseException | None) -> None:
            lost.set_result(None)

    class Protocol(Methods, asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            self.answer(data)

    class BufferedProtocol(Methods, asyncio.BufferedProtocol):
        buffer = bytearray(100)

        def get_buffer(self, sizehint: int) -> bytearray:
            return self.buffer

        def buffer_updated(self, nbytes: int) -> None:
            self.answer(bytes(self.buffer[:nbytes]))

    async def main() -> None:
        await loop.create_connection(BufferedProtocol if buffered else Protocol, sock=mine)
        for number in range(3):
            peer.send(b"%d" % number)
            while len(got) < number + 2:
                await asyncio.sleep(0)
        peer.shutdown(socket.SHUT_WR)
        await lost

    with peer:
        run_coroutine(loop, main())
    assert got == [b"made", b"0", b"1", b"2", b"eof"]


def test_in_datagram_received_of_each_of_several(loop: Loop) -> None:
    """The engine receives several at once; each of them is a callback of its own."""
    got: list[bytes] = []

    class Answerer(DatagramRecorder):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            super().datagram_received(data, addr)
            self.transport.sendto(data, addr)
            got.append(peer.recv(100))

    protocol = Answerer()

    async def main() -> None:
        await endpoint(protocol, mine)
        for number in range(5):
            peer.sendto(b"%d" % number, address)
        while len(got) < 5:
            await asyncio.sleep(0)
        await end(protocol)

    mine = INET.bound()
    address = mine.getsockname()
    with INET.bound() as peer:
        peer.settimeout(PROMPTLY)
        run_coroutine(loop, main())
    assert sorted(got) == [b"%d" % number for number in range(5)]


def test_first_bytes_while_the_callback_computes(loop: Loop) -> None:
    """The peer is a thread, and the callback goes on until that has received."""
    mine, peer = socket.socketpair()
    peer.settimeout(PROMPTLY)
    received = threading.Event()

    def receive() -> None:
        peer.recv(100)
        received.set()

    async def main() -> None:
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=mine)
        thread = threading.Thread(target=receive)
        thread.start()
        transport.write(b"x")
        begun = time.monotonic()
        while not received.is_set() and time.monotonic() - begun < PROMPTLY:
            sum(range(1000))
        assert received.is_set()
        thread.join()
        transport.abort()

    with peer:
        run_coroutine(loop, main())


def test_write_of_another_thread_while_the_loop_waits(loop: Loop) -> None:
    """asyncio forbids it, and programs do it: both writes are there, although nothing wakes the loop."""
    mine, peer = socket.socketpair()
    peer.settimeout(PROMPTLY)
    got: list[bytes] = []

    def write(transport: asyncio.Transport) -> None:
        time.sleep(0.05)  # let the loop wait
        transport.write(b"one ")
        transport.write(b"two ")
        got.append(peer.recv(8, socket.MSG_WAITALL))

    async def main() -> None:
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=mine)
        await loop.run_in_executor(None, write, transport)
        transport.abort()

    with peer:
        run_coroutine(loop, main())
    assert got == [b"one two "]
