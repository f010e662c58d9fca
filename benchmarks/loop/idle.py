"""A loop with nothing to do: what that costs, and how soon it notices that there is something again."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from time import perf_counter_ns, process_time_ns

from .base import Workload, WorkloadError, expect
from .threads import IDLE_SECONDS, wait_until_blocked

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


class IdleWakeup(Workload):
    """Latency of a byte on a socket of an idle loop, from just before the send to the start of the reader.

    Another thread waits a millisecond, sees in /proc that the loop's thread sleeps in the kernel, sends, and blocks at
    once on a lock. `ThreadsafeWakeup` is the same with a callback instead of a byte.
    """

    name = "idle_wakeup"
    title = "socket wakeup"
    operations = 100
    unit = "us"
    metrics = ("mean", "p50", "p99")

    def run(self, n: int) -> list[int]:
        loop = self.loop
        samples: list[int] = []
        failures: list[Exception] = []
        sent = 0
        done = threading.Lock()
        done.acquire()
        status = Path(f"/proc/self/task/{threading.get_native_id()}/stat")
        receiver, sender = socket.socketpair()
        receiver.setblocking(False)

        def readable() -> None:
            samples.append(perf_counter_ns() - sent)
            receiver.recv(1)
            done.release()

        def send() -> None:
            nonlocal sent
            try:
                for _ in range(n):
                    time.sleep(IDLE_SECONDS)
                    wait_until_blocked(status)
                    sent = perf_counter_ns()
                    sender.send(b"x")
                    done.acquire()
            except Exception as error:  # carried over to the loop's thread
                failures.append(error)
            loop.call_soon_threadsafe(loop.stop)

        with receiver, sender:
            loop.add_reader(receiver.fileno(), readable)
            thread = threading.Thread(target=send)
            loop.call_soon(thread.start)
            loop.run_forever()
            thread.join()
            loop.remove_reader(receiver.fileno())
        if failures:
            raise failures[0]
        expect("bytes read", len(samples), n)
        return samples
