"""What a workload is: something to do again and again that opens things, checks every answer and closes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from random import Random

PROMPTLY = 60.0
"""Seconds. Longer than anything takes on a busy machine; what takes longer hangs."""


class WrongAnswerError(Exception):
    """The loop did something else than it should have."""


class PlannedError(Exception):
    """Raised by callbacks of a workload on purpose."""


def expect(condition: object, what: str, *details: object) -> None:
    """Raise WrongAnswerError unless the condition holds."""
    if not condition:
        raise WrongAnswerError(" ".join([what, *(repr(detail)[:200] for detail in details)]))


class Workload:
    """One kind of load. Between two rounds it holds what it held before the first one, and not more."""

    name = ""

    def __init__(self) -> None:
        self.watched: dict[str, object] = {}
        """Objects whose number of references must stay the same, by name."""

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make what lasts for the whole soak."""
        self.loop = loop

    async def round(self, random: Random) -> int:
        """Do some work, up to about a tenth of a second; return how many answers were compared."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close what lasts."""

    def took_over(self, _context: dict[str, object]) -> bool:
        """Tell whether this call of the loop's exception handler is one that the workload has provoked."""
        return False
