"""Waiting where gevent or eventlet has replaced Python's selectors: with one of theirs, not in the engine."""

from __future__ import annotations

import selectors

TYPE_CHECKING = False


class CooperativeWaits:
    """The part of a loop that lets greenlets of its thread run while the loop waits.

    The threads of a patched program are such greenlets. If the loop blocked the thread they would stand still, those on
    which a callback depends included.
    """

    _wait_selector: selectors.BaseSelector | None = None

    if TYPE_CHECKING:
        _waits_cooperatively: bool

        def _poll_descriptor(self) -> int: ...

    def _find_greenlets(self) -> None:
        self._waits_cooperatively = selectors.DefaultSelector is not getattr(selectors, "EpollSelector", None)

    def _close_wait_selector(self) -> None:
        if self._wait_selector is not None:
            self._wait_selector.close()
            self._wait_selector = None

    # Called by the engine.

    def _wait_cooperatively(self, seconds: float | None) -> None:
        if self._wait_selector is None:
            self._wait_selector = selectors.DefaultSelector()
            self._wait_selector.register(self._poll_descriptor(), selectors.EVENT_READ)
        self._wait_selector.select(seconds)
