"""What the programs of this folder have in common."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

CERTIFICATES = Path(__file__).parents[1] / "examples" / "certs"
#: Only a hang exceeds it.
PROMPTLY = 30.0


def print_loop() -> None:
    """Tell the run which loop this is: the line is compared with what was asked for."""
    print("loop", type(asyncio.get_running_loop()).__name__, flush=True)


def run(main: Callable[[], Awaitable[None]]) -> None:
    """Run a program on the loop that asyncio makes by default."""

    async def named() -> None:
        print_loop()
        await asyncio.wait_for(main(), 3 * PROMPTLY)

    asyncio.run(named())


def server_context() -> ssl.SSLContext:
    """TLS of a server on localhost."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "localhost.crt", CERTIFICATES / "localhost.key")
    return context


def client_context() -> ssl.SSLContext:
    """TLS of a client that knows the certificate of that server."""
    return ssl.create_default_context(cafile=str(CERTIFICATES / "localhost.crt"))
