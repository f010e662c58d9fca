"""What write() takes, and that all of it arrives in the order of the calls."""

import array
import asyncio
import random
import socket
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import Recorder, Way, connected, every_way, factory_of, receive, receive_all


class BytesSubclass(bytes):
    __slots__ = ()


class BytearraySubclass(bytearray):
    __slots__ = ()


BINARY: dict[str, Callable[[bytes], Any]] = {
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "memoryview of a bytearray": lambda data: memoryview(bytearray(data)),
    "slice of a memoryview": lambda data: memoryview(b"before" + data + b"after")[6:-5],
    "memoryview of wide items": lambda data: memoryview(array.array("I", data)),
    "slice of a memoryview of wide items": lambda data: memoryview(array.array("H", b"12" + data + b"3456"))[1:-2],
    "subclass of bytes": BytesSubclass,
    "subclass of bytearray": BytearraySubclass,
}


# Below and above what an engine may treat as small.
@pytest.mark.parametrize("size", [4, 512, 4096, 40_000])
@pytest.mark.parametrize("binary", BINARY)
@every_way
def test_every_kind_of_bytes_arrives(loop: Loop, way: Way, binary: str, size: int) -> None:
    data = random.Random(size).randbytes(size)
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(BINARY[binary](data))
        protocol.transport.write(b"end")
        return await receive(peer, size + 3)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == data + b"end"


NOT_BINARY = {
    "str": "text",
    "int": 1,
    "NoneType": None,
    "list": [1, 2],
    "array": array.array("B", b"array"),
}


@pytest.mark.parametrize("name", NOT_BINARY)
@every_way
def test_other_types_are_refused(loop: Loop, way: Way, name: str) -> None:
    protocol = Recorder()
    # The first is what newer versions say.
    text = rf"^data argument must be a (bytes, bytearray, or memoryview|bytes-like) object, not '{name}'$"
    with connected(loop, protocol, way):
        with pytest.raises(TypeError, match=text):
            protocol.transport.write(NOT_BINARY[name])  # type: ignore[arg-type]
        protocol.transport.close()
        with pytest.raises(TypeError, match=text):
            protocol.transport.write(NOT_BINARY[name])  # type: ignore[arg-type]


def test_wrong_number_of_arguments_is_refused(loop: Loop) -> None:
    protocol = Recorder()
    with connected(loop, protocol):
        with pytest.raises(TypeError):
            protocol.transport.write()  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            protocol.transport.write(b"one", b"two")  # type: ignore[call-arg]


def test_data_may_be_a_keyword_argument(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(data=b"keyword")
        return await receive(peer, 7)

    with connected(loop, protocol) as peer:
        assert run_coroutine(loop, main()) == b"keyword"


@pytest.mark.parametrize("empty", [b"", bytearray(), memoryview(b""), memoryview(b"full")[2:2]], ids=str)
@every_way
def test_empty_data_is_nothing(loop: Loop, way: Way, empty: Any) -> None:
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(empty)
        protocol.transport.write(b"one")
        protocol.transport.write(empty)
        protocol.transport.write(b"two")
        protocol.transport.write(empty)
        assert protocol.transport.get_write_buffer_size() == 0
        protocol.transport.close()
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"onetwo"


@pytest.mark.parametrize("size", [6, 40_000])
@every_way
def test_bytearray_may_change_after_it_was_written(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()

    async def main() -> bytes:
        data = bytearray(b"1" * size)
        protocol.transport.write(data)
        data[:] = b"2" * size
        protocol.transport.write(memoryview(data))
        data[:] = b"3" * size
        protocol.transport.write(data)
        # Nobody may hold on to the memory either: then this would raise.
        data.clear()
        return await receive(peer, 3 * size)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"1" * size + b"2" * size + b"3" * size


@every_way
def test_order_of_small_and_large_writes_is_kept(loop: Loop, way: Way) -> None:
    chance = random.Random(7)
    sizes = [chance.choice([1, 10, 100, 1000, 4095, 4096, 5000, 70_000]) for _ in range(150)]
    pieces = [chance.randbytes(size) for size in sizes]
    protocol = Recorder()

    async def main() -> bytes:
        loop.call_soon(protocol.transport.close)
        for piece in pieces:
            protocol.transport.write(piece)
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"".join(pieces)


@every_way
def test_order_is_kept_over_many_iterations(loop: Loop, way: Way) -> None:
    chance = random.Random(8)
    pieces = [chance.randbytes(chance.choice([1, 200, 5000, 300_000])) for _ in range(60)]
    protocol = Recorder()

    async def send() -> None:
        for piece in pieces:
            protocol.transport.write(piece)
            if chance.random() < 0.5:
                await asyncio.sleep(0)
        protocol.transport.close()

    async def main() -> bytes:
        return (await asyncio.gather(receive_all(peer), send()))[0]

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"".join(pieces)


# More pieces than the kernel takes in one system call, and a number that is no multiple of it.
@pytest.mark.parametrize("count", [1024, 1025, 5003])
@every_way
def test_thousands_of_writes_in_one_callback(loop: Loop, way: Way, count: int) -> None:
    pieces = [b"%d," % number for number in range(count)]
    protocol = Recorder()

    async def main() -> bytes:
        for piece in pieces:
            protocol.transport.write(piece)
        protocol.transport.close()
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"".join(pieces)


def test_writes_to_many_transports_in_one_callback(loop: Loop) -> None:
    protocols = [Recorder() for _ in range(50)]
    pairs = [socket.socketpair() for _ in protocols]

    async def main() -> list[bytes]:
        for protocol, (mine, peer) in zip(protocols, pairs, strict=True):
            peer.setblocking(False)
            await loop.create_connection(factory_of(protocol), sock=mine)
        for part in range(3):
            for number, protocol in enumerate(protocols):
                protocol.transport.write(b"%d.%d " % (number, part))
        for protocol in protocols:
            protocol.transport.close()
        received = [await receive_all(peer) for _, peer in pairs]
        for protocol in protocols:
            await protocol.until_lost()
        return received

    assert run_coroutine(loop, main()) == [b"%d.0 %d.1 %d.2 " % (number, number, number) for number in range(50)]
    for _, peer in pairs:
        peer.close()


def test_memory_that_is_not_contiguous_ends_the_connection(loop: Loop, reported: list[dict[str, Any]]) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(memoryview(b"abcdefgh")[::2])
        await protocol.until_lost()

    with connected(loop, protocol):
        run_coroutine(loop, main())
        assert [type(error) for error in protocol.lost_with] == [BufferError]
        assert [context["message"] for context in reported] == ["Fatal write error on socket transport"]
        assert reported[0]["transport"] is protocol.transport
        assert reported[0]["protocol"] is protocol
