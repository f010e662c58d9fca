"""What the programs of all frameworks have in common: the messages, and the check of the work."""

from __future__ import annotations

MESSAGE = b"x" * 1024
TIMER_SECONDS = 0.001


def expect(what: str, actual: int, expected: int) -> None:
    """End the program if the framework did more or less than it was asked to."""
    if actual != expected:
        raise RuntimeError(f"{what}: expected {expected}, got {actual}")
