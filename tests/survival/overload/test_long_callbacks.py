"""A callback that blocks for seconds: timers, signals, threads and I/O of that time are all served afterwards."""

from support.loop_kinds import ASYNCIO, LoopKind
from survival.overload.sizes import FULL

SECONDS = 10 if FULL else 2


def test_callback_that_blocks(kind: LoopKind) -> None:
    # A few hundred wakeups fill asyncio's pipe, and a signal that finds it full is lost; ours is for signals alone.
    calls = 100 if kind is ASYNCIO else 1000
    kind.expect("all served\n", "survival.overload.programs.long_callbacks", str(SECONDS), str(calls))
