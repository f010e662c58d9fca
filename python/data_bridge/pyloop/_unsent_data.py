"""What asyncio's code expects behind a transport's `_buffer`, over a queue that is in the engine."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Sender(Protocol):
        """A transport with a queue in the engine."""

        def _unsent(self) -> int: ...
        def _drop_unsent(self) -> None: ...


class UnsentData:
    """The data that the engine still has to send, as far as asyncio's code looks at it."""

    def __init__(self, transport: Sender) -> None:
        self._transport = transport

    def __len__(self) -> int:
        return self._transport._unsent()

    def clear(self) -> None:
        """Drop it."""
        self._transport._drop_unsent()
