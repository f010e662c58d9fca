"""Signals that children inherit, compared with those of children of plain Python, and the one that they send."""

import asyncio
import signal
import subprocess
import sys

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario


async def output_of(*command: str) -> bytes:
    """What a child of asyncio's prints."""
    child = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    output, _ = await child.communicate()
    return output


def blocked_and_ignored() -> None:
    """Print how many masks there are, and whether they are the same."""
    command = ["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"]

    def actions(output: bytes) -> list[list[int]]:
        masks = [int(line.split()[1], 16) for line in output.splitlines()]
        # The two signals that are not valid belong to the C library.
        return [[number for number in signal.valid_signals() if mask >> (number - 1) & 1] for mask in masks]

    plain = actions(subprocess.run(command, capture_output=True, check=False).stdout)
    loop = new_event_loop()
    print(len(plain), actions(loop.run_until_complete(output_of(*command))) == plain)
    loop.close()


def blocked_by_the_parent() -> None:
    """Print whether a child of the loop's blocks the same, and whether that is the one signal."""
    command = ["grep", "SigBlk", "/proc/self/status"]
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    plain = subprocess.run(command, capture_output=True, check=False).stdout
    loop = new_event_loop()
    same = loop.run_until_complete(output_of(*command)) == plain
    print(same, int(plain.split()[1], 16) == 1 << signal.SIGUSR1 - 1)
    loop.close()


def handler_for_children_that_end() -> None:
    """Print the status of a child, when the handler has run, and whether it could be removed, twice."""

    async def main() -> None:
        seen = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, seen.set)
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", "import sys; sys.exit(7)")
        print(await child.wait())
        await asyncio.wait_for(seen.wait(), 60)
        print(loop.remove_signal_handler(signal.SIGCHLD), loop.remove_signal_handler(signal.SIGCHLD))

    loop = new_event_loop()
    loop.run_until_complete(main())
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
