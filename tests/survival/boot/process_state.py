"""What loading the engine must not change in its process, for code in the processes that the boot tests start."""

import ctypes
import faulthandler
import locale
import os
import resource
import signal
import threading
from typing import Any

from support.process_figures import descriptors, status

_SA_RESTORER = 0x04  # in the highest byte of the flags

_libc = ctypes.CDLL(None)
_libc.setlocale.restype = ctypes.c_char_p


def snapshot() -> dict[str, Any]:
    """The whole state."""
    return {
        "actions": {number: action(number) for number in signal.valid_signals()},
        "handlers": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "mask": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "signal masks": {field: status(field) for field in ("SigBlk", "SigIgn", "SigCgt")},
        "faulthandler": faulthandler.is_enabled(),
        "umask": status("Umask"),
        "thread name": status("Name"),
        "locale": {category: _libc.setlocale(category, None) for category in range(7)},
        "decimal point": locale.localeconv()["decimal_point"],
        "limits": {n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith("RLIMIT_")},
        "C environment": c_environment(),
        "environment": dict(os.environ),
        "directory": os.getcwd(),
        "wakeup fd": wakeup_fd(),
        "stack size": threading.stack_size(),
        "Python threads": sorted(thread.name for thread in threading.enumerate()),
        "threads": os.listdir("/proc/self/task"),
        "descriptors": descriptors(),
    }


def difference(before: dict[Any, Any], after: dict[Any, Any]) -> dict[Any, Any]:
    """The entries that differ, for a readable failure."""
    found = {}
    for name, old in before.items():
        new = after[name]
        if old != new:
            nested = isinstance(old, dict) and old.keys() == new.keys()
            found[name] = difference(old, new) if nested else (old, new)
    return found


def action(number: int) -> str | None:
    """Handler, mask and flags of the kernel's action for a signal."""
    record = (ctypes.c_ubyte * 152)()
    if _libc.sigaction(int(number), None, record) != 0:
        return None
    handler, mask, flags = record[:8], record[8:16], record[136:140]  # of the mask the kernel fills eight bytes
    flags[3] &= ~_SA_RESTORER  # the C library sets it with every action
    return bytes(handler + mask + flags).hex()


def c_environment() -> list[bytes]:
    """The C library's environment, which `os.environ` does not follow."""
    entries = ctypes.POINTER(ctypes.c_char_p).in_dll(_libc, "environ")
    found: list[bytes] = []
    while (entry := entries[len(found)]) is not None:
        found.append(entry)
    return sorted(found)


def wakeup_fd() -> int:
    """Python's wakeup fd."""
    fd = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(fd)
    return fd


def engine_is_mapped() -> bool:
    """Tell whether the engine's library is loaded."""
    with open("/proc/self/maps") as maps:
        return "/_engine.abi3.so" in maps.read()
