"""What a profiler of memory sees: buffers, and loops that are made and run around them."""

import asyncio

from support.chosen_loop import new_event_loop


async def work() -> int:
    """Keep ten megabytes while the loop turns."""
    buffers = [bytearray(10_000) for _ in range(1000)]
    for _ in range(5000):
        await asyncio.sleep(0)
    return len(buffers)


def main() -> None:
    """Work in three loops, and print "complete"."""
    for _ in range(3):
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            assert runner.run(work()) == 1000
    print("complete")


if __name__ == "__main__":
    main()
