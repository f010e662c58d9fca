"""Ten million callbacks, timers and cancelled timers: memory stays flat and every reference is given back."""

import pytest

from support.loop_kinds import LoopKind, only_pyloop
from survival.leaks.leak_reports import assert_no_leak, leak_report

pytestmark = pytest.mark.timeout(600)

SETUP = """
import contextvars

BATCH = 20_000
loop = new_event_loop()
context = contextvars.copy_context()
argument = object()

def callback(*args):
    pass

def run_batches(count, schedule):
    for _ in range(count // BATCH):
        for _ in range(BATCH // 4):
            schedule()
        loop.stop()
        loop.run_forever()

watched = {
    "loop": loop, "context": context, "argument": argument, "callback": callback,
    "shared None": None, "shared True": True, "shared type of the loop": type(loop),
    "shared type of handles": type(loop.call_soon(int)), "shared type of timers": type(loop.call_later(0, int)),
    "shared type of contexts": contextvars.Context,
}
"""


def report(kind: LoopKind, program: str, total: int) -> None:
    assert_no_leak(leak_report(kind, SETUP + program, total))


def test_callbacks(kind: LoopKind) -> None:
    report(
        kind,
        """
def schedule():
    loop.call_soon(callback)
    loop.call_soon(callback, argument)
    loop.call_soon(callback, argument, None, True, context=context)
    loop.call_soon(callback, argument, argument, argument, argument, argument, argument, argument, context=context)

measure(lambda count: run_batches(count, schedule), TOTAL, watched)
""",
        10_000_000,
    )


def test_timers(kind: LoopKind) -> None:
    report(
        kind,
        """
def schedule():
    loop.call_later(0, callback)
    loop.call_later(-1.0, callback, argument)
    loop.call_at(1, callback, argument, None, True, context=context)
    loop.call_at(0.5, callback, argument, argument, argument, argument, argument, argument, context=context)

measure(lambda count: run_batches(count, schedule), TOTAL, watched)
""",
        10_000_000,
    )


def test_cancelled_timers(kind: LoopKind) -> None:
    report(
        kind,
        """
def schedule():
    loop.call_later(3600, callback).cancel()
    loop.call_later(1.5, callback, argument).cancel()
    loop.call_at(10**9, callback, argument, None, True, context=context).cancel()
    loop.call_at(1e9, callback, argument, argument, argument, argument, argument, argument, context=context).cancel()

measure(lambda count: run_batches(count, schedule), TOTAL, watched)
""",
        10_000_000,
    )


def test_cancelled_callbacks(kind: LoopKind) -> None:
    report(
        kind,
        """
def schedule():
    loop.call_soon(callback, argument).cancel()
    handle = loop.call_soon(callback, argument, context=context)
    handle.cancel()
    handle.cancel()
    loop.call_soon(callback)
    loop.call_later(0, callback, argument).cancel()

measure(lambda count: run_batches(count, schedule), TOTAL, watched)
""",
        2_000_000,
    )


def test_timers_that_are_cancelled_long_before_their_time_while_others_wait(kind: LoopKind) -> None:
    """Deadlines in random order: cancelled timers leave from anywhere in the queue."""
    report(
        kind,
        """
import random
generator = random.Random(1)
waiting = [loop.call_later(3600 + generator.random() * 3600, callback, argument) for _ in range(10_000)]

def schedule():
    for _ in range(4):
        position = generator.randrange(10_000)
        waiting[position].cancel()
        waiting[position] = loop.call_later(3600 + generator.random() * 3600, callback, argument)

measure(lambda count: run_batches(count, schedule), TOTAL, watched)
""",
        1_000_000,
    )


def test_callbacks_from_another_thread(kind: LoopKind) -> None:
    report(
        kind,
        """
import threading

def send(count):
    for _ in range(count // 1000):
        for _ in range(999):
            loop.call_soon_threadsafe(callback, argument, context=context)
        # How far the thread runs ahead is bounded, and with it the memory of what waits.
        done = threading.Event()
        loop.call_soon_threadsafe(done.set)
        done.wait()
    loop.call_soon_threadsafe(loop.stop)

def work(count):
    thread = threading.Thread(target=send, args=(count,))
    thread.start()
    loop.run_forever()
    thread.join()

measure(work, TOTAL, watched)
""",
        500_000,
    )


@only_pyloop
def test_batches(kind: LoopKind) -> None:
    report(
        kind,
        """
items = [callback, (callback, argument), (callback, argument, None, True), (callback, *[argument] * 6)] * (BATCH // 8)

def work(count):
    for _ in range(count // BATCH):
        loop.call_soon_batch(items)
        loop.call_soon_threadsafe_batch(iter(items))
        loop.stop()
        loop.run_forever()

measure(work, TOTAL, watched)
""",
        10_000_000,
    )


@only_pyloop
def test_refused_calls(kind: LoopKind) -> None:
    """Arguments are given back when a call fails half-way, too."""
    report(
        kind,
        """
def refused(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except TypeError:
        return
    raise AssertionError("accepted")

def work(count):
    for _ in range(count // 6):
        refused(loop.call_soon_batch, [callback, (callback, argument), None])
        refused(loop.call_soon_threadsafe_batch, argument)
        refused(loop.call_soon, callback, argument, keyword=context)
        refused(loop.call_later, None, callback, argument, context=context)
        refused(loop.call_later, argument, callback, argument, context=context)
        refused(loop.call_at, None, callback, argument, context=context)

measure(work, TOTAL, watched)
""",
        600_000,
    )
