"""The value of `loop._transports`: which transport owns a descriptor, so that nothing else watches it."""

from __future__ import annotations

import weakref

from ._engine import DatagramCore, StreamCore

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from typing import Any

    from ._engine import LoopCore

    _Transports = weakref.WeakValueDictionary[int, asyncio.BaseTransport]
else:
    _Transports = weakref.WeakValueDictionary


class TransportsByFd(_Transports):
    """A view of the engine's table of its own transports. Transports of asyncio's classes are kept here."""

    def __init__(self, loop: LoopCore) -> None:
        super().__init__()
        self._loop = weakref.ref(loop)

    def __getitem__(self, fd: int) -> asyncio.BaseTransport:
        loop = self._loop()
        if loop is not None and (transport := loop._transport_at(fd)) is not None:
            return transport
        return super().__getitem__(fd)

    def get(self, fd: int, default: Any = None) -> Any:  # noqa: ANN401
        """See `dict.get`."""
        try:
            return self[fd]
        except KeyError:
            return default

    def __setitem__(self, fd: int, transport: asyncio.BaseTransport) -> None:
        loop = self._loop()
        if loop is None or not isinstance(transport, StreamCore | DatagramCore):
            super().__setitem__(fd, transport)
        elif not transport.is_closing():  # a closing one blocks no descriptor, and would never be removed
            loop._set_transport_at(fd, transport)

    def __delitem__(self, fd: int) -> None:
        loop = self._loop()
        if loop is not None and loop._transport_at(fd) is not None:
            loop._set_transport_at(fd, None)
        else:
            super().__delitem__(fd)
