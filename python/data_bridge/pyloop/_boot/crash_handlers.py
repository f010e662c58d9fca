"""Who owns SIGSEGV, SIGBUS, SIGFPE and SIGILL.

The JVM needs these signals: null checks and safepoint polls in compiled Java are faults that it handles. It passes
faults that are not its own to the handler it found at its creation. With Python's faulthandler in that place a crash
in C prints a Python traceback, as it does without a JVM.
"""

import faulthandler
import os

from . import libc
from .guards import FAULTS

FAULTHANDLER_VARIABLE = "PYLOOP_FAULTHANDLER"
_STDERR = 2

# The SIGSEGV entry stands for all four: whoever takes one takes all, and a query costs a system call.
_SENTINEL = FAULTS[0]
_before: dict[int, libc.Sigaction] = {}
_ours: dict[int, libc.Sigaction] = {}
_enabled_here = False
_chained_to_faulthandler = False


def prepare() -> None:
    """Before the creation of the JVM, on the thread that boots: turn faulthandler on unless the user objects.

    The thread matters, because faulthandler gives its alternate stack to the one that enables it.
    """
    global _enabled_here, _chained_to_faulthandler
    _enabled_here = not faulthandler.is_enabled() and os.environ.get(FAULTHANDLER_VARIABLE) != "0"
    if _enabled_here:
        faulthandler.enable(file=_STDERR)
    _chained_to_faulthandler = faulthandler.is_enabled()
    _before.update((signum, libc.get_action(signum)) for signum in FAULTS)


def adopt() -> None:
    """After the creation: keep the JVM's actions."""
    # Without the alternate stack an overflow of the C stack would kill the process without a word.
    _ours.update((signum, libc.get_action(signum).runs_on_alternate_stack()) for signum in FAULTS)
    _set(_ours)


def take_back() -> None:
    """After a creation that failed: put everything back."""
    _set(_before)
    if _enabled_here:
        faulthandler.disable()


def repair() -> None:
    """Give the four signals back to the JVM if somebody has taken them, for instance `faulthandler.disable()`.

    Called where a loop is made, starts to run or is closed and, about once a second, before it waits. The JVM's own
    actions must never be installed over a faulthandler that is off: it would return without doing anything, and the
    fault would repeat for ever.
    """
    if not _ours or libc.get_action(_SENTINEL).handler == _ours[_SENTINEL].handler:
        return
    if _chained_to_faulthandler and not faulthandler.is_enabled():
        # From the default action, so that faulthandler remembers that one as its predecessor and not the JVM's.
        _set(dict.fromkeys(FAULTS, libc.default_action()))
        faulthandler.enable(file=_STDERR)
    _set(_ours)


def forget_in_child() -> None:
    """In a forked child, where the JVM is dead, make a crash behave as in a process that never had one."""
    if not _ours:
        return
    _ours.clear()
    if not faulthandler.is_enabled():
        _set(dict.fromkeys(FAULTS, libc.default_action()))
    elif _chained_to_faulthandler:
        _set(_before)  # faulthandler's own actions; it keeps the file it was given
    else:
        _set(dict.fromkeys(FAULTS, libc.default_action()))
        faulthandler.disable()
        faulthandler.enable(file=_STDERR)


def _set(actions: dict[int, libc.Sigaction]) -> None:
    for signum, action in actions.items():
        libc.set_action(signum, action)
