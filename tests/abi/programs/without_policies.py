"""Takes from asyncio what Python 3.16 no longer has, its policies, and puts there what is instead of them.

A program calls `remove_policies` before it imports PyLoop.
"""

import asyncio
import threading
from asyncio import events, unix_events
from typing import Any


class _Current(threading.local):
    loop: asyncio.AbstractEventLoop | None = None


_current = _Current()


def new_event_loop() -> asyncio.AbstractEventLoop:
    """What asyncio has under this name without policies."""
    return unix_events.SelectorEventLoop()


def _set_event_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    _current.loop = loop


def _get_event_loop() -> asyncio.AbstractEventLoop:
    if (loop := events._get_running_loop() or _current.loop) is None:
        raise RuntimeError("there is no current event loop")
    return loop


def remove_policies() -> None:
    """Change the modules of asyncio, of this process."""
    modules: tuple[Any, ...] = (asyncio, events, unix_events)
    for module in modules:
        for name in [name for name in vars(module) if "policy" in name.lower()]:
            delattr(module, name)
        if hasattr(module, "__all__"):
            module.__all__ = [name for name in module.__all__ if "Policy" not in name]
    for module in modules[:2]:
        module.new_event_loop = new_event_loop
        module.set_event_loop = _set_event_loop
        module.get_event_loop = _get_event_loop
