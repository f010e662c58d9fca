"""Garbage collections, Python's and Java's, that never stop: for programs that must survive them.

Imported by the tests, for the options, and by the programs they start, for the rest.
"""

import ctypes
import gc
import threading
import time
from types import TracebackType
from typing import Self

from data_bridge.pyloop import new_event_loop

#: Options of the JVM, by the kind of storm.
OPTIONS = {
    # The product's collector, with a young generation that is full at once.
    "small heap": "-Xmn1m -Xms2m -Xmx16m",
    # One that the JVM's own threads start some hundred times a second, whoever holds the GIL.
    "unceasing collector": "-XX:-UseSerialGC -XX:+UseG1GC -XX:G1PeriodicGCInterval=1",
}


def java_threads() -> int:
    """The number of threads that are attached to the JVM or its own."""
    from data_bridge.pyloop._boot import sequence, vm_flags

    # The JVM's own list, found by the tables that it exports for debuggers.
    fields = dict(vm_flags._fields(ctypes.CDLL(str(sequence.find_library()))))
    threads = vm_flags._pointer(fields[b"ThreadsSMRSupport", b"_java_thread_list"])
    return ctypes.c_uint.from_address(threads + fields[b"ThreadsList", b"_length"]).value


def java_threads_settle_at(expected: int) -> int:
    """The number of Java threads, once it is at most the expected one or has been above it for ten seconds."""
    deadline = time.monotonic() + 10
    while (count := java_threads()) > expected and time.monotonic() < deadline:
        time.sleep(0.01)
    return count


class Storm:
    """Two daemon threads: one that collects Python's garbage, and one whose loop makes and collects Java's."""

    def __init__(self) -> None:
        self.python_collections = 0
        self.java_collections = 0
        self._stopping = False
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._python, self._java)]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Return when both threads have collected something."""
        for thread in self._threads:
            thread.start()
        while not (self.python_collections and self.java_collections):
            time.sleep(0.001)

    def stop(self) -> None:
        """Return when both threads have ended."""
        self._stopping = True
        for thread in self._threads:
            thread.join()

    def _python(self) -> None:
        while not self._stopping:
            for _ in range(100):
                cycle: list[object] = []
                cycle.append(cycle)
            gc.collect()
            self.python_collections += 1
            time.sleep(0.005)

    def _java(self) -> None:
        loop = new_event_loop()

        def churn() -> None:
            for _ in range(100):
                loop.call_soon(int)
                loop.call_later(0.001, int).cancel()
            loop._collect_java_garbage()  # type: ignore[attr-defined]
            self.java_collections += 1
            if self._stopping:
                loop.stop()
            else:
                loop.call_later(0.005, churn)

        loop.call_soon(churn)
        loop.run_forever()
        loop.close()
