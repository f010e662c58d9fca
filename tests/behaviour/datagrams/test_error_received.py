"""What error_received may do: raise, send, and end its transport."""

from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.datagrams import (
    INET,
    UNIX,
    DatagramRecorder,
    drain,
    end,
    endpoint,
    pass_iterations,
    unused_address,
)


class Failing(DatagramRecorder):
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

    run_coroutine(loop, main())
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

    run_coroutine(loop, main())


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

    run_coroutine(loop, main())


@pytest.mark.parametrize("exception", [KeyboardInterrupt, SystemExit])
def test_exception_in_error_received_that_ends_the_run(
    loop: Loop, tmp_path: Path, exception: type[BaseException]
) -> None:
    protocol = Failing()
    protocol.failure = exception()
    with UNIX.bound() as peer:
        run_coroutine(loop, endpoint(protocol, UNIX.bound()))
        loop.call_soon(protocol.transport.sendto, b"data", str(tmp_path / "nobody"))
        loop.call_soon(protocol.transport.sendto, b"more", peer.getsockname())
        with pytest.raises(exception):
            loop.run_forever()
        run_coroutine(loop, pass_iterations())
        assert drain(peer) == [b"more"]
    run_coroutine(loop, end(protocol))


def test_error_received_can_send(loop: Loop, tmp_path: Path) -> None:
    class Retrying(DatagramRecorder):
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
        run_coroutine(loop, main())
    assert len(protocol.errors) == 1


def test_error_received_that_sends_the_same_again(loop: Loop, reported: list[dict[str, Any]], tmp_path: Path) -> None:
    class Stubborn(DatagramRecorder):
        def error_received(self, exc: Exception) -> None:
            self.transport.sendto(b"again", str(tmp_path / "nobody"))

    protocol = Stubborn()

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.bound())
        loop.call_soon(transport.sendto, b"data", str(tmp_path / "nobody"))
        await pass_iterations()
        await end(protocol)

    run_coroutine(loop, main())
    assert [type(context["exception"]) for context in reported] == [RecursionError]


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_error_received_can_end_the_transport(loop: Loop, tmp_path: Path, ending: str) -> None:
    class Giving(DatagramRecorder):
        def error_received(self, exc: Exception) -> None:
            super().error_received(exc)
            getattr(self.transport, ending)()

    protocol = Giving()

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.bound())
        transport.sendto(b"data", str(tmp_path / "nobody"))
        await protocol.until_event("lost")

    run_coroutine(loop, main())
    assert protocol.events == ["made", "error", "lost"]
