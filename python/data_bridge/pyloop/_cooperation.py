"""Waiting where gevent has replaced Python's selectors: with one of its own, not in the engine."""

from __future__ import annotations

import selectors


class CooperativeWait:
    """Waits for the poller of a loop, and lets greenlets of the thread run meanwhile.

    The threads of a patched program are such greenlets. If the loop blocked the thread they would stand still, those on
    which a callback depends included.
    """

    def __init__(self, fd: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._selector.register(fd, selectors.EVENT_READ)

    def wait(self, seconds: float | None) -> None:
        """Wait until the descriptor is readable, or for a time."""
        self._selector.select(seconds)

    def close(self) -> None:
        """Close the selector."""
        self._selector.close()
