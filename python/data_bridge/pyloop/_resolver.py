"""Address resolution without a thread where nothing has to be looked up. It runs on the loop's thread."""

from __future__ import annotations

import _socket
import asyncio
import functools
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from enum import IntEnum
    from socket import AddressFamily, SocketKind
    from typing import Any, Literal

    _IPv6Address = tuple[str, int, int, int] | tuple[int, bytes]
    _IPv4Info = tuple[Literal[AddressFamily.AF_INET], SocketKind, int, str, tuple[str, int]]
    _IPv6Info = tuple[Literal[AddressFamily.AF_INET6], SocketKind, int, str, _IPv6Address]

_getaddrinfo = socket.getaddrinfo


class AddressResolver(asyncio.BaseEventLoop):
    """The methods of a loop that resolve names: literal addresses at once, everything else as asyncio does.

    For a literal host and a numeric port, the C library only converts. `AI_NUMERICHOST` guarantees that (POSIX: no
    resolution service is invoked), and lets the C library decide what a literal is. A literal that it accepts has the
    same result with and without the flag. For anything else, and for every error, asyncio's own method does the whole
    work again in a thread.
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
                # Not `|`: the flags are an enumeration, for which it takes longer than the conversion.
                infos = _convert(host, port, family, type, proto, int.__or__(flags, socket.AI_NUMERICHOST))
            except Exception:
                pass  # no literal, or a mistake of the caller, for which asyncio's method raises the error
            else:
                # asyncio always suspends its caller here, so that other tasks run and a cancellation can arrive.
                await asyncio.sleep(0)
                return infos
        return await super().getaddrinfo(host, port, family=family, type=type, proto=proto, flags=flags)


def _convert(*arguments: Any) -> list[Any]:
    # socket.getaddrinfo looks both constants up in their enumerations, which takes longer than the conversion.
    return [
        (_constant(socket.AddressFamily, family), _constant(socket.SocketKind, kind), proto, name, address)
        for family, kind, proto, name, address in _socket.getaddrinfo(*arguments)
    ]


@functools.lru_cache(maxsize=32)
def _constant(constants: type[IntEnum], value: int) -> int:
    try:
        return constants(value)
    except ValueError:
        return value


def _may_be_literal(host: bytes | str | None) -> bool:
    # Avoids the attempt for most names. A replacement of socket.getaddrinfo may block, and expects the caller's flags.
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
    # The C library takes a negative number for the name of a service, even with AI_NUMERICSERV.
    if type(port) is int:
        return 0 <= port <= 0xFFFF
    if type(port) is str or type(port) is bytes:
        return not port or (len(port) <= 5 and port.isascii() and port.isdigit())
    return port is None
