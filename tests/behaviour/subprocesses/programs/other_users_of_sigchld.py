"""Others use SIGCHLD and `waitpid` beside a loop with children; each program prints what happened."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import warnings
from types import FrameType

from behaviour.subprocesses.programs.exits import exits
from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from support.signals import send


def handler_before_the_loop() -> None:
    """Called for the loop's children, and for others after it."""
    seen: list[int] = []

    def handler(signum: int, _frame: FrameType | None) -> None:
        seen.append(signum)

    signal.signal(signal.SIGCHLD, handler)
    loop = new_event_loop()
    print(loop.run_until_complete(exits()), len(seen) > 0, signal.getsignal(signal.SIGCHLD) is handler)
    loop.close()
    seen.clear()
    subprocess.run("true", check=False)
    print(len(seen), signal.getsignal(signal.SIGCHLD) is handler)


def handler_while_the_loop_runs() -> None:
    """Set between children."""
    seen: list[str] = []

    async def main() -> tuple[object, ...]:
        first = await exits()
        signal.signal(signal.SIGCHLD, lambda _signum, _frame: seen.append("python"))
        second = await exits()
        return first, second, set(seen)

    loop = new_event_loop()
    print(*loop.run_until_complete(main()))
    loop.close()


def handler_of_the_loop() -> None:
    """Set before children, and removed before others."""
    seen: list[str] = []

    async def main() -> tuple[object, ...]:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, seen.append, "loop")
        first = await exits()
        while not seen:
            await asyncio.sleep(0.001)
        removed = loop.remove_signal_handler(signal.SIGCHLD)
        return first, set(seen), removed, await exits(), signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL

    loop = new_event_loop()
    print(*loop.run_until_complete(main()))
    loop.close()


def handler_that_waits() -> None:
    """For the five children that it knows."""
    mine: list[int] = []
    statuses: list[int] = []

    def reap(_signum: int, _frame: FrameType | None) -> None:
        for pid in list(mine):
            # The next signal can interrupt this handler, and its call has then waited for the same child.
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    mine.remove(pid)
                    statuses.append(pid)

    signal.signal(signal.SIGCHLD, reap)

    async def main() -> tuple[bool, int]:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        mine.extend(os.posix_spawnp("sh", ["sh", "-c", f"exit {code}"], os.environ) for code in range(5))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        theirs = await exits()
        while mine:
            await asyncio.sleep(0.001)
        return theirs, len(statuses)

    loop = new_event_loop()
    print(*loop.run_until_complete(main()))
    loop.close()


def child_that_another_has_waited_for() -> None:
    """Print the level of what is logged, the status that the other got, and the one that the loop reports."""
    logging.basicConfig(format="%(levelname)s", stream=sys.stdout)
    warnings.simplefilter("ignore", DeprecationWarning)
    # With threads, it is open who waits first.
    watcher = asyncio.PidfdChildWatcher()
    asyncio.set_child_watcher(watcher)

    async def main() -> tuple[object, ...]:
        child = await asyncio.create_subprocess_exec("sleep", "1000")
        os.kill(child.pid, signal.SIGKILL)
        _, status = os.waitpid(child.pid, 0)
        return os.waitstatus_to_exitcode(status), await child.wait(), await exits()

    loop = new_event_loop()
    watcher.attach_loop(loop)
    print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
    loop.close()


def ignored_sigchld() -> None:
    """Print the statuses of five children."""
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    async def status() -> int:
        # It must not be gone before its watcher has seen it.
        child = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
        assert child.stdin is not None
        child.stdin.close()
        return await child.wait()

    async def main() -> list[int]:
        return await asyncio.gather(*(status() for _ in range(5)))

    loop = new_event_loop()
    print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
    loop.close()


def handlers_of_every_sort() -> None:
    """Seven signals with a handler and one that is ignored, around children."""
    seen: list[int] = []

    def note(signum: int, _frame: FrameType | None) -> None:
        seen.append(signum)

    kept = [
        signal.SIGUSR1,
        signal.SIGUSR2,
        signal.SIGHUP,
        signal.SIGTERM,
        signal.SIGALRM,
        signal.SIGCHLD,
        signal.SIGINT,
    ]
    for signum in kept:
        signal.signal(signum, note)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)

    async def main() -> tuple[bool, int]:
        done = await exits()
        child = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
        assert child.stdin is not None
        for signum in kept:
            send(signum)
            while signum not in seen:
                await asyncio.sleep(0.001)
        send(signal.SIGQUIT)
        child.stdin.close()
        return done, await child.wait()

    loop = new_event_loop()
    print(*loop.run_until_complete(main()))
    loop.close()
    print(all(signal.getsignal(signum) is note for signum in kept), signal.getsignal(signal.SIGQUIT) == signal.SIG_IGN)


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
