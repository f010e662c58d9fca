"""create_connection() and create_unix_connection(): addresses, refusals, timeouts and cancellation."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import Recorder, receive


def test_connection_can_be_used_when_it_is_returned(loop: Loop, listener: socket.socket) -> None:
    async def main() -> None:
        protocol = Recorder()
        transport, made = await loop.create_connection(lambda: protocol, *listener.getsockname())
        assert made is protocol
        assert transport is protocol.transport
        assert protocol.events == ["made"]
        transport.write(b"at once")
        with (await loop.sock_accept(listener))[0] as peer:
            assert await receive(peer, 7) == b"at once"
            await protocol.close()

    run_coroutine(loop, main())


def test_refused_connection(loop: Loop, refusing: tuple[str, int]) -> None:
    async def main() -> None:
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Recorder, *refusing)

    run_coroutine(loop, main())


def test_unix_socket_that_does_not_exist_or_does_not_listen(loop: Loop, tmp_path: Path) -> None:
    async def main() -> None:
        with pytest.raises(FileNotFoundError):
            await loop.create_unix_connection(Recorder, str(tmp_path / "missing"))
        with socket.socket(socket.AF_UNIX) as deaf:
            deaf.bind(str(tmp_path / "deaf"))
            with pytest.raises(ConnectionRefusedError):
                await loop.create_unix_connection(Recorder, str(tmp_path / "deaf"))

    run_coroutine(loop, main())


def test_attempt_can_time_out(loop: Loop, silent: tuple[str, int]) -> None:
    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(loop.create_connection(Recorder, *silent), 0.05)

    run_coroutine(loop, main())


def test_attempt_can_be_cancelled(loop: Loop, silent: tuple[str, int], listener: socket.socket) -> None:
    async def main() -> None:
        connecting = asyncio.ensure_future(loop.create_connection(Recorder, *silent))
        await asyncio.sleep(0.01)
        assert not connecting.done()
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        # The descriptor of the attempt is free, and the next connection works with it.
        protocol = Recorder()
        await loop.create_connection(lambda: protocol, *listener.getsockname())
        with (await loop.sock_accept(listener))[0] as peer:
            await loop.sock_sendall(peer, b"data")
            await protocol.until_received(4)
            await protocol.close()

    run_coroutine(loop, main())


@pytest.mark.parametrize("iterations", range(8))
def test_attempt_is_cancelled_at_any_moment(loop: Loop, listener: socket.socket, iterations: int) -> None:
    protocols: list[Recorder] = []

    def factory() -> Recorder:
        protocols.append(Recorder())
        return protocols[-1]

    async def main() -> None:
        connecting = asyncio.ensure_future(loop.create_connection(factory, *listener.getsockname()))
        for _ in range(iterations):
            await asyncio.sleep(0)
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        if not connecting.cancelled():
            assert protocols[0].events == ["made"]
            await protocols[0].close()
        for protocol in protocols:
            if "made" in protocol.events:
                await protocol.until_lost()

    run_coroutine(loop, main())


def test_own_address_can_be_chosen(loop: Loop, listener: socket.socket) -> None:
    async def main() -> None:
        protocol = Recorder()
        transport, _ = await loop.create_connection(
            lambda: protocol, *listener.getsockname(), local_addr=("127.0.0.9", 0)
        )
        peer, address = await loop.sock_accept(listener)
        with peer:
            assert address[0] == "127.0.0.9"
            assert transport.get_extra_info("sockname") == address
            await protocol.close()

    run_coroutine(loop, main())


def test_own_address_that_is_taken_is_an_error(loop: Loop, listener: socket.socket) -> None:
    async def main() -> None:
        with pytest.raises(OSError, match="error while attempting to bind on address"):
            await loop.create_connection(Recorder, *listener.getsockname(), local_addr=listener.getsockname())

    run_coroutine(loop, main())


def resolving_to(*addresses: tuple[str, int]) -> Any:
    """A getaddrinfo() that gives these addresses."""

    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize("delay", [None, 0.02])
def test_next_address_is_tried_when_one_refuses(
    loop: Loop, listener: socket.socket, refusing: tuple[str, int], delay: float | None
) -> None:
    loop.getaddrinfo = resolving_to(refusing, refusing, listener.getsockname())  # type: ignore[method-assign]

    async def main() -> None:
        protocol = Recorder()
        await loop.create_connection(lambda: protocol, "name.invalid", 1, happy_eyeballs_delay=delay)
        assert protocol.transport.get_extra_info("peername") == listener.getsockname()
        await protocol.close()

    run_coroutine(loop, main())


def test_silent_address_is_overtaken(loop: Loop, listener: socket.socket, silent: tuple[str, int]) -> None:
    loop.getaddrinfo = resolving_to(silent, listener.getsockname())  # type: ignore[method-assign]

    async def main() -> None:
        protocol = Recorder()
        await loop.create_connection(lambda: protocol, "name.invalid", 1, happy_eyeballs_delay=0.02)
        assert protocol.transport.get_extra_info("peername") == listener.getsockname()
        with (await loop.sock_accept(listener))[0] as peer:
            await loop.sock_sendall(peer, b"data")
            await protocol.until_received(4)
            await protocol.close()

    run_coroutine(loop, main())


@pytest.mark.parametrize("delay", [None, 0.02])
def test_all_addresses_refuse(loop: Loop, refusing: tuple[str, int], delay: float | None) -> None:
    loop.getaddrinfo = resolving_to(refusing, refusing)  # type: ignore[method-assign]

    async def main() -> None:
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Recorder, "name.invalid", 1, happy_eyeballs_delay=delay)

    run_coroutine(loop, main())


def test_socket_of_the_caller_is_used(loop: Loop) -> None:
    async def main() -> None:
        mine, peer = socket.socketpair()
        with peer:
            # The loop sees to it that it does not block.
            assert mine.gettimeout() is None
            protocol = Recorder()
            transport, _ = await loop.create_connection(lambda: protocol, sock=mine)
            assert mine.gettimeout() == 0.0
            assert transport.get_extra_info("socket").fileno() == mine.fileno()
            await protocol.close()
            assert mine.fileno() == -1

    run_coroutine(loop, main())


def test_wrong_arguments_are_refused(loop: Loop) -> None:
    async def main() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as datagrams, socket.socket() as stream:
            with pytest.raises(ValueError, match="A Stream Socket was expected, got"):
                await loop.create_connection(Recorder, sock=datagrams)
            with pytest.raises(ValueError, match="host/port and sock can not be specified at the same time"):
                await loop.create_connection(Recorder, "127.0.0.1", 1, sock=stream)  # type: ignore[call-overload]
            with pytest.raises(ValueError, match="host and port was not specified and no sock specified"):
                await loop.create_connection(Recorder)
            with pytest.raises(ValueError, match="A UNIX Domain Stream Socket was expected, got"):
                await loop.create_unix_connection(Recorder, sock=stream)
            with pytest.raises(ValueError, match="no path and sock were specified"):
                await loop.create_unix_connection(Recorder)

    run_coroutine(loop, main())
