"""Uses each part of a loop in the interpreter that runs this, and prints whether that has loaded another CPython."""

import asyncio

from data_bridge.pyloop import new_event_loop
from support import workloads


def libraries() -> set[str]:
    """The shared libraries of CPython in this process."""
    with open("/proc/self/maps") as maps:
        return {line.split()[-1] for line in maps if "/libpython3." in line}


def main() -> None:
    before = libraries()
    for workload in workloads.WORKLOADS.values():
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(workload())
    print("done", libraries() == before)


if __name__ == "__main__":
    main()
