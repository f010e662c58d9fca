"""BufferedProtocol: data is received into the memory that the protocol lends."""

import array
import asyncio
import random
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import BufferedRecorder, Way, connected, every_way, pass_iterations


@pytest.mark.parametrize("size", [1, 7, 1000, 65536, 300_000, 2_000_000])
@every_way
def test_data_comes_in_pieces_that_fit(loop: Loop, way: Way, size: int) -> None:
    protocol = BufferedRecorder(size)
    data = random.Random(size).randbytes(min(size * 500, 1_000_000) + 3)

    async def main() -> None:
        await asyncio.gather(loop.sock_sendall(peer, data), protocol.until_received(len(data)))
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == data
        assert all(0 < count <= size for count in protocol.counts)
        # The size of the next data is not known.
        assert set(protocol.hints) == {-1}
        assert len(protocol.hints) >= len(protocol.counts)
        assert protocol.events == ["made", "data", "eof", "lost"]


@every_way
def test_buffer_is_asked_for_when_data_has_come_and_not_before(loop: Loop, way: Way) -> None:
    protocol = BufferedRecorder()

    async def main() -> None:
        await pass_iterations()
        assert protocol.hints == []
        await loop.sock_sendall(peer, b"data")
        await protocol.until_received(4)
        await pass_iterations()
        assert protocol.hints == [-1]

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())


@every_way
def test_buffer_may_be_another_one_each_time(loop: Loop, way: Way) -> None:
    memory = bytearray(1000)
    positions: list[int] = []

    class Collecting(BufferedRecorder):
        position = 0

        def get_buffer(self, sizehint: int) -> Any:
            return memoryview(memory)[self.position :]

        def buffer_updated(self, nbytes: int) -> None:
            self.position += nbytes
            positions.append(self.position)
            self.note("data")

    protocol = Collecting()

    async def main() -> None:
        for number in range(1, 11):
            await loop.sock_sendall(peer, b"%d" % (number % 10) * 50)
            await protocol.until(lambda: protocol.position == number * 50)  # noqa: B023 - awaited at once

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert memory == b"".join(b"%d" % (number % 10) * 50 for number in range(1, 11)) + bytes(500)
        assert positions == sorted(positions)


@every_way
def test_only_the_lent_part_is_written(loop: Loop, way: Way) -> None:
    memory = bytearray(b"." * 30)

    class Careful(BufferedRecorder):
        def get_buffer(self, sizehint: int) -> Any:
            return memoryview(memory)[10:20]

    protocol = Careful()

    async def main() -> None:
        await loop.sock_sendall(peer, b"0123456789")
        await protocol.until(lambda: sum(protocol.counts) == 10)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert memory == b"." * 10 + b"0123456789" + b"." * 10


def test_buffer_of_wide_items_counts_bytes(loop: Loop) -> None:
    memory = array.array("I", bytes(40))

    class Wide(BufferedRecorder):
        def get_buffer(self, sizehint: int) -> Any:
            return memory

        def buffer_updated(self, nbytes: int) -> None:
            self.counts.append(nbytes)
            self.note("data")

    protocol = Wide()

    async def main() -> None:
        await loop.sock_sendall(peer, bytes(range(1, 31)))
        await protocol.until(lambda: sum(protocol.counts) == 30)

    with connected(loop, protocol) as peer:
        run_coroutine(loop, main())
        assert protocol.counts == [30]
        assert memory.tobytes() == bytes(range(1, 31)) + bytes(10)


@every_way
def test_buffer_is_free_again_when_the_protocol_is_told(loop: Loop, way: Way) -> None:
    class Resizing(BufferedRecorder):
        def buffer_updated(self, nbytes: int) -> None:
            super().buffer_updated(nbytes)
            # Raises if anybody still holds the memory.
            self.buffer.clear()
            self.buffer.extend(bytes(5))

    protocol = Resizing(3)

    async def main() -> None:
        await loop.sock_sendall(peer, b"0123456789" * 10)
        await protocol.until_received(100)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == b"0123456789" * 10


