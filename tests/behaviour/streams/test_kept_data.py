"""What a protocol keeps of its data stays as it was, however the transport came by the memory."""

import random
import threading
from collections.abc import Callable

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TCP_ACCEPTED, UNIX_ACCEPTED, Recorder, Way, connected

# Around what decides how the next message is received; most are of one kind, which is where memory is used again.
SIZES = (5000, 5000, 5000, 100, 4095, 4096, 9000, 16_383, 16_384, 16_385, 5000, 40_000)

Keep = Callable[[bytes, list[object]], object]


def keep(data: bytes, kept: list[object]) -> None:
    kept.append(data)


def keep_a_view(data: bytes, kept: list[object]) -> None:
    kept.append(memoryview(data))


def keep_every_third(data: bytes, kept: list[object]) -> None:
    kept.append(data if len(kept) % 3 == 0 else bytes(bytearray(data)))


def keep_in_an_exception(data: bytes, kept: list[object]) -> None:
    try:
        raise ValueError(data)
    except ValueError as error:
        kept.append(error)


def return_it(data: bytes, kept: list[object]) -> bytes:
    kept.append(bytes(bytearray(data)))
    return data


def content(item: object) -> bytes:
    """Of what one of the functions above has kept."""
    if isinstance(item, ValueError):
        (data,) = item.args
        return bytes(data)
    assert isinstance(item, bytes | memoryview)
    return bytes(item)


class Keeper(Recorder):
    """Keeps its data in some way."""

    def __init__(self, way: Keep) -> None:
        super().__init__()
        self.way = way
        self.kept: list[object] = []
        self.hashes: list[int] = []

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self.hashes.append(hash(data))
        self.way(data, self.kept)
        super().data_received(data)


async def converse(loop: Loop, protocol: Recorder, peer: object, seed: int) -> bytes:
    """Send messages, each when the one before has come; return all."""
    chance = random.Random(seed)
    total = b""
    for size in chance.choices(SIZES, k=60):
        message = chance.randbytes(size)
        await loop.sock_sendall(peer, message)  # type: ignore[arg-type]
        total += message
        await protocol.until_received(len(total))
    return total


@pytest.mark.parametrize("way", [TCP_ACCEPTED, UNIX_ACCEPTED], ids=str)
@pytest.mark.parametrize("keeping", [keep, keep_a_view, keep_every_third, keep_in_an_exception, return_it])
def test_kept_data_does_not_change(loop: Loop, way: Way, keeping: Keep) -> None:
    protocol = Keeper(keeping)
    with connected(loop, protocol, way) as peer:
        sent = run_coroutine(loop, converse(loop, protocol, peer, seed=1))
    contents = [content(item) for item in protocol.kept]
    assert b"".join(contents) == sent
    assert protocol.hashes == [hash(data) for data in contents]


def test_data_that_is_written_and_does_not_fit(loop: Loop) -> None:
    """The transport itself keeps it then, while more is received."""

    class Echo(Recorder):
        def data_received(self, data: bytes) -> None:
            self.transport.write(data)
            super().data_received(data)

    protocol = Echo()
    messages = [bytes([number]) * 9000 for number in range(250)] * 3

    async def main() -> bytes:
        echoed = bytearray()
        total = 0
        for message in messages:  # nothing is read back until all has been written: the socket is soon full
            await loop.sock_sendall(peer, message)
            total += len(message)
            await protocol.until_received(total)
        while len(echoed) < total:
            echoed += await loop.sock_recv(peer, 1 << 20)
        return bytes(echoed)

    with connected(loop, protocol, TCP_ACCEPTED) as peer:
        assert run_coroutine(loop, main()) == b"".join(messages)


def test_a_block_is_not_two_connections_at_once(loop: Loop) -> None:
    """A second loop receives in the middle of the first one's callback: both have data, neither the other's."""
    inner: list[tuple[bytes, bytes]] = []

    def receive_elsewhere() -> None:
        other = type(loop)()
        try:
            protocol = Keeper(keep)
            with connected(other, protocol, TCP_ACCEPTED) as peer:
                sent = run_coroutine(other, converse(other, protocol, peer, seed=2))
            inner.append((sent, b"".join(content(item) for item in protocol.kept)))
        finally:
            other.close()

    class Interrupted(Keeper):
        def data_received(self, data: bytes) -> None:
            before = bytes(bytearray(data))
            if len(self.kept) == 20:
                thread = threading.Thread(target=receive_elsewhere)
                thread.start()
                thread.join()
            assert data == before
            super().data_received(data)

    protocol = Interrupted(keep_every_third)
    with connected(loop, protocol, TCP_ACCEPTED) as peer:
        sent = run_coroutine(loop, converse(loop, protocol, peer, seed=3))
    assert b"".join(content(item) for item in protocol.kept) == sent
    ((inner_sent, inner_received),) = inner
    assert inner_received == inner_sent
