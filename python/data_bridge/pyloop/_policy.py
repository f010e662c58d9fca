"""`install()` and `uninstall()`: make PyLoop the loop that asyncio creates by default."""

from __future__ import annotations

import asyncio
from asyncio import events, unix_events

from ._running import new_event_loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    DefaultPolicy = asyncio.DefaultEventLoopPolicy
else:
    # The same class under a private name, which gives no deprecation warning on 3.14.
    DefaultPolicy = unix_events._UnixDefaultEventLoopPolicy

# 3.14 deprecates the public functions; the warning is for users of policies, not for those of `install()`.
_get_policy = getattr(events, "_get_event_loop_policy", None) or asyncio.get_event_loop_policy
_set_policy = getattr(events, "_set_event_loop_policy", None) or asyncio.set_event_loop_policy

_replaced: asyncio.AbstractEventLoopPolicy | None = None


class EventLoopPolicy(DefaultPolicy):
    """asyncio's default policy, except that `new_event_loop()` returns a PyLoop."""

    _loop_factory = staticmethod(new_event_loop)


def install() -> None:
    """Make `asyncio.run`, `asyncio.Runner` and `asyncio.new_event_loop` use PyLoop in this process.

    Calling it again has no effect. Loops that exist already stay as they are.
    """
    global _replaced
    current = _get_policy()
    if not isinstance(current, EventLoopPolicy):
        _set_policy(EventLoopPolicy())
        _replaced = current


def uninstall() -> None:
    """Undo `install()`: restore the policy that was set before. Do nothing if `install()` was not called."""
    global _replaced
    if is_installed():
        _set_policy(_replaced)
        _replaced = None


def is_installed() -> bool:
    """Return whether asyncio creates PyLoops in this process."""
    return isinstance(_get_policy(), EventLoopPolicy)
