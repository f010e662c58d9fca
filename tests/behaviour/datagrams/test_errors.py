"""What a datagram transport makes of errors, when it receives and when it sends."""

import asyncio
import errno
import socket
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop
from support.peers.datagrams import (
    INET,
    UNIX,
    Recorder,
    connected_pair,
    drain,
    end,
    endpoint,
    pass_iterations,
    receive,
    run,
)


def unused_address() -> Any:
    """An address nobody listens at."""
    with INET.bound() as unused:
        return unused.getsockname()


def test_refusal_is_received(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=unused_address())
        transport.sendto(b"anybody?")
        await protocol.until_event("error")
        await pass_iterations()
        await end(protocol)

    run(loop, main())
    assert [type(error) for error in protocol.errors] == [ConnectionRefusedError]
    assert protocol.errors[0].errno == errno.ECONNREFUSED  # type: ignore[attr-defined]
    assert protocol.lost_with == [None]


def test_refusal_is_found_by_the_next_datagram(loop: Loop) -> None:
    """On the loopback device the refusal is there before the next datagram is sent, which it takes the place of."""
    protocol = Recorder()

    async def main() -> list[int]:
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=unused_address())
        counts = []
        for _ in range(4):
            transport.sendto(b"anybody?")
            counts.append(len(protocol.errors))
        await end(protocol)
        return counts

    assert run(loop, main()) == [0, 1, 1, 2]
    assert {type(error) for error in protocol.errors} == {ConnectionRefusedError}


def test_receiving_goes_on_after_an_error(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        peer = INET.bound()
        address = peer.getsockname()
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=address)
        peer.close()
        transport.sendto(b"anybody?")
        await protocol.until_event("error")
        with INET.unbound() as again:
            again.bind(address)
            again.sendto(b"one", transport.get_extra_info("sockname"))
            again.sendto(b"two", transport.get_extra_info("sockname"))
            await protocol.until_received(2)
            transport.sendto(b"answer")
            assert await receive(again) == b"answer"
        await end(protocol)

    run(loop, main())
    assert len(protocol.errors) == 1


def test_too_large_a_datagram_is_an_error_at_once(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"before", peer.getsockname())
            transport.sendto(bytes(70_000), peer.getsockname())
            assert [error.errno for error in protocol.errors] == [errno.EMSGSIZE]  # type: ignore[attr-defined]
            transport.sendto(b"after", peer.getsockname())
            await pass_iterations()
            assert drain(peer) == [b"before", b"after"]
        await end(protocol)

    run(loop, main())


def test_datagrams_that_fail_do_not_hold_up_the_others(loop: Loop, tmp_path: Path) -> None:
    protocol = Recorder()
    nobody = str(tmp_path / "nobody")

    async def main() -> None:
        with UNIX.bound() as peer:
            address = peer.getsockname()
            transport = await endpoint(protocol, UNIX.bound())
            for data, where in [(b"1", nobody), (b"2", address), (b"3", nobody), (b"4", nobody), (b"5", address)]:
                transport.sendto(data, where)
            await pass_iterations()
            assert drain(peer) == [b"2", b"5"]
        await end(protocol)

    run(loop, main())
    assert [type(error) for error in protocol.errors] == [FileNotFoundError] * 3
    assert protocol.lost_with == [None]


def test_errors_are_told_before_the_end(loop: Loop, tmp_path: Path) -> None:
    protocol = Recorder()

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.bound())
        transport.sendto(b"data", str(tmp_path / "nobody"))
        transport.close()
        await protocol.until_event("lost")

    run(loop, main())
    assert protocol.events == ["made", "error", "lost"]


