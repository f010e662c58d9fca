"""How much of the machine this process uses: read by tests and by their programs, which it adds no import to."""

import os

_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """The memory of this process that is in RAM."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * _PAGE


def virtual_bytes() -> int:
    """The address space of this process that is in use, which RLIMIT_AS limits."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * _PAGE


def open_descriptors() -> int:
    """The number of open file descriptors, the one that lists them included."""
    return len(os.listdir("/proc/self/fd"))


def kernel_threads() -> int:
    """The number of threads, those of other runtimes than Python included."""
    return len(os.listdir("/proc/self/task"))


def resident_megabytes() -> float:
    """Resident memory, in units of 10**6 bytes."""
    return resident_bytes() / 1e6
