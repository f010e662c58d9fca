"""What a loop has done, as `PyLoop.statistics()` returns it."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

_NANOSECONDS = 1_000_000_000


class LoopStatistics(NamedTuple):
    """Counters of a loop since it was created, and what is scheduled now.

    The engine counts all the time. Reading takes a few microseconds. Rates come from the difference of two readings.
    """

    iterations: int
    """How often the loop went round."""

    callbacks: int
    """How many entries of the ready queue had their turn: callbacks, due timers, I/O of transports. Those that were
    cancelled count, as they take their place in the queue until their turn."""

    timers: int
    """How many timers came due. Cancelled ones do not count."""

    polls: int
    """How often the loop asked the kernel for I/O without waiting."""

    waits: int
    """How often it waited in the kernel because nothing was ready."""

    events: int
    """How many I/O events both found. Events of one descriptor that come together are one."""

    wakeups: int
    """How many waits were ended by another thread, as by `call_soon_threadsafe`."""

    waited: float
    """Seconds in those waits: the time in which the loop was idle."""

    lock_waited: float
    """Seconds from the end of the waits until the loop's thread had the GIL again: what other threads cost the loop."""

    ready: int
    """How many entries the ready queue has now."""

    scheduled: int
    """How many timers are pending now."""

    @classmethod
    def of(cls, counters: Iterable[tuple[str, int]]) -> Self:
        """Make one of what the engine returns; times are in nanoseconds there."""
        values = dict(counters)
        return cls(
            waited=values.pop("waited_ns") / _NANOSECONDS,
            lock_waited=values.pop("lock_waited_ns") / _NANOSECONDS,
            **values,
        )
