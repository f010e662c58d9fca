"""Prints which loop asyncio makes in this process, and then in one that it starts in the way its argument names."""

import asyncio
import concurrent.futures
import multiprocessing
import subprocess
import sys
from collections.abc import Callable


async def name() -> str:
    return type(asyncio.get_running_loop()).__name__


def loop(_number: int = 0) -> str:
    """The class of the loop that runs a coroutine here."""
    return asyncio.run(name())


def in_a_pool(method: str) -> str:
    with multiprocessing.get_context(method).Pool(1) as pool:
        return pool.map(loop, [0])[0]


def in_an_executor(method: str) -> str:
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool:
        return pool.submit(loop).result()


def in_a_grandchild(_number: int = 0) -> str:
    """A worker of forkserver starts one of spawn."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.map(loop, [0])[0]


def through_an_executor() -> str:
    # Workers of a Pool are daemons, which may have no children.
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("forkserver")) as pool:
        return pool.submit(in_a_grandchild).result()


def as_a_command(*options: str) -> str:
    command = [sys.executable, *options, __file__, "nothing"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


async def as_a_command_of_asyncio() -> str:
    process = await asyncio.create_subprocess_exec(sys.executable, __file__, "nothing", stdout=subprocess.PIPE)
    return (await process.communicate())[0].decode().strip()


WAYS: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "fork": lambda: in_a_pool("fork"),
    "spawn": lambda: in_a_pool("spawn"),
    "forkserver": lambda: in_a_pool("forkserver"),
    "executor of spawn": lambda: in_an_executor("spawn"),
    "executor of forkserver": lambda: in_an_executor("forkserver"),
    "grandchild": through_an_executor,
    "command": as_a_command,
    "isolated command": lambda: as_a_command("-I"),
    "command of asyncio": lambda: asyncio.run(as_a_command_of_asyncio()),
}

if __name__ == "__main__":
    print(loop(), WAYS[sys.argv[1]]())
