"""How much memory a loop takes."""

import asyncio
import resource
import sys

from support import process_figures
from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario


async def use() -> None:
    """Some callbacks and a timer."""
    loop = asyncio.get_running_loop()
    for _ in range(1000):
        loop.call_soon(int)
    await asyncio.sleep(0.001)


def sizes(*names: str) -> None:
    """Print these sizes of the process, in KiB, in the words of /proc, after a use."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(use())
    print(*(process_figures.kibibytes(name) for name in names))


def too_little_address_space() -> None:
    """Print twice whether the error names the cause, and that asyncio's own loop works."""
    resource.setrlimit(resource.RLIMIT_AS, (process_figures.mapped_bytes() + (60 << 20), resource.RLIM_INFINITY))
    for _ in range(2):
        try:
            new_event_loop()
        except MemoryError as error:
            print("address space" in str(error))
    print(asyncio.run(asyncio.sleep(0.001, "alive")))


def timers_that_come_and_go() -> None:
    """Print by how many KiB the peak has grown, or "steady"."""
    loop = new_event_loop()

    def batch() -> None:
        for handle in [loop.call_later(3600, int) for _ in range(100_000)]:
            handle.cancel()
        loop.call_soon(loop.stop)
        loop.run_forever()

    for _ in range(4):
        batch()
    before = process_figures.kibibytes("VmHWM")
    for _ in range(20):
        batch()
    grown = process_figures.kibibytes("VmHWM") - before
    print(grown if grown > 20 * 1024 else "steady")
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
