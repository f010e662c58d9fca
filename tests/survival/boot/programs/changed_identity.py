"""Changes the process's user or root directory, as servers do once they have started, and uses loops.

Arguments: the kind of loop, and the scenario.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import data_bridge.pyloop
from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from survival.boot.programs import jobs_of_loops
from survival.boot.programs.tls_jobs import serve_tls

#: The exit status where this machine does not let a program have such a host.
UNAVAILABLE = 77
NOBODY = 65534
Job = Callable[[], Coroutine[Any, Any, object]]

ALL_JOBS: list[Job] = [*jobs_of_loops.JOBS, serve_tls]
#: No program is in an empty directory.
WITHOUT_FILES = [job for job in ALL_JOBS if job is not jobs_of_loops.run_program]


def drop_privileges() -> None:
    """Become nobody."""
    try:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    except PermissionError:
        sys.exit(UNAVAILABLE)
    if not all(os.access(module.__file__ or "", os.R_OK) for module in (jobs_of_loops, data_bridge.pyloop)):
        sys.exit(UNAVAILABLE)  # they are for the eyes of one user


def change_root() -> None:
    """To an empty directory."""
    directory = tempfile.mkdtemp()
    try:
        os.chroot(directory)
    except PermissionError:
        sys.exit(UNAVAILABLE)
    os.chdir("/")
    assert os.listdir("/") == []


def use(jobs: Sequence[Job]) -> None:
    """Do each on a loop of its own, and all on one."""
    for some in (*([job] for job in jobs), jobs):
        do(*some)


def do(*jobs: Job) -> None:
    """Do these on one loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        for job in jobs:
            runner.run(asyncio.wait_for(job(), 30))


def privileges_before_the_first_loop() -> None:
    drop_privileges()
    use(ALL_JOBS)
    print("works")


def privileges_after_a_loop() -> None:
    do(jobs_of_loops.sleep)
    drop_privileges()
    use(ALL_JOBS)
    print("works")


def privileges_in_a_loop() -> None:
    async def drop() -> None:
        drop_privileges()

    do(jobs_of_loops.sleep, drop, *ALL_JOBS)
    print("works")


def root_after_a_loop() -> None:
    do(jobs_of_loops.sleep)
    change_root()
    use(WITHOUT_FILES)
    print("works")


def root_in_a_loop() -> None:
    async def change() -> None:
        change_root()

    do(jobs_of_loops.sleep, change, *WITHOUT_FILES)
    print("works")


def root_before_the_first_loop() -> None:
    change_root()
    try:
        use(WITHOUT_FILES)
    except ImportError as error:
        print(error)
    else:
        print("works")


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
