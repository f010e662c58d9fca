"""Soaks asyncio's loop for a second with a workload that does something wrong in every round: what the soak is to find.

Arguments: the names of faults. The status is the soak's.
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from random import Random

from soak.__main__ import soak
from soak.workload import Workload, expect
from soak.workloads.scheduling import Tasks

kept: list[object] = []


class Faulty(Workload):
    """Has the faults that the program is asked for."""

    name = "faulty"

    async def round(self, random: Random) -> int:
        """See Workload."""
        self.watched["thing"] = Faulty
        for fault in sys.argv[1:]:
            FAULTS[fault](self)
        await asyncio.sleep(0.02)
        return 1


FAULTS: dict[str, Callable[[Faulty], object]] = {
    "open descriptors": lambda _workload: os.dup(1),
    "threads": lambda _workload: threading.Thread(target=time.sleep, args=(60,), daemon=True).start(),
    "tasks": lambda workload: kept.append(workload.loop.create_task(asyncio.sleep(0))),
    "references": lambda workload: kept.append(workload.watched["thing"]),
    "memory": lambda _workload: kept.append(os.urandom(20_000_000)),
    "blocks": lambda _workload: kept.extend(str(number) for number in range(1000, 6000)),
    "wrong answer": lambda _workload: expect(1 + 1 == 3, "the sum is", 2),
    "failing callback": lambda workload: workload.loop.call_soon(int, "x"),
}


def main() -> None:
    status = soak("asyncio", 1, workloads=[Faulty, Tasks])
    sys.stdout.flush()
    os._exit(status)  # the threads that were left behind would be waited for


if __name__ == "__main__":
    main()
