"""What a measured client connects to, and the types of this package."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

HOST = "127.0.0.1"


class WrongAnswerError(Exception):
    """The peer, or the way from it, did not do what it is there for."""


@dataclass(frozen=True)
class Endpoint:
    """The command line of a client."""

    port: int
    certificate: str | None
    """The file with the only certificate to be trusted; None without TLS."""

    def tls(self) -> ssl.SSLContext | None:
        """A context that checks the peer's certificate and name, as those of users do."""
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.certificate)
        return context


@dataclass(frozen=True)
class Client:
    """A connected client."""

    requests: list[Callable[[], Awaitable[None]]]
    """Each makes one request and checks its answer; they run at the same time."""
    close: Callable[[], Awaitable[None]]


Open = Callable[[Endpoint, int], Awaitable[Client]]
"""The number is that of requests at the same time."""
