"""A loop with nothing to do: what that costs, and how soon it notices that there is something again."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from functools import partial
from time import perf_counter_ns, process_time_ns
from typing import TYPE_CHECKING

from .base import Workload, WorkloadError
from .threads import ThreadsafeWakeup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 0.1


class IdleCpu(Workload):
    """Processor time, of all threads of the process, in which a loop waits 100 ms for one timer."""

    name = "idle_cpu"
    title = "CPU of 100 ms idle"
    unit = "us"

    def run(self, n: int) -> list[int]:
        loop = self.loop
        used = 0
        for _ in range(n):
            loop.call_later(SECONDS, loop.stop)
            start, cpu = perf_counter_ns(), process_time_ns()
            loop.run_forever()
            used += process_time_ns() - cpu
            # One millisecond for loops that count in whole ones.
            if perf_counter_ns() - start < (SECONDS - 0.001) * 1e9:
                raise WorkloadError("the loop did not stay idle until its timer was due")
        return [used]


class IdleWakeup(ThreadsafeWakeup):
    """As `ThreadsafeWakeup`, with a byte on a socket that the loop watches instead of a callback.

    From just before the send to the start of the reader.
    """

    name = "idle_wakeup"
    title = "socket wakeup"
    operations = 100

    @contextmanager
    def waking(self, callback: Callable[[], None]) -> Iterator[Callable[[], object]]:
        receiver, sender = socket.socketpair()
        receiver.setblocking(False)

        def readable() -> None:
            callback()
            receiver.recv(1)

        with receiver, sender:
            self.loop.add_reader(receiver.fileno(), readable)
            yield partial(sender.send, b"x")
            self.loop.remove_reader(receiver.fileno())