def test_host_that_does_not_exist(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        transport.sendto(b"data", ("host.invalid", 9))
        assert [type(error) for error in protocol.errors] == [socket.gaierror]
        await end(protocol)

    run(loop, main())
    assert protocol.lost_with == [None]


@pytest.mark.parametrize(
    "address",
    [
        *(None, 5, "127.0.0.1", ("127.0.0.1",), ("127.0.0.1", 9, 0, 0, 0), ["127.0.0.1", 9]),
        *(("127.0.0.1", "9"), ("127.0.0.1", 70_000), ("127.0.0.1", -1), ("127.0.0.1", 1 << 70), (9, "127.0.0.1")),
        *(("127.0.0.1\0", 9), ("\ud800", 9)),
    ],
    ids=ascii,
)
def test_address_that_makes_no_sense_ends_the_transport(
    loop: Loop, reported: list[dict[str, Any]], address: object
) -> None:
    """The exception is the socket module's own."""
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"before", peer.getsockname())
            transport.sendto(b"data", address)
            assert drain(peer) == [b"before"]
        await protocol.until_event("lost")

    run(loop, main())
    with INET.unbound() as plain, pytest.raises(Exception) as expected:  # noqa: PT011
        plain.sendto(b"data", address)
    assert not isinstance(expected.value, OSError)
    (context,) = reported
    assert context["message"] == "Fatal write error on datagram transport"
    assert context["transport"] is protocol.transport
    assert context["protocol"] is protocol
    error = context["exception"]
    assert (type(error), str(error)) == (type(expected.value), str(expected.value))
    assert protocol.lost_with == [error]
    assert protocol.errors == []


def test_memory_that_is_not_contiguous_ends_the_transport(loop: Loop, reported: list[dict[str, Any]]) -> None:
    protocol = Recorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        transport.sendto(memoryview(b"contiguous")[::2], ("127.0.0.1", 9))
        await protocol.until_event("lost")

    run(loop, main())
    assert [type(context["exception"]) for context in reported] == [BufferError]
    assert [type(error) for error in protocol.lost_with] == [BufferError]


class Failing(Recorder):
    """Raises in error_received."""

    failure: BaseException = ZeroDivisionError("in error_received")

    def error_received(self, exc: Exception) -> None:
        """See asyncio.DatagramProtocol."""
        super().error_received(exc)
        raise self.failure


def test_exception_in_error_received_of_receiving_is_reported(loop: Loop, reported: list[dict[str, Any]]) -> None:
    protocol = Failing()

    async def main() -> None:
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=unused_address())
        transport.sendto(b"anybody?")
        await protocol.until_event("error")
        await pass_iterations()
        assert not transport.is_closing()
        await end(protocol)

    run(loop, main())
    assert [context["exception"] for context in reported] == [protocol.failure]
    assert reported[0]["message"].startswith("Exception in callback ")


def test_exception_in_error_received_of_sending_reaches_the_sender(loop: Loop) -> None:
    """As long as the datagram is sent at once: one of a connected socket, or a large one."""
    connected, large = Failing(), Failing()

    async def main() -> None:
        await loop.create_datagram_endpoint(lambda: connected, remote_addr=unused_address())
        connected.transport.sendto(b"anybody?")
        with pytest.raises(ZeroDivisionError):
            connected.transport.sendto(b"anybody?")
        await endpoint(large, INET.bound())
        with pytest.raises(ZeroDivisionError):
            large.transport.sendto(bytes(70_000), ("127.0.0.1", 9))
        await end(connected, large)

    run(loop, main())


def test_exception_in_error_received_of_a_datagram_put_off_is_not_lost(loop: Loop, tmp_path: Path) -> None:
    """It is raised by `sendto` or reported."""
    seen: list[BaseException] = []
    loop.set_exception_handler(lambda _loop, context: seen.append(context["exception"]))
    protocol = Failing()

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.bound())
        for _ in range(3):
            try:
                transport.sendto(b"data", str(tmp_path / "nobody"))
            except ZeroDivisionError as error:
                seen.append(error)
        await pass_iterations()
        assert seen == [protocol.failure] * 3
        await end(protocol)

    run(loop, main())


