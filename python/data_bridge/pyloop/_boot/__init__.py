"""The boot: starts the JVM and the engine inside this process, once, at the first event loop.

This module only keeps the once-per-process promise. The steps are in `sequence`, which is imported when they are
needed, so that importing PyLoop costs nothing and works on hosts that PyLoop refuses.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from .fork import in_forked_child, refuse_forked_child
from .seal import is_exiting, refuse_at_exit

__all__ = ["boot", "in_forked_child", "is_booted", "is_exiting"]

if TYPE_CHECKING:
    from .sequence import Sequence

# Reentrant, so that code run by the boot itself (a finaliser, an import hook) gets an error and not a deadlock.
# Waiting for it releases the GIL.
_lock = threading.RLock()
_booting = False
_sequence: Sequence | None = None


def boot() -> dict[str, object]:
    """Return the Java-defined types by name, starting the engine if this is the first call in the process.

    Raises ImportError or RuntimeError with cause and remedy. A process can try to create a JVM only once: after a
    failed try every further call raises the same error. Refusals before that try are checked anew.
    """
    global _booting
    refuse_forked_child()
    refuse_at_exit()
    if _sequence is not None and _sequence.namespace is not None:
        return _sequence.namespace
    with _lock:
        if _booting:
            raise RuntimeError(
                "PyLoop's engine was requested by code that runs inside its own start; create the loop later"
            )
        _booting = True
        try:
            return _sequence_to_run().run()
        finally:
            _booting = False


def is_booted() -> bool:
    """Tell whether the engine runs in this process."""
    return _sequence is not None and _sequence.namespace is not None and not in_forked_child()


def _sequence_to_run() -> Sequence:
    global _sequence
    if _sequence is None:
        from . import host

        host.refuse_unsupported_interpreter()
        host.refuse_subinterpreter()
        from .sequence import Sequence

        _sequence = Sequence()
    return _sequence


def _renew_lock() -> None:
    """In a forked child: the thread that held the lock, if any, does not exist here."""
    global _lock, _booting
    _lock = threading.RLock()
    _booting = False


os.register_at_fork(after_in_child=_renew_lock)
