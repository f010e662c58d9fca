"""What the command lines of the benchmarks have in common: argument types and the progress line."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class ProgressLine:
    """A line that is rewritten on a terminal; elsewhere, one line per workload."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._last_workload = ""

    def __call__(self, done: int, steps: int, what: str) -> None:
        text = f"[{100 * done // steps:3d} %, {time.monotonic() - self._start:3.0f} s] {what}"
        if self._terminal:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        elif (workload := what.partition(":")[0]) != self._last_workload:
            self._last_workload = workload
            print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave the terminal to the table."""
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def names(known: Collection[str]) -> Callable[[str], list[str]]:
    """An argparse type: a comma-separated list of known names."""

    def parse(text: str) -> list[str]:
        chosen = [name.strip() for name in text.split(",") if name.strip()]
        if unknown := [name for name in chosen if name not in known]:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known are {', '.join(known)}")
        return list(dict.fromkeys(chosen))

    return parse


def positive(text: str) -> int:
    """An argparse type: a whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
