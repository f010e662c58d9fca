"""TLS with other implementations: the command `openssl`, `curl`, and a program that uses Go's own TLS."""

import asyncio
import hashlib
import os
import random
import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from behaviour.tls import openssl_command
from behaviour.tls.notes import PlainNotes
from behaviour.tls.openssl_command import CERTIFICATE, KEY, needs_openssl
from behaviour.tls.wire import VERSIONS, of_version
from support.loop_kinds import PROMPTLY, Loop, run_coroutine
from support.peers.tls import client_context, server_context

SIZE = 400_000
GO = shutil.which("go") or shutil.which("/usr/local/go/bin/go")

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs the curl command")
needs_go = pytest.mark.skipif(GO is None, reason="needs the go command to compile the peer")


def run_program(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(arguments, input=data, capture_output=True, timeout=PROMPTLY, check=False)


async def beside(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call what blocks in a thread."""
    return await asyncio.to_thread(function, *args, **options)


class Counting(PlainNotes):
    """Echoes, and closes after the size that all tests send."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.transport.write(data)
        if len(self.data) == SIZE:
            self.transport.close()


async def serve(loop: Loop, protocols: list[Any], version: ssl.TLSVersion) -> asyncio.Server:
    def factory() -> Counting:
        protocols.append(Counting())
        return protocols[-1]  # type: ignore[no-any-return]

    context = of_version(server_context(), version)
    context.set_alpn_protocols(["echo", "http/1.1"])
    return await loop.create_server(factory, "127.0.0.1", 0, ssl=context)


@needs_openssl
@VERSIONS
def test_client_of_openssl(loop: Loop, version: ssl.TLSVersion) -> None:
    data = random.Random(1).randbytes(SIZE)

    async def main() -> None:
        protocols: list[Any] = []
        server = await serve(loop, protocols, version)
        port = server.sockets[0].getsockname()[1]
        options = ["-quiet", "-verify_return_error", "-CAfile", CERTIFICATE, "-servername", "localhost"]
        client = ("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options)
        done = await beside(run_program, *client, data=data)
        assert done.returncode == 0, done.stderr
        assert done.stdout == data
        assert (await protocols[0].until_lost())[-1] == ("lost", None)
        assert protocols[0].data == data
        server.close()

    run_coroutine(loop, main())


@needs_openssl
@VERSIONS
def test_server_of_openssl(loop: Loop, version: ssl.TLSVersion) -> None:
    """It sends its standard input, and what it gets goes to its standard output."""

    async def main() -> None:
        peer, port = await openssl_command.server()
        with peer:
            context = of_version(client_context(), version)
            transport, protocol = await loop.create_connection(
                PlainNotes, "127.0.0.1", port, ssl=context, server_hostname="localhost"
            )
            # Digits: a piece that begins with a letter may be one of the commands that this program has.
            lines = b"".join(b"%d\n" % random.Random(start).getrandbits(500) for start in range(500))
            await peer.say(lines)
            await protocol.until_received(len(lines))
            assert protocol.data == lines
            printed = asyncio.create_task(peer.until_end())
            transport.write(lines)
            transport.close()
            await protocol.until_lost()
            assert lines in await printed

    run_coroutine(loop, main())


@needs_curl
@VERSIONS
def test_curl(loop: Loop, version: ssl.TLSVersion) -> None:
    """It posts, gets the digest and the data, over one connection that is kept, and one that the server ends."""
    data = random.Random(3).randbytes(SIZE)

    async def serve_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            headers = [head]
            while (line := await reader.readline()) != b"\r\n":
                headers.append(line)
            length = sum(int(line.split(b":")[1]) for line in headers if line.lower().startswith(b"content-length:"))
            body = await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (64 + len(body)))
            writer.writelines([hashlib.sha256(body).hexdigest().encode(), body])
            await writer.drain()
            if b"/last" in head:
                break
        writer.close()

    async def main() -> None:
        context = of_version(server_context(), version)
        context.set_alpn_protocols(["http/1.1"])
        server = await asyncio.start_server(serve_http, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        options = ["--silent", "--show-error", "--noproxy", "*", "--cacert", CERTIFICATE, "--data-binary", "@-"]
        limit = ("--tlsv1.2", "--tls-max", "1.2") if version is ssl.TLSVersion.TLSv1_2 else ("--tlsv1.3",)
        resolve = ("--resolve", f"localhost:{port}:127.0.0.1", "--header", "Expect:")
        for path in ("kept", "last"):
            url = f"https://localhost:{port}/{path}"
            done = await beside(run_program, "curl", *options, *limit, *resolve, url, data=data)
            assert done.returncode == 0, done.stderr
            assert done.stdout[:64].decode() == hashlib.sha256(data).hexdigest()
            assert done.stdout[64:] == data
        server.close()

    run_coroutine(loop, main())


@pytest.fixture(scope="session")
def go_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The compiled peer. It needs nothing but Go's standard library."""
    assert GO
    peer = tmp_path_factory.mktemp("go") / "tls_peer"
    source = Path(__file__).with_name("programs") / "tls_peer.go"
    subprocess.run(
        [GO, "build", "-o", str(peer), str(source)],
        check=True,
        env={**os.environ, "CGO_ENABLED": "0", "GO111MODULE": "off", "GOTOOLCHAIN": "local", "GOPROXY": "off"},
    )
    return str(peer)


@needs_go
@VERSIONS
def test_client_of_go(loop: Loop, version: ssl.TLSVersion, go_peer: str) -> None:
    async def main() -> None:
        protocols: list[Any] = []
        server = await serve(loop, protocols, version)
        host, port = server.sockets[0].getsockname()
        done = await beside(run_program, go_peer, "client", version.name, CERTIFICATE, KEY, f"{host}:{port}", str(SIZE))
        assert (done.returncode, done.stderr, done.stdout) == (0, b"", b"echo\n")
        assert (await protocols[0].until_lost())[-1] == ("lost", None)
        server.close()

    run_coroutine(loop, main())


@needs_go
@VERSIONS
def test_server_of_go(loop: Loop, version: ssl.TLSVersion, go_peer: str) -> None:
    data = random.Random(4).randbytes(SIZE)

    async def main() -> None:
        arguments = [go_peer, "server", version.name, CERTIFICATE, KEY]
        server = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with server:
            assert server.stdout
            assert server.stderr
            port = int(await beside(server.stdout.readline))
            context = client_context()
            context.set_alpn_protocols(["echo"])
            transport, protocol = await loop.create_connection(
                PlainNotes, "127.0.0.1", port, ssl=context, server_hostname="localhost"
            )
            assert transport.get_extra_info("ssl_object").selected_alpn_protocol() == "echo"
            for start in range(0, SIZE, 33_333):
                transport.write(data[start : start + 33_333])
            await protocol.until_received(SIZE)
            assert protocol.data == data
            transport.close()
            assert (await protocol.until_lost())[-1] == ("lost", None)
            assert (await beside(server.stdout.read), await beside(server.stderr.read)) == (b"ended\n", b"")

    run_coroutine(loop, main())