@pytest.mark.parametrize("exception", [KeyboardInterrupt, SystemExit])
def test_exception_in_error_received_that_ends_the_run(
    loop: Loop, tmp_path: Path, exception: type[BaseException]
) -> None:
    protocol = Failing()
    protocol.failure = exception()
    with UNIX.bound() as peer:
        run(loop, endpoint(protocol, UNIX.bound()))
        loop.call_soon(protocol.transport.sendto, b"data", str(tmp_path / "nobody"))
        loop.call_soon(protocol.transport.sendto, b"more", peer.getsockname())
        with pytest.raises(exception):
            loop.run_forever()
        run(loop, pass_iterations())
        assert drain(peer) == [b"more"]
    run(loop, end(protocol))


def test_error_received_can_send(loop: Loop, tmp_path: Path) -> None:
    class Retrying(Recorder):
        def error_received(self, exc: Exception) -> None:
            super().error_received(exc)
            self.transport.sendto(b"instead", address)

    protocol = Retrying()

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.bound())
        transport.sendto(b"first", address)
        transport.sendto(b"lost", str(tmp_path / "nobody"))
        transport.sendto(b"last", address)
        await pass_iterations()
        assert drain(peer) == [b"first", b"instead", b"last"]
        await end(protocol)

    with UNIX.bound() as peer:
        address = peer.getsockname()
        run(loop, main())
    assert len(protocol.errors) == 1


def test_error_received_that_sends_the_same_again(loop: Loop, reported: list[dict[str, Any]], tmp_path: Path) -> None:
    class Stubborn(Recorder):
        def error_received(self, exc: Exception) -> None:
            self.transport.sendto(b"again", str(tmp_path / "nobody"))

    protocol = Stubborn()

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.bound())
        loop.call_soon(transport.sendto, b"data", str(tmp_path / "nobody"))
        await pass_iterations()
        await end(protocol)

    run(loop, main())
    assert [type(context["exception"]) for context in reported] == [RecursionError]


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_error_received_can_end_the_transport(loop: Loop, tmp_path: Path, ending: str) -> None:
    class Giving(Recorder):
        def error_received(self, exc: Exception) -> None:
            super().error_received(exc)
            getattr(self.transport, ending)()

    protocol = Giving()

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.bound())
        transport.sendto(b"data", str(tmp_path / "nobody"))
        await protocol.until_event("lost")

    run(loop, main())
    assert protocol.events == ["made", "error", "lost"]


def test_fatal_error_aborts(loop: Loop, reported: list[dict[str, Any]]) -> None:
    protocol = Recorder()
    error = ValueError("from outside")

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"before", peer.getsockname())
            transport._fatal_error(error, "message of its own")
            await protocol.until_event("lost")
            assert drain(peer) == [b"before"]

    run(loop, main())
    assert protocol.lost_with == [error]
    assert [context["message"] for context in reported] == ["message of its own"]


def test_peer_of_a_unix_socket_goes_away(loop: Loop) -> None:
    protocol = Recorder()
    left, right = connected_pair()

    async def main() -> None:
        transport = await endpoint(protocol, left)
        right.send(b"last words")
        right.close()
        await protocol.until_received(1)
        transport.sendto(b"one")
        transport.sendto(b"two")
        await asyncio.sleep(0.01)
        assert not transport.is_closing()
        await end(protocol)

    run(loop, main())
    assert protocol.received == [b"last words"]
    assert [type(error) for error in protocol.errors][-2:] == [ConnectionRefusedError, OSError]


@pytest.mark.parametrize("how", ["sendto", "receive"])
def test_descriptor_closed_behind_the_back(loop: Loop, how: str) -> None:
    protocol = Recorder()
    mine = INET.bound()

    async def main() -> None:
        transport = await endpoint(protocol, mine)
        await pass_iterations()
        address = mine.getsockname()
        with INET.bound() as peer:
            peer.sendto(b"data", address)
            mine.close()
            if how == "sendto":
                transport.sendto(bytes(5000), address)
        await pass_iterations()
        assert len(protocol.errors) <= 2
        await end(protocol)

    run(loop, main())
    assert {getattr(error, "errno", None) for error in protocol.errors} <= {errno.EBADF}
