"""`openssl s_client` and `openssl s_server` as peers that are told what to do: new keys, a new handshake, the end."""

import asyncio
import shutil
import subprocess
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import pytest

from support.project import CERTIFICATES

CERTIFICATE, KEY = str(CERTIFICATES / "localhost.crt"), str(CERTIFICATES / "localhost.key")

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")


class OpensslPeer:
    """One process. Its standard input is the data it sends, and its commands; what it prints is collected."""

    def __init__(self, *arguments: str) -> None:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.process = subprocess.Popen(["openssl", *arguments], **pipes)
        self.printed = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        assert self.process.stdin
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.__exit__(kind, error, at)

    async def say(self, text: bytes) -> None:
        """Hand it a piece. One that begins with the letter of a command is that command, and the rest is ignored."""
        assert self.process.stdin
        await asyncio.to_thread(self.process.stdin.write, text)
        await asyncio.to_thread(self.process.stdin.flush)

    async def until_printed(self, text: bytes) -> bytes:
        """Wait until it has printed this, which is then forgotten with all before it, which is returned."""
        assert self.process.stdout
        while text not in self.printed:
            more = await asyncio.to_thread(self.process.stdout.read1, 65536)  # type: ignore[attr-defined]
            assert more, self.printed
            self.printed += more
        before = bytes(self.printed[: self.printed.index(text)])
        del self.printed[: len(before) + len(text)]
        return before

    async def until_end(self) -> bytes:
        """Wait until it ends; returns what it has printed and was not waited for."""
        assert self.process.stdout
        self.printed += await asyncio.to_thread(self.process.stdout.read)
        return bytes(self.printed)


def client(address: tuple[str, int], *options: str) -> OpensslPeer:
    """Connect to a server of the loop."""
    return OpensslPeer("s_client", "-connect", f"{address[0]}:{address[1]}", "-CAfile", CERTIFICATE, *options)


async def server(*options: str) -> tuple[OpensslPeer, int]:
    """Listen for one connection; returns the port, too."""
    peer = OpensslPeer(
        "s_server", "-accept", "127.0.0.1:0", "-cert", CERTIFICATE, "-key", KEY, "-naccept", "1", *options
    )
    await peer.until_printed(b"ACCEPT 127.0.0.1:")
    return peer, int(await peer.until_printed(b"\n"))
