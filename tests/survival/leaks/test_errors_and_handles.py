"""Exceptions, interrupted runs, and handles that are kept: nothing stays behind."""

import pytest

from support.loop_kinds import LoopKind
from survival.leaks.leak_reports import assert_no_leak, leak_report

pytestmark = pytest.mark.timeout(600)

SETUP = """
import contextvars, weakref

BATCH = 10_000
loop = new_event_loop()
context = contextvars.copy_context()
argument = object()
reports = 0

def callback(*args):
    pass

def fail(*args):
    raise LookupError(args)

def count_report(loop, context):
    global reports
    reports += 1

loop.set_exception_handler(count_report)

def run_once():
    loop.stop()
    loop.run_forever()

watched = {
    "loop": loop, "context": context, "argument": argument, "callback": callback, "fail": fail,
    "shared None": None, "shared True": True, "shared type of handles": type(loop.call_soon(int)),
    "shared exception type": LookupError,
}
"""


def report(kind: LoopKind, program: str, total: int) -> None:
    assert_no_leak(leak_report(kind, SETUP + program, total))


def test_exceptions_in_callbacks(kind: LoopKind) -> None:
    report(
        kind,
        """
def work(count):
    global reports
    reports = 0
    for _ in range(count // BATCH):
        for _ in range(BATCH // 2):
            loop.call_soon(fail, argument)
            loop.call_later(0, fail, argument, context=context)
        run_once()
        run_once()
    assert reports == count

measure(work, TOTAL, watched)
""",
        500_000,
    )


def test_exceptions_in_the_exception_handler(kind: LoopKind) -> None:
    report(
        kind,
        """
import logging
logging.getLogger("asyncio").disabled = True
loop.set_exception_handler(lambda loop, context: fail(context))

def work(count):
    for _ in range(count // 1000):
        for _ in range(1000):
            loop.call_soon(fail, argument)
        run_once()

measure(work, TOTAL, watched)
""",
        100_000,
    )


def test_runs_that_are_ended_by_an_exception(kind: LoopKind) -> None:
    report(
        kind,
        """
def leave(*args):
    raise SystemExit(args)

def work(count):
    for _ in range(count):
        loop.call_soon(leave, argument)
        loop.call_soon(callback, argument, context=context)
        try:
            loop.run_forever()
        except SystemExit:
            pass
    run_once()

measure(work, TOTAL, watched)
""",
        100_000,
    )


def test_handles_that_are_kept_after_they_ran_and_then_dropped(kind: LoopKind) -> None:
    report(
        kind,
        """
def work(count):
    for _ in range(count // 100_000):
        handles = [loop.call_soon(callback, argument, context=context) for _ in range(50_000)]
        handles += [loop.call_later(0, callback, argument) for _ in range(50_000)]
        run_once()
        run_once()
        for handle in handles[::3]:
            handle.cancel()
        references = [weakref.ref(handle) for handle in handles[::100]]
        del handles, handle
        assert not any(reference() for reference in references)

measure(work, TOTAL, watched, warm_up=500_000)
""",
        2_000_000,
    )


def test_handles_that_are_kept_while_the_loop_drops_them(kind: LoopKind) -> None:
    report(
        kind,
        """
def work(count):
    for _ in range(count // 1000):
        other = new_event_loop()
        handles = [other.call_soon(callback, argument, context=context) for _ in range(500)]
        handles += [other.call_later(3600, callback, argument) for _ in range(500)]
        other.close()
        del other, handles

measure(work, TOTAL, watched)
""",
        100_000,
    )


def test_exceptions_and_their_frames_die(kind: LoopKind) -> None:
    report(
        kind,
        """
class Marker:
    pass

references = []

def fail_with_marker():
    marker = Marker()
    references.append(weakref.ref(marker))
    raise LookupError(marker)

def work(count):
    for _ in range(count // 100):
        references.clear()
        for _ in range(100):
            loop.call_soon(fail_with_marker)
        run_once()
        gc.collect()
        assert len(references) == 100
        assert not any(reference() for reference in references)
    references.clear()

measure(work, TOTAL, watched)
""",
        50_000,
    )


def test_debug_mode(kind: LoopKind) -> None:
    report(
        kind,
        """
loop.set_debug(True)

def work(count):
    for _ in range(count // 1000):
        for _ in range(250):
            loop.call_soon(callback, argument, context=context)
            loop.call_later(0, callback, argument)
            loop.call_soon(callback, argument).cancel()
            loop.call_soon(fail, argument)
        run_once()
        run_once()

measure(work, TOTAL, watched)
""",
        50_000,
    )
