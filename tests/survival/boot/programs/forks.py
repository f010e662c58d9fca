"""Forks before and after the load of the engine."""

import asyncio
import os
import signal
import sys
import warnings
from collections.abc import Callable

import data_bridge.pyloop as pyloop
from support.scenarios import run_scenario
from support.visits import visit_a_server


async def name_of_loop() -> str:
    """The class of the loop that runs."""
    await asyncio.sleep(0.001)
    return type(asyncio.get_running_loop()).__name__


def use() -> str:
    """The class of a new loop."""
    return pyloop.run(name_of_loop())


def in_child(action: Callable[[], object]) -> int:
    """Let a child print what the action returns."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)  # a child that hangs outlives nobody
        code = 1
        try:
            print(action(), flush=True)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def three_children(before: str) -> None:
    """After "nothing", or when the engine is "loaded" or "used"."""
    if before == "loaded":
        _ = pyloop.PyLoop
    elif before == "used":
        use()
    print([in_child(use) for _ in range(3)], use())


def child_of_a_child() -> None:
    """In the third generation, after use in the others."""
    use()
    print(in_child(lambda: (use(), in_child(lambda: (use(), in_child(use))))))


def end_of_a_child(ending: str) -> None:
    """Print the status of a child that ends with status 3."""
    use()
    pid = os.fork()
    if pid == 0:
        if ending == "os._exit":
            os._exit(3)
        elif ending == "sys.exit":
            sys.exit(3)
        raise SystemExit(3)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def daemon() -> None:
    """Print what a daemon answers, and exit with status 4."""
    use()
    read, write = os.pipe()
    if os.fork():
        os.close(write)
        with open(read) as answer:
            print(answer.read())
        os.wait()
        sys.exit(4)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    os.umask(0o22)
    os.closerange(write + 1, 1024)
    os.closerange(0, write)
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)

    async def serve() -> str:
        await visit_a_server()
        return await name_of_loop()

    os.write(write, pyloop.run(serve()).encode())
    os._exit(0)


if __name__ == "__main__":
    warnings.simplefilter("error")
    run_scenario(globals(), sys.argv[1:])
