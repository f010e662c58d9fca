"""Prompt handling of Python signals by a loop that is blocked."""

from __future__ import annotations

import contextlib
import os
import signal
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class SignalWakeup:
    """A context manager. While it is entered, each signal writes a byte to a descriptor that the loop polls.

    Without it, a signal that arrives just before the wait or in another thread is not noticed until the wait ends.
    Python has one wakeup descriptor per process, which only the main thread can set; in other threads this class does
    nothing. If another descriptor was set before, `forward` writes the bytes to it, and leaving the context
    restores it.
    """

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno
        self._replaced: int | None = None

    def __enter__(self) -> None:
        if threading.get_ident() == threading.main_thread().ident:
            self._replaced = signal.set_wakeup_fd(self._fileno, warn_on_full_buffer=False)

    def renew(self) -> None:
        """Set the descriptor again after it was unset. Main thread only."""
        signal.set_wakeup_fd(self._fileno, warn_on_full_buffer=False)

    def forward(self, data: bytes) -> None:
        """Write the signal numbers that the loop has read to the descriptor that was set before."""
        if self._replaced is not None and self._replaced not in (-1, self._fileno):
            with contextlib.suppress(OSError):  # full or closed: Python's own handler ignores that, too
                os.write(self._replaced, data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        replaced, self._replaced = self._replaced, None
        if replaced is None or replaced == self._fileno:
            return
        current = signal.set_wakeup_fd(-1)
        if current == self._fileno:
            current = replaced
        # Otherwise the program has set another one, or none, meanwhile; that stays.
        with contextlib.suppress(OSError, ValueError):  # closed meanwhile
            signal.set_wakeup_fd(current)
