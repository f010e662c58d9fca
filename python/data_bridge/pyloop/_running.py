"""`new_event_loop()` and `run()`."""

from __future__ import annotations

import asyncio
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, TypeVar

    from ._loop import PyLoop

    _T = TypeVar("_T")


def new_event_loop() -> PyLoop:
    """Return a new PyLoop. The first call loads the engine. Any thread.

    Raises ImportError with cause and remedy if the engine cannot be loaded, MemoryError if there is too little memory.
    """
    try:
        from ._loop import PyLoop
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith(f"{__package__}."):
            raise
        raise ImportError(
            f"PyLoop's module {error.name} is not in {os.path.dirname(__file__)}: the installation is incomplete, or"
            " the program has changed its root directory or its user since it imported the package; make and close a"
            " loop before that",
            name=error.name,
        ) from error

    return PyLoop()


def run(main: Coroutine[Any, Any, _T], *, debug: bool | None = None) -> _T:
    """Run a coroutine on a new PyLoop and return its result, as `asyncio.run` does on asyncio's loop.

    Raises RuntimeError in a thread that is running a loop, and otherwise what `asyncio.run` raises.
    """
    if asyncio._get_running_loop() is not None:
        raise RuntimeError("data_bridge.pyloop.run() cannot be called from a running event loop")
    with asyncio.Runner(debug=debug, loop_factory=new_event_loop) as runner:
        return runner.run(main)
