"""The end of data in each direction: write_eof() and eof_received()."""

import logging
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TOO_MUCH, Recorder, Way, connected, every_way, receive_all


@every_way
def test_transport_can_write_eof(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        assert protocol.transport.can_write_eof() is True


@pytest.mark.parametrize("size", [0, 5, 5000, TOO_MUCH])
@every_way
def test_data_is_sent_before_the_end(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()

    async def main() -> int:
        protocol.transport.write(bytes(size))
        protocol.transport.write_eof()
        return len(await receive_all(peer))

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == size
        assert not protocol.transport.is_closing()
        assert "lost" not in protocol.events


@pytest.mark.parametrize("size", [0, 5, TOO_MUCH])
@every_way
def test_nothing_can_be_written_after_the_end(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(bytes(size))
        protocol.transport.write_eof()
        for data in (b"more", b""):
            with pytest.raises(RuntimeError, match=r"^Cannot call write\(\) after write_eof\(\)$"):
                protocol.transport.write(data)
        # The text names write() up to Python 3.11.
        with pytest.raises(RuntimeError, match=r"^Cannot call write(lines)?\(\) after write_eof\(\)$"):
            protocol.transport.writelines([b"more"])
        assert len(await receive_all(peer)) == size

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())


@every_way
def test_writing_the_end_twice_is_harmless(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(b"data")
        protocol.transport.write_eof()
        protocol.transport.write_eof()
        data = await receive_all(peer)
        protocol.transport.write_eof()
        return data

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"data"


@every_way
def test_end_after_close_is_harmless(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.close()
        protocol.transport.write_eof()
        await protocol.until_lost()
        protocol.transport.write_eof()

    with connected(loop, protocol, way):
        run_coroutine(loop, main())
        assert protocol.lost_with == [None]


@pytest.mark.parametrize("size", [0, 10, 300_000])
@every_way
def test_end_of_the_peer_closes_by_default(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()

    async def main() -> None:
        await loop.sock_sendall(peer, bytes(size))
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()
        assert await receive_all(peer) == b""

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", *(["data"] if size else []), "eof", "lost"]
        assert len(protocol.data) == size
        assert protocol.lost_with == [None]


@every_way
def test_transport_is_closing_after_the_end_of_the_peer(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_event("eof")
        assert protocol.transport.is_closing()
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())


@every_way
def test_buffered_data_is_sent_after_the_end_of_the_peer(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> int:
        protocol.transport.write(bytes(TOO_MUCH))
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_event("eof")
        assert "lost" not in protocol.events
        count = len(await receive_all(peer))
        await protocol.until_lost()
        return count

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == TOO_MUCH
        assert protocol.lost_with == [None]


@every_way
def test_failing_eof_received_is_reported(loop: Loop, way: Way, reported: list[dict[str, Any]]) -> None:
    error = LookupError("eof")

    class Failing(Recorder):
        def eof_received(self) -> None:
            raise error

    protocol = Failing()

    async def main() -> None:
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.lost_with == [error]
        assert reported == [
            {
                "message": "Fatal error: protocol.eof_received() call failed.",
                "exception": error,
                "transport": protocol.transport,
                "protocol": protocol,
            }
        ]


@every_way
def test_answer_of_eof_received_that_is_neither_true_nor_false(
    loop: Loop, way: Way, reported: list[dict[str, Any]]
) -> None:
    error = LookupError("undecided")

    class Undecided:
        def __bool__(self) -> bool:
            raise error

    class Answering(Recorder):
        def eof_received(self) -> Any:
            loop.call_soon(self.transport.abort)  # asyncio asks again as long as it is open
            return Undecided()

    protocol = Answering()

    async def main() -> None:
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.lost_with == [None]
        assert [context["exception"] for context in reported] == [error]
        assert reported[0]["message"].startswith("Exception in callback")


@every_way
def test_end_in_debug_mode(loop: Loop, way: Way, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncio")
    protocol = Recorder()

    async def main() -> None:
        loop.set_debug(True)
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        loop.set_debug(False)
        assert protocol.events == ["made", "eof", "lost"]
    assert len([message for message in caplog.messages if message.endswith("received EOF")]) == 1


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_exit_in_eof_received_leaves_the_loop(loop: Loop, error: type[BaseException]) -> None:
    class Leaving(Recorder):
        def eof_received(self) -> None:
            raise error

    protocol = Leaving()
    with connected(loop, protocol) as peer:
        peer.shutdown(socket.SHUT_WR)
        with pytest.raises(error):
            loop.run_forever()


@every_way
def test_close_in_eof_received_wins_over_its_result(loop: Loop, way: Way) -> None:
    class Closing(Recorder):
        def eof_received(self) -> bool:
            self.note("eof")
            self.transport.close()
            return True

    protocol = Closing()

    async def main() -> None:
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "eof", "lost"]
        assert protocol.lost_with == [None]
