"""`install()` and `uninstall()` where asyncio has no policies, from Python 3.16 on.

There `asyncio.run`, `asyncio.Runner` and `asyncio.new_event_loop` call one function, which `install()` replaces.
"""

from __future__ import annotations

import asyncio
from asyncio import events

from ._running import new_event_loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_HOLDERS: tuple[Any, ...] = (events, asyncio)
_NAME = "new_event_loop"

_replaced: Callable[[], asyncio.AbstractEventLoop] | None = None


def install() -> None:
    """Make `asyncio.run`, `asyncio.Runner` and `asyncio.new_event_loop` use PyLoop in this process.

    Calling it again has no effect. Loops that exist already stay as they are, and so do functions that were imported
    from asyncio by name before.
    """
    global _replaced
    if not is_installed():
        _replaced = events.new_event_loop
        _put(new_event_loop)


def uninstall() -> None:
    """Undo `install()`: restore asyncio's own function. Do nothing if `install()` was not called."""
    global _replaced
    if is_installed() and _replaced is not None:
        _put(_replaced)
        _replaced = None


def is_installed() -> bool:
    """Return whether asyncio creates PyLoops in this process."""
    function: object = events.new_event_loop
    return function is new_event_loop


def _put(function: Callable[[], asyncio.AbstractEventLoop]) -> None:
    for holder in _HOLDERS:
        setattr(holder, _NAME, function)
