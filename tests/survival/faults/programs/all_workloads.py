"""Runs every workload on a loop of its own, and prints "done"."""

import asyncio

from data_bridge.pyloop import new_event_loop
from support import workloads


def main() -> None:
    """Run them one after the other."""
    for workload in workloads.WORKLOADS.values():
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(workload())
    print("done")


if __name__ == "__main__":
    main()
