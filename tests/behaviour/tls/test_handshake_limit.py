"""How many handshakes of a TLS server are under way: PyLoop has a limit, which asyncio has not."""

import asyncio
import socket
import ssl

import pytest

from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import TlsRecorder, client_context, close, server_context, until

pytestmark = only_pyloop

VARIABLE = "PYLOOP_TLS_HANDSHAKES"


class Counting:
    """A protocol factory of a server that counts what was accepted."""

    def __init__(self) -> None:
        self.made: list[TlsRecorder] = []

    def __call__(self) -> TlsRecorder:
        self.made.append(TlsRecorder())
        return self.made[-1]


async def listen(loop: Loop, factory: Counting) -> tuple[asyncio.Server, tuple[str, int]]:
    """A server that accepts one connection at a time: a row of them may exceed the limit, and is at most `backlog`."""
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=server_context(), backlog=1)
    return server, server.sockets[0].getsockname()


def test_further_connections_wait_until_a_handshake_has_ended(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")

    async def main() -> None:
        accepted = Counting()
        server, address = await listen(loop, accepted)
        silent, _ = await loop.create_connection(asyncio.Protocol, *address)
        await until(lambda: len(accepted.made) == 1)
        other, _ = await loop.create_connection(asyncio.Protocol, *address)
        waiting = asyncio.ensure_future(
            loop.create_connection(TlsRecorder, *address, ssl=client_context(), server_hostname="localhost")
        )
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert len(accepted.made) == 1
        silent.abort()
        await until(lambda: len(accepted.made) == 2)
        other.abort()
        _, client = await waiting
        await until(lambda: len(accepted.made) == 3 and accepted.made[2].events)
        # An established connection does not count.
        _, another = await loop.create_connection(
            TlsRecorder, *address, ssl=client_context(), server_hostname="localhost"
        )
        await until(lambda: accepted.made[3].events)
        server.close()
        await close(client, another, accepted.made[2], accepted.made[3])

    run_coroutine(loop, main())


def test_failed_handshakes_do_not_count(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")

    async def main() -> None:
        accepted = Counting()
        server, address = await listen(loop, accepted)
        for _ in range(3):  # else the second would wait for ever
            with pytest.raises(ssl.SSLCertVerificationError):
                await loop.create_connection(
                    TlsRecorder, *address, ssl=ssl.create_default_context(), server_hostname="localhost"
                )
        assert len(accepted.made) == 3
        server.close()

    run_coroutine(loop, main())


@pytest.mark.parametrize("value", ["0", "-1", "many", "", "1.5"])
def test_values_that_are_refused(loop: Loop, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = loop.create_server(Counting(), sock=listener, ssl=server_context())
        with pytest.raises(ValueError, match=f"{VARIABLE} must be a number of handshakes, at least 1, not "):
            run_coroutine(loop, server)
