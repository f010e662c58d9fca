"""Connecting with TLS: what create_connection() and create_unix_connection() take, and what they leave behind."""

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_and_finish
from support.peers.tls import Listening, TlsRecorder, client_context, server_context, until

# asyncio leaves its socket to the garbage collector if no transport can be made.
leaves_its_socket = pytest.mark.filterwarnings(
    "ignore:unclosed <socket:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


def unverified() -> ssl.SSLContext:
    """A context that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    "options",
    [
        {"ssl": client_context(), "server_hostname": "localhost"},
        {"ssl": client_context(), "server_hostname": "localhost", "ssl_handshake_timeout": 5, "family": socket.AF_INET},
        {"ssl": client_context(), "server_hostname": "localhost", "ssl_shutdown_timeout": 5, "flags": 0},
        {"ssl": unverified()},
        {"ssl": unverified(), "server_hostname": ""},
    ],
    ids=["name", "family", "flags", "host is the name", "no name"],
)
def test_connection_is_made(loop: Loop, host: str, options: dict[str, Any]) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            transport, protocol = await loop.create_connection(TlsRecorder, host, server.address[1], **options)
            assert protocol.transport is transport
            assert protocol.events == ["made"]
            await until(lambda: server.protocols[0].events)
            assert transport.get_extra_info("peername") == server.address
            assert server.protocols[0].transport.get_extra_info("peername") == transport.get_extra_info("sockname")
            sslobject = transport.get_extra_info("ssl_object")
            assert sslobject.server_hostname == (options.get("server_hostname", host) or None)
            transport.write(b"data")
            await until(lambda: server.protocols[0].data == b"data")
            assert transport.get_extra_info("socket").getpeername() == server.address
            transport.close()
            await protocol.lost
            await server.protocols[0].lost

    run_and_finish(loop, main())


def test_unix_connection_is_made(loop: Loop, tmp_path: Path) -> None:
    async def main() -> None:
        served: list[TlsRecorder] = []

        def factory() -> TlsRecorder:
            served.append(TlsRecorder())
            return served[-1]

        path = str(tmp_path / "socket")
        server = await loop.create_unix_server(factory, path, ssl=server_context())
        with pytest.raises(ValueError, match="server_hostname"):
            await loop.create_unix_connection(TlsRecorder, path, ssl=client_context())
        transport, protocol = await loop.create_unix_connection(
            TlsRecorder, path, ssl=client_context(), server_hostname="localhost"
        )
        assert protocol.events == ["made"]
        assert transport.get_extra_info("peername") == path
        transport.close()
        await protocol.lost
        await until(lambda: served and "lost" in served[0].events)
        server.close()

    run_and_finish(loop, main())


@pytest.mark.parametrize(
    ("host", "options", "error", "text"),
    [
        ("127.0.0.1", {"server_hostname": "localhost"}, ValueError, "server_hostname is only meaningful with ssl"),
        ("127.0.0.1", {"ssl_handshake_timeout": 1}, ValueError, "ssl_handshake_timeout is only meaningful with ssl"),
        ("127.0.0.1", {"ssl_shutdown_timeout": 1}, ValueError, "ssl_shutdown_timeout is only meaningful with ssl"),
        ("", {"ssl": True}, ValueError, "You must set server_hostname when using ssl without a host"),
        ("127.0.0.1", {"ssl": "context"}, AttributeError, "'str' object has no attribute 'wrap_bio'"),
        ("127.0.0.1", {"ssl": True, "nonsense": 1}, TypeError, "unexpected keyword argument 'nonsense'"),
        (
            "127.0.0.1",
            {"ssl": True, "ssl_handshake_timeout": 0},
            ValueError,
            "ssl_handshake_timeout should be a positive number, got 0",
        ),
    ],
)
@leaves_its_socket
def test_arguments_that_are_refused(
    loop: Loop, host: str, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            with pytest.raises(error) as raised:
                await loop.create_connection(TlsRecorder, host, listener.getsockname()[1], **options)
            assert text in str(raised.value)

    run_and_finish(loop, main())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_certificate_that_is_not_trusted(loop: Loop, host: str) -> None:
    protocols: list[TlsRecorder] = []

    def factory() -> TlsRecorder:
        protocols.append(TlsRecorder())
        return protocols[-1]

    async def main() -> None:
        async with Listening(loop) as server:
            with pytest.raises(ssl.SSLCertVerificationError):
                await loop.create_connection(factory, host, server.address[1], ssl=True)
            assert protocols[0].events == []

    run_and_finish(loop, main())


def test_refused_connection(loop: Loop) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(TlsRecorder, "127.0.0.1", port, ssl=client_context())

    run_and_finish(loop, main())


@leaves_its_socket
def test_factory_that_fails(loop: Loop) -> None:
    def factory() -> TlsRecorder:
        raise ZeroDivisionError

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(5)
            with pytest.raises(ZeroDivisionError):
                await loop.create_connection(factory, *listener.getsockname(), ssl=client_context())

    run_and_finish(loop, main())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_cancelled_in_the_handshake(loop: Loop, host: str) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(5)
            connecting = asyncio.ensure_future(
                loop.create_connection(TlsRecorder, host, listener.getsockname()[1], ssl=client_context())
            )
            await asyncio.sleep(0.05)
            accepted, _ = listener.accept()
            with accepted:
                accepted.settimeout(5)
                assert accepted.recv(1) == b"\x16"  # the handshake has begun
                connecting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await connecting
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                while accepted.recv(65536):
                    pass

    run_and_finish(loop, main())
