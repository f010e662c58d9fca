"""Callbacks handed over from another thread."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING

from .base import Workload, WorkloadError, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IDLE_SECONDS = 0.001
BLOCKED_WITHIN_SECONDS = 1.0


class ThreadsafeWakeup(Workload):
    """Latency of `call_soon_threadsafe` on an idle loop, from just before the call to the start of the callback.

    The posting thread waits a millisecond, sees in /proc that the loop's thread sleeps in the kernel, posts,
    and blocks at once on a lock, which gives up the GIL. That hand-over is part of the latency, as it is in
    every program. This is also the loop's response latency: how soon it does what another thread asks for.
    """

    name = "threadsafe_wakeup"
    title = "thread wakeup"
    operations = 300
    unit = "us"
    metrics = ("mean", "p50", "p99")

    @contextmanager
    def waking(self, callback: Callable[[], None]) -> Iterator[Callable[[], object]]:
        """What the other thread calls to have the loop run the callback once."""
        yield partial(self.loop.call_soon_threadsafe, callback)

    def run(self, n: int) -> list[int]:
        loop = self.loop
        samples: list[int] = []
        failures: list[Exception] = []
        posted = 0
        done = threading.Lock()
        done.acquire()
        status = Path(f"/proc/self/task/{threading.get_native_id()}/stat")

        def callback() -> None:
            samples.append(perf_counter_ns() - posted)
            done.release()

        def post(wake: Callable[[], object]) -> None:
            nonlocal posted
            try:
                for _ in range(n):
                    time.sleep(IDLE_SECONDS)
                    wait_until_blocked(status)
                    posted = perf_counter_ns()
                    wake()
                    done.acquire()
            except Exception as error:  # carried over to the loop's thread
                failures.append(error)
            loop.call_soon_threadsafe(loop.stop)

        with self.waking(callback) as wake:
            thread = threading.Thread(target=post, args=(wake,))
            loop.call_soon(thread.start)
            loop.run_forever()
            thread.join()
        if failures:
            raise failures[0]
        expect("callbacks run", len(samples), n)
        return samples


class ThreadsafeFlood(Workload):
    """Another thread calls `call_soon_threadsafe` n times without a pause while the loop runs.

    Timed from its first call to the last callback. The two threads share the GIL, so its hand-over is a part
    of the result.
    """

    name = "threadsafe_flood"
    title = "threadsafe flood, 10k"
    operations = 10_000

    def run(self, n: int) -> list[int]:
        loop = self.loop
        count = start = end = 0

        def callback() -> None:
            nonlocal count, end
            count += 1
            if count == n:
                end = perf_counter_ns()
                loop.stop()

        def post() -> None:
            nonlocal start
            start = perf_counter_ns()
            for _ in range(n):
                loop.call_soon_threadsafe(callback)

        thread = threading.Thread(target=post)
        loop.call_soon(thread.start)
        loop.run_forever()
        thread.join()
        expect("callbacks run", count, n)
        return [end - start]


def wait_until_blocked(status: Path) -> None:
    """Return once the thread of this /proc status file sleeps in the kernel."""
    limit = time.monotonic() + BLOCKED_WITHIN_SECONDS
    # The state follows the thread's name, which is in brackets and may hold any character.
    while status.read_text().rpartition(")")[2].split()[0] != "S":
        if time.monotonic() > limit:
            raise WorkloadError("the idle loop does not block: its thread never slept")
        time.sleep(IDLE_SECONDS)
