"""How much of the machine this process uses."""

import os


def resident_megabytes() -> float:
    """Resident memory, in units of 10**6 bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
