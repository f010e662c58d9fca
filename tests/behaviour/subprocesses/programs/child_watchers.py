"""Children through one of asyncio's child watchers; each program prints their exit statuses.

Arguments: the kind of loop, the program, and the class of the watcher.
"""

import asyncio
import os
import subprocess
import sys
import threading
import warnings
from typing import Any

from behaviour.subprocesses.programs.exits import exit_with
from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

loop: asyncio.AbstractEventLoop


def set_watcher(name: str) -> Any:
    """Make the watcher the one of the process, and then the loop."""
    global loop
    warnings.simplefilter("ignore", DeprecationWarning)
    watcher = getattr(asyncio, name)()
    loop = new_event_loop()
    asyncio.set_event_loop(loop)
    watcher.attach_loop(loop)
    asyncio.set_child_watcher(watcher)
    if type(loop).__module__.startswith("asyncio"):
        # MultiLoopChildWatcher sets no wakeup descriptor: a signal just before the wait is not noticed until it ends.
        tick()
    return watcher


def tick() -> None:
    """End waits early."""
    loop.call_later(0.05, tick)


def finish(watcher: Any) -> None:
    """Close both, and print whether a child is left."""
    watcher.close()
    loop.close()
    asyncio.set_event_loop(None)
    try:
        print(os.waitpid(-1, os.WNOHANG))
    except ChildProcessError:
        print("no child left")


def exit_statuses(name: str) -> None:
    """Of fifty children, one that is killed, and one with pipes."""
    watcher = set_watcher(name)

    async def main() -> tuple[object, ...]:
        codes = await asyncio.gather(*(exit_with(code) for code in range(50)))
        child = await asyncio.create_subprocess_exec("sleep", "1000")
        child.kill()
        pipe = asyncio.subprocess.PIPE
        talker = await asyncio.create_subprocess_exec("cat", stdin=pipe, stdout=pipe)
        return codes == list(range(50)), await child.wait(), await talker.communicate(b"text"), talker.returncode

    print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
    finish(watcher)


def children_of_others(name: str) -> None:
    """Of `subprocess` and of `posix_spawn`, before the loop's, and of `subprocess` in an executor."""
    watcher = set_watcher(name)

    async def main() -> tuple[object, ...]:
        other = subprocess.Popen(["sh", "-c", "exit 7"])
        second = os.posix_spawnp("sh", ["sh", "-c", "exit 9"], os.environ)
        for pid in (other.pid, second):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        if name == "MultiLoopChildWatcher":
            codes = [await exit_with(code) for code in range(20)]
        else:
            codes = await asyncio.gather(*(exit_with(code) for code in range(20)))
        done = await asyncio.get_running_loop().run_in_executor(None, subprocess.run, ["sh", "-c", "exit 8"])
        status = os.waitstatus_to_exitcode(os.waitpid(second, 0)[1])
        return codes == list(range(20)), other.wait(), status, done.returncode

    print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
    loop.run_until_complete(loop.shutdown_default_executor())
    finish(watcher)


def loops_in_threads(name: str) -> None:
    """Twenty children in each of three threads."""
    watcher = set_watcher(name)
    codes: list[int] = []

    async def every() -> list[int]:
        return await asyncio.gather(*map(exit_with, range(20)))

    def run() -> None:
        inner = new_event_loop()
        codes.extend(inner.run_until_complete(asyncio.wait_for(every(), 60)))
        inner.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sorted(codes) == sorted([*range(20)] * 3))
    finish(watcher)


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
