"""Prompt delivery of Python signals to a loop that is blocked."""

from __future__ import annotations

import contextlib
import os
import signal
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class SignalWakeup:
    """While entered, a signal writes a byte to a descriptor the loop polls.

    Without it a signal that arrives just before the wait, or in another thread, is not noticed until the wait ends.
    Python has one wakeup descriptor for the process and sets it in the main thread only; elsewhere this does nothing.
    Whoever had set another one goes on getting the bytes, through `forward`, and has it back afterwards.
    """

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno
        self._replaced: int | None = None

    def __enter__(self) -> None:
        if threading.get_ident() == threading.main_thread().ident:
            self._replaced = signal.set_wakeup_fd(self._fileno, warn_on_full_buffer=False)

    def renew(self) -> None:
        """Set the descriptor again, after somebody has unset it. Main thread only."""
        signal.set_wakeup_fd(self._fileno, warn_on_full_buffer=False)

    def forward(self, data: bytes) -> None:
        """Write the signal numbers that the loop has read to the descriptor that was set before."""
        if self._replaced is not None and self._replaced not in (-1, self._fileno):
            with contextlib.suppress(OSError):  # full or closed: Python's own handler would not complain either
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
        # Otherwise somebody has set another one meanwhile, or none, and has not asked for it to be undone.
        with contextlib.suppress(OSError, ValueError):  # closed meanwhile
            signal.set_wakeup_fd(current)