@every_way
def test_pause_in_buffer_updated(loop: Loop, way: Way) -> None:
    class Pausing(BufferedRecorder):
        def buffer_updated(self, nbytes: int) -> None:
            self.transport.pause_reading()
            super().buffer_updated(nbytes)

    protocol = Pausing(10)

    async def main() -> None:
        await loop.sock_sendall(peer, b"x" * 35)
        for count in (10, 20, 30, 35):
            await protocol.until_received(count)
            await pass_iterations()
            assert len(protocol.data) == count
            protocol.transport.resume_reading()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())


@every_way
def test_close_in_buffer_updated(loop: Loop, way: Way) -> None:
    class Closing(BufferedRecorder):
        def buffer_updated(self, nbytes: int) -> None:
            super().buffer_updated(nbytes)
            self.transport.close()

    protocol = Closing(10)

    async def main() -> None:
        await loop.sock_sendall(peer, b"x" * 35)
        await protocol.until_lost()
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.counts == [10]
        assert protocol.events == ["made", "data", "lost"]


@every_way
def test_close_in_get_buffer(loop: Loop, way: Way) -> None:
    class Closing(BufferedRecorder):
        def get_buffer(self, sizehint: int) -> bytearray:
            self.transport.close()
            return super().get_buffer(sizehint)

    protocol = Closing(10)

    async def main() -> None:
        await loop.sock_sendall(peer, b"data")
        await protocol.until_lost()
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        # The data that made the transport ask is still delivered.
        assert protocol.events == ["made", "data", "lost"]
        assert protocol.lost_with == [None]


WRONG_BUFFERS: dict[str, tuple[Any, type[Exception], str]] = {
    "empty": (bytearray(), RuntimeError, "Fatal error: protocol.get_buffer() call failed."),
    "empty view": (memoryview(bytearray(4))[4:], RuntimeError, "Fatal error: protocol.get_buffer() call failed."),
    "none": (None, TypeError, "Fatal error: protocol.get_buffer() call failed."),
    "read-only": (b"read-only", TypeError, "Fatal read error on socket transport"),
    "list": ([1, 2, 3], TypeError, "Fatal read error on socket transport"),
}


@pytest.mark.parametrize("name", WRONG_BUFFERS)
@every_way
def test_wrong_buffer_ends_the_connection(loop: Loop, way: Way, name: str, reported: list[dict[str, Any]]) -> None:
    buffer, error, message = WRONG_BUFFERS[name]

    class Wrong(BufferedRecorder):
        def get_buffer(self, sizehint: int) -> Any:
            return buffer

    protocol = Wrong()

    async def main() -> None:
        await loop.sock_sendall(peer, b"data")
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "lost"]
        assert [type(lost) for lost in protocol.lost_with] == [error]
        if error is RuntimeError:
            assert str(protocol.lost_with[0]) == "get_buffer() returned an empty buffer"
        assert reported == [
            {
                "message": message,
                "exception": protocol.lost_with[0],
                "transport": protocol.transport,
                "protocol": protocol,
            }
        ]


@pytest.mark.parametrize("method", ["get_buffer", "buffer_updated"])
@every_way
def test_failing_method_ends_the_connection(
    loop: Loop, way: Way, method: str, reported: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = LookupError(method)

    def fail(_argument: int) -> None:
        raise error

    protocol = BufferedRecorder()
    monkeypatch.setattr(protocol, method, fail)

    async def main() -> None:
        await loop.sock_sendall(peer, b"data")
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.lost_with == [error]
        assert reported == [
            {
                "message": f"Fatal error: protocol.{method}() call failed.",
                "exception": error,
                "transport": protocol.transport,
                "protocol": protocol,
            }
        ]


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("method", ["get_buffer", "buffer_updated"])
def test_exit_leaves_the_loop(
    loop: Loop, method: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(_argument: int) -> None:
        raise error

    protocol = BufferedRecorder()
    with connected(loop, protocol) as peer, monkeypatch.context() as patch:
        patch.setattr(protocol, method, leave)
        peer.send(b"data")
        with pytest.raises(error):
            loop.run_forever()
        assert not protocol.transport.is_closing()
        patch.undo()
        if method == "get_buffer":  # nothing has been read yet, and the next run of the loop reads it
            run_coroutine(loop, protocol.until_received(4))
            assert protocol.data == b"data"
