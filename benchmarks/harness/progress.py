"""The line that says how far a run is."""

from __future__ import annotations

import sys
import time


class ProgressLine:
    """A line that is rewritten on a terminal; elsewhere, one line per line of the table."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._last = ""
        self._done = 0.0
        self._whole = 0.0
        self._weight = 1.0

    def expect(self, seconds: float) -> None:
        """How long everything that is planned will take, roughly."""
        self._whole += seconds

    def weigh(self, seconds: float) -> None:
        """How long each of the next steps takes, roughly."""
        self._weight = seconds

    def step(self, what: str) -> None:
        """Begin the next step."""
        self(self._done, max(self._whole, 1e-9), what)
        self._done += self._weight

    def __call__(self, done: float, whole: float, what: str) -> None:
        """Show that so much of the whole is done."""
        elapsed = time.monotonic() - self._start
        # The estimates of the steps are for their proportions; how fast this machine is, the time so far tells.
        left = f", {elapsed * (whole - done) / done:.0f} s left" if done > whole / 50 else ""
        text = f"[{min(100 * done / whole, 100):3.0f} %, {elapsed:3.0f} s{left}] {what}"
        if self._terminal:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        elif (line := what.partition(":")[0]) != self._last:
            self._last = line
            print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave the terminal to the table."""
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
