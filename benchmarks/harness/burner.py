"""A process that computes all the time on one processor, until it is ended or its parent is gone.

python burner.py PROCESSOR
"""

from __future__ import annotations

import os
import sys

BETWEEN_LOOKS = 1_000_000


def main(processor: int) -> None:
    """Say that it has begun, and compute."""
    os.sched_setaffinity(0, {processor})
    parent = os.getppid()
    print("computing", flush=True)
    number = 1
    while os.getppid() == parent:
        for _ in range(BETWEEN_LOOKS):
            number = (number * 1103515245 + 12345) % 2147483648


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
