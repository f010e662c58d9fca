"""What a process holds: memory, descriptors and threads. For tests, and for programs in processes of their own."""

import os
import time

_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """The memory of this process that is in RAM."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * _PAGE


def resident_megabytes() -> float:
    """The same in units of 10**6 bytes."""
    return resident_bytes() / 1e6


def mapped_bytes() -> int:
    """The address space of this process, reserved memory included."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * _PAGE


def status(field: str) -> str:
    """A field of /proc/self/status."""
    with open("/proc/self/status") as lines:
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(field + ":"))


def kibibytes(field: str) -> int:
    """A field of /proc/self/status that is a size."""
    return int(status(field).split()[0])


def descriptors() -> dict[int, str]:
    """What each open descriptor leads to; the one that reads the directory is closed again and leads nowhere."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            continue
    return found


def count_descriptors() -> int:
    """How many descriptors are open."""
    return len(descriptors())


def count_threads(at_most: int = 0) -> int:
    """How many threads there are, those of other runtimes included.

    A thread that ends may need a moment to be gone: with *at_most*, wait up to 5 s for so few.
    """
    deadline = time.monotonic() + 5
    while (count := len(os.listdir("/proc/self/task"))) > at_most and time.monotonic() < deadline and at_most:
        time.sleep(0.01)
    return count
