"""The loops under test, and how one of them takes the place of asyncio's own in a worker process.

The suite reaches a loop by four roads: asyncio.new_event_loop(), the default policy, asyncio.EventLoop and
asyncio.SelectorEventLoop.  Redirecting the default policy's factory serves the first two, and it survives the
set_event_loop_policy(None) that most test modules call; tests which install a policy of their own keep it.
"""

import asyncio
import functools
import importlib
from collections.abc import Callable
from typing import Any

LOOPS = {
    "asyncio": "asyncio:SelectorEventLoop",
    "pyloop": "data_bridge.pyloop:PyLoop",
    "uvloop": "uvloop:Loop",
}
CONTROL = "asyncio"
DEFAULT = "pyloop"

LoopClass = type[asyncio.AbstractEventLoop]


def loop_class(name: str) -> LoopClass:
    """Import the loop class called *name*: a key of LOOPS or "module:Class"."""
    module, _, attribute = LOOPS.get(name, name).partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if not (isinstance(found, type) and issubclass(found, asyncio.AbstractEventLoop)):
        raise TypeError(f"{name!r} is not an event loop class: {found!r}")
    return found


def install(cls: LoopClass) -> None:
    """Make *cls* the loop that this process's tests get.  Call it before any test module is imported."""
    namespace: Any = asyncio
    namespace.SelectorEventLoop = cls
    if hasattr(asyncio, "EventLoop"):
        # A class and not a factory function: tests subclass it and keep it as a class attribute.
        namespace.EventLoop = cls
    policy = _default_policy()
    if policy is not None:
        policy._loop_factory = staticmethod(_factory(cls))
    else:
        namespace.new_event_loop = namespace.events.new_event_loop = _factory(cls)


def _factory(cls: LoopClass) -> Callable[[], asyncio.AbstractEventLoop]:
    """What a program installs: PyLoop's own function, because in a forked child it makes another loop."""
    if cls.__module__.startswith("data_bridge.pyloop"):
        factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("data_bridge.pyloop").new_event_loop
        return factory
    return cls


def _default_policy() -> Any:
    """The class of the default policy, by its private name: the public one warns since Python 3.14."""
    unix_events: Any = asyncio.unix_events
    for name in ("_DefaultEventLoopPolicy", "_UnixDefaultEventLoopPolicy"):
        if hasattr(unix_events, name):
            return getattr(unix_events, name)
    return None


class LoopCounter:
    """Counts the loops of one class that come into being, so that a report can tell which tests used any."""

    def __init__(self, cls: Any) -> None:
        self.count = 0
        original = cls.__init__

        @functools.wraps(original)
        def counting_init(loop: Any, *args: Any, **kwargs: Any) -> None:
            self.count += 1
            original(loop, *args, **kwargs)

        cls.__init__ = counting_init
