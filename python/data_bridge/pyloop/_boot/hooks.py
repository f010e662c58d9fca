"""Takes our hooks out of a JVM that has started.

The JVM keeps the hooks for its messages and its abort for life. Ours are Python functions, which wait for the GIL; and
a JVM thread may report something while the thread that holds the GIL waits for it, at a safepoint. So once the boot is
over, the pointers in the JVM's own data are replaced by the C library's functions that it would use without hooks.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from . import libc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_POINTER = ctypes.sizeof(ctypes.c_void_p)


def replace(library: Path, hook: int, function: str) -> bool:
    """Replace the pointer `hook` in the writable data of `library` by that to a function of the C library.

    Nothing is changed, and False returned, unless the pointer is found exactly once.
    """
    replacement = ctypes.cast(getattr(libc.LIBC, function), ctypes.c_void_p).value or 0
    needle = hook.to_bytes(_POINTER, "little")
    found = [address for start, end in _writable_data(library) for address in _find(needle, start, end)]
    if len(found) != 1:
        return False
    ctypes.c_size_t.from_address(found[0]).value = replacement
    return True


def _find(needle: bytes, start: int, end: int) -> Iterator[int]:
    data = ctypes.string_at(start, end - start)
    at = data.find(needle)
    while at >= 0:
        if at % _POINTER == 0:
            yield start + at
        at = data.find(needle, at + 1)


def _writable_data(library: Path) -> Iterator[tuple[int, int]]:
    """Yield the library's writable mappings and the anonymous one that follows, which is its zeroed data."""
    resolved = str(library.resolve())
    previous_end = 0
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        for line in maps:
            span, permissions, *rest = line.split(maxsplit=5)
            start, end = (int(address, 16) for address in span.split("-"))
            named = len(rest) == 4
            belongs = named and rest[3].rstrip("\n") == resolved
            if permissions.startswith("rw") and (belongs or (not named and start == previous_end)):
                yield start, end
            previous_end = end if belongs else 0
