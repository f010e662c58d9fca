"""Address resolution without a thread where there is nothing to resolve; it runs on the loop's thread."""

from __future__ import annotations

import asyncio
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import AddressFamily, SocketKind
    from typing import Literal

    _IPv6Address = tuple[str, int, int, int] | tuple[int, bytes]
    _IPv4Info = tuple[Literal[AddressFamily.AF_INET], SocketKind, int, str, tuple[str, int]]
    _IPv6Info = tuple[Literal[AddressFamily.AF_INET6], SocketKind, int, str, _IPv6Address]

_getaddrinfo = socket.getaddrinfo


class AddressResolver(asyncio.BaseEventLoop):
    """The half of a loop that resolves names: literal addresses at once, everything else as asyncio does.

    For a literal host and a numeric port, the C library only converts. `AI_NUMERICHOST` makes it promise that (POSIX:
    no resolution service is invoked), and it is the C library that says what a literal is. A literal it accepts has
    the same result with and without that flag; for anything else, which includes every error, asyncio's own method
    does the whole work again in a thread.
    """

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's name
        proto: int = 0,
        flags: int = 0,
    ) -> list[_IPv4Info | _IPv6Info]:
        """Translate a host and a port into addresses, as `socket.getaddrinfo` does."""
        if _may_be_literal(host) and _is_numeric(port) and not (self.get_debug() or self.is_closed()):
            try:
                # Not `|`: on the enumeration that the socket module's flags are, it costs more than the conversion.
                infos = _getaddrinfo(host, port, family, type, proto, int.__or__(flags, socket.AI_NUMERICHOST))
            except Exception:
                pass  # no literal, or a mistake of the caller: asyncio's method raises it where asyncio does
            else:
                # asyncio always suspends its caller here: others get their turn, and a cancellation arrives.
                await asyncio.sleep(0)
                return infos
        return await super().getaddrinfo(host, port, family=family, type=type, proto=proto, flags=flags)


def _may_be_literal(host: bytes | str | None) -> bool:
    # Spares most names the attempt. Whoever replaces socket.getaddrinfo may block, and wants to see the flags he knows.
    if socket.getaddrinfo is not _getaddrinfo:
        return False
    if host is None:  # the loopback or wildcard addresses
        return True
    if type(host) is str:
        return host.isascii() and (host[:1].isdigit() or ":" in host)
    if type(host) is bytes:
        return host[:1].isdigit() or b":" in host
    return False


def _is_numeric(port: bytes | str | int | None) -> bool:
    # What the C library reads as a negative number is the name of a service to it, AI_NUMERICSERV or not.
    if type(port) is int:
        return 0 <= port <= 0xFFFF
    if type(port) is str or type(port) is bytes:
        return not port or (len(port) <= 5 and port.isascii() and port.isdigit())
    return port is None
