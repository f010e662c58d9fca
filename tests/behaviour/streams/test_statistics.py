"""What `loop.statistics()` counts."""

import asyncio
import socket
import threading
import time
from typing import Any

import pytest
from loop_kinds import PROMPTLY, Loop, only_pyloop, run_iterations

pytestmark = only_pyloop


def test_counters_of_a_new_loop_are_zero(new_loop: Any) -> None:
    assert set(new_loop().statistics()) == {0}


def test_result_is_a_tuple_with_names_that_cannot_be_changed(loop: Any) -> None:
    statistics = loop.statistics()
    assert isinstance(statistics, tuple)
    assert statistics._asdict()["iterations"] == statistics.iterations
    with pytest.raises(AttributeError):
        statistics.iterations = 1


def test_iterations_and_callbacks_count(loop: Any) -> None:
    for _ in range(5):
        loop.call_soon(lambda: None)
    loop.call_soon(lambda: None).cancel()
    assert loop.statistics().ready == 6
    run_iterations(loop, 3)
    statistics = loop.statistics()
    assert (statistics.iterations, statistics.callbacks, statistics.ready) == (3, 6, 0)


def test_timers_count_when_they_are_due(loop: Any) -> None:
    loop.call_later(0, lambda: None)
    pending = loop.call_later(1000, lambda: None)
    run_iterations(loop)
    assert (loop.statistics().timers, loop.statistics().scheduled) == (1, 1)
    pending.cancel()
    run_iterations(loop)
    assert (loop.statistics().timers, loop.statistics().scheduled) == (1, 0)


def test_time_in_waits_is_the_idle_time(loop: Any) -> None:
    started = time.monotonic()
    loop.run_until_complete(asyncio.sleep(0.2))
    elapsed = time.monotonic() - started
    statistics = loop.statistics()
    assert statistics.waits >= 1
    assert 0.15 <= statistics.waited <= elapsed
    assert 0 <= statistics.lock_waited <= elapsed - statistics.waited


def test_time_without_the_lock_counts_by_itself(loop: Any) -> None:
    ended = threading.Event()

    def compute() -> None:
        while not ended.is_set():
            pass

    thread = threading.Thread(target=compute)
    thread.start()
    try:
        for _ in range(10):
            loop.run_until_complete(asyncio.sleep(0.001))
    finally:
        ended.set()
        thread.join()
    assert loop.statistics().lock_waited > 0.001


def test_events_count(loop: Any) -> None:
    reader, writer = socket.socketpair()
    with reader, writer:
        loop.add_reader(reader, lambda: (reader.recv(10), loop.stop()))
        before = loop.statistics().events
        writer.send(b"x")
        loop.run_forever()
        loop.remove_reader(reader)
    assert loop.statistics().events == before + 1


def test_wakeups_of_threads_count(loop: Any) -> None:
    def wake() -> None:
        deadline = time.monotonic() + PROMPTLY
        while loop.statistics().iterations < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)  # it is about to wait, or waits
        loop.call_soon_threadsafe(loop.stop)

    thread = threading.Thread(target=wake)
    loop.call_soon(loop.call_soon, thread.start)
    loop.run_forever()
    thread.join()
    assert loop.statistics().wakeups == 1


def test_a_closed_loop_has_none(loop: Loop) -> None:
    loop.close()
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        loop.statistics()  # type: ignore[attr-defined]
