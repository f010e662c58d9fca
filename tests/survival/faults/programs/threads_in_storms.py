"""Sixteen threads call into one loop while garbage is collected all the time."""

import sys
import threading

from data_bridge.pyloop import new_event_loop
from support.garbage_storms import Storm

THREADS, CALLS = 16, 1500


def main() -> None:
    """Print how many calls have come, whether each thread's came in order, and whether there was a storm."""
    sys.setswitchinterval(1e-4)
    loop = new_event_loop()
    seen: list[list[int]] = [[] for _ in range(THREADS)]
    total = 0

    def note(thread: int, number: int) -> None:
        nonlocal total
        seen[thread].append(number)
        total += 1
        if total == THREADS * CALLS:
            loop.stop()

    def send(thread: int) -> None:
        for number in range(0, CALLS, 3):
            loop.call_soon_threadsafe(note, thread, number)
            loop.call_soon_threadsafe_batch([(note, thread, number + 1), (note, thread, number + 2)])
            loop.call_soon_threadsafe(int).cancel()

    with Storm() as storm:
        threads = [threading.Thread(target=send, args=(thread,)) for thread in range(THREADS)]
        for thread in threads:
            thread.start()
        loop.run_forever()
        for thread in threads:
            thread.join()
    loop.close()
    print(total, all(numbers == list(range(CALLS)) for numbers in seen), storm.java_collections > 1)


if __name__ == "__main__":
    main()
