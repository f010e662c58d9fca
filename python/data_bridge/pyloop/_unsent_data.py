"""The value of a transport's `_buffer` for asyncio's code: a view of a queue that is in the engine."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Sender(Protocol):
        """A transport whose write queue is in the engine."""

        def _unsent(self) -> int: ...
        def _drop_unsent(self) -> None: ...


class UnsentData:
    """A view of the data that the engine still has to send, with the methods that asyncio's code uses."""

    def __init__(self, transport: Sender) -> None:
        self._transport = transport

    def __len__(self) -> int:
        return self._transport._unsent()

    def clear(self) -> None:
        """Drop the data."""
        self._transport._drop_unsent()
