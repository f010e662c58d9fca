"""Garbage collections, Python's and Java's, that never stop: for programs that must survive them."""

import gc
import threading
import time
from types import TracebackType
from typing import Self

from data_bridge.pyloop import new_event_loop


def collect_java_garbage() -> bool:
    """Ask for a collection of the Java heap; tell whether it was safe at this moment and took place."""
    from data_bridge.pyloop import _engine

    return _engine._collect_garbage()


class Storm:
    """Two daemon threads: one that collects Python's garbage, and one whose loop makes Java's and collects it."""

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
        """Return when both threads have collected something. Outside of callbacks, where Java refuses to collect."""
        for thread in self._threads:
            thread.start()
        while not (self.python_collections and self.java_collections):
            assert all(thread.is_alive() for thread in self._threads)
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
        while not self._stopping:
            for _ in range(100):
                loop.call_soon(int)
                loop.call_later(0.001, int).cancel()
            loop.call_later(0.005, loop.stop)
            loop.run_forever()
            self.java_collections += collect_java_garbage()
        loop.close()
