"""Making loops and running programs on them."""

from __future__ import annotations

import asyncio
import warnings
from asyncio import unix_events
from typing import TYPE_CHECKING, Any, TypeVar

from ._boot import in_forked_child, is_exiting
from ._options import refuses_loops_after_fork

if TYPE_CHECKING:
    from collections.abc import Coroutine

_T = TypeVar("_T")

_FORKED = "this process was forked from one in which PyLoop's engine runs, and a JVM does not survive a fork"
_TO_HAVE_PYLOOP = (
    "to have PyLoop, fork before the first loop is created, or start the process with the spawn or forkserver method"
)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new PyLoop; the first one starts the engine. Any thread.

    In a forked child of a process that has started the engine, which cannot run there, return asyncio's own loop
    with a RuntimeWarning, or raise RuntimeError if the environment variable PYLOOP_FORK is "strict"; return asyncio's
    loop likewise, without a warning, in an atexit handler that runs after PyLoop's own. Raises ImportError or
    RuntimeError, naming cause and remedy, where the engine cannot start.
    """
    if in_forked_child():
        if refuses_loops_after_fork():
            raise RuntimeError(f"{_FORKED}, and PYLOOP_FORK=strict forbids asyncio's own event loop; {_TO_HAVE_PYLOOP}")
        warnings.warn(
            f"{_FORKED}: using asyncio's own event loop here; {_TO_HAVE_PYLOOP}", RuntimeWarning, stacklevel=2
        )
        return unix_events.SelectorEventLoop()
    if is_exiting():
        return unix_events.SelectorEventLoop()
    from ._loop import PyLoop

    return PyLoop()


def run(main: Coroutine[Any, Any, _T], *, debug: bool | None = None) -> _T:
    """Run a coroutine on a new PyLoop and return its result, as `asyncio.run` does on asyncio's loop.

    Raises RuntimeError in a thread that is running a loop, and what `asyncio.run` raises.
    """
    if asyncio._get_running_loop() is not None:
        raise RuntimeError("data_bridge.pyloop.run() cannot be called from a running event loop")
    with asyncio.Runner(debug=debug, loop_factory=new_event_loop) as runner:
        return runner.run(main)
