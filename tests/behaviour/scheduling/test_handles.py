"""Handles: cancelling, contexts, lifetime, and use apart from the loop that made them."""

import asyncio
import contextvars
import gc
import sys
import weakref
from collections.abc import Callable

import pytest

from support.loop_kinds import Loop, run_iterations

Schedule = Callable[..., asyncio.Handle]


class Referable:
    """A callable that can be weakly referenced."""

    def __call__(self, *args: object) -> None:
        pass


@pytest.fixture(params=["call_soon", "call_soon_threadsafe", "call_later", "call_at"])
def schedule(request: pytest.FixtureRequest, loop: Loop) -> Schedule:
    """Each way to get a handle whose callback runs in the next iteration."""
    if request.param == "call_later":
        return lambda callback, *args: loop.call_later(0, callback, *args)
    if request.param == "call_at":
        return lambda callback, *args: loop.call_at(0, callback, *args)
    method: Schedule = getattr(loop, request.param)
    return method


def test_handle_is_not_cancelled_at_first(loop: Loop, schedule: Schedule) -> None:
    handle = schedule(int)
    assert handle.cancelled() is False
    run_iterations(loop, 2)
    assert handle.cancelled() is False


def test_cancelled_callback_does_not_run(loop: Loop, schedule: Schedule) -> None:
    seen: list[int] = []
    handles = [schedule(seen.append, number) for number in range(10)]
    for handle in handles[::2]:
        assert handle.cancel() is None  # type: ignore[func-returns-value]
        assert handle.cancelled() is True
    run_iterations(loop, 2)
    assert sorted(seen) == [1, 3, 5, 7, 9]


def test_cancelling_twice_is_allowed(loop: Loop, schedule: Schedule) -> None:
    handle = schedule(int)
    handle.cancel()
    handle.cancel()
    assert handle.cancelled()
    run_iterations(loop, 2)


def test_cancelling_after_the_run_only_marks_the_handle(loop: Loop, schedule: Schedule) -> None:
    seen: list[str] = []
    handle = schedule(seen.append, "ran")
    run_iterations(loop, 2)
    handle.cancel()
    assert handle.cancelled()
    run_iterations(loop, 2)
    assert seen == ["ran"]


def test_callback_can_cancel_a_later_one_of_its_own_batch(loop: Loop) -> None:
    seen: list[str] = []
    handles: list[asyncio.Handle] = []
    loop.call_soon(lambda: handles[0].cancel())
    handles.append(loop.call_soon(seen.append, "cancelled"))
    loop.call_soon(seen.append, "next")
    run_iterations(loop, 2)
    assert seen == ["next"]


def test_timer_can_cancel_a_timer_that_is_due_at_the_same_time(loop: Loop) -> None:
    seen: list[str] = []
    handles: list[asyncio.Handle] = []
    loop.call_at(1, lambda: handles[0].cancel())
    handles.append(loop.call_at(2, seen.append, "cancelled"))
    loop.call_at(3, seen.append, "next")
    run_iterations(loop, 2)
    assert seen == ["next"]


def test_callback_can_cancel_its_own_handle(loop: Loop, schedule: Schedule, reported: list[object]) -> None:
    seen: list[str] = []
    handles: list[asyncio.Handle] = []

    def cancel_own(text: str) -> None:
        handles[0].cancel()
        seen.append(text)

    handles.append(schedule(cancel_own, "still running"))
    run_iterations(loop, 2)
    assert seen == ["still running"]
    assert reported == []
    assert handles[0].cancelled()


def test_cancelling_lets_go_of_callback_and_arguments(loop: Loop, schedule: Schedule) -> None:
    callback, argument = Referable(), Referable()
    references = [weakref.ref(callback), weakref.ref(argument)]
    handle = schedule(callback, argument)
    del callback, argument
    assert all(reference() is not None for reference in references)
    handle.cancel()
    assert all(reference() is None for reference in references)


def test_callback_and_arguments_die_once_they_ran(loop: Loop, schedule: Schedule) -> None:
    callback, argument = Referable(), Referable()
    references = [weakref.ref(callback), weakref.ref(argument)]
    schedule(callback, argument)
    del callback, argument
    run_iterations(loop, 2)
    assert all(reference() is None for reference in references)


def test_handle_that_nobody_keeps_dies_once_it_ran(loop: Loop, schedule: Schedule) -> None:
    reference = weakref.ref(schedule(int))
    assert reference() is not None
    run_iterations(loop, 2)
    assert reference() is None


def test_weak_reference_to_a_handle_never_sees_its_successor(loop: Loop) -> None:
    for _ in range(100):
        reference = weakref.ref(loop.call_soon(int))
        run_iterations(loop)
        assert reference() is None
        successor = loop.call_soon(int)
        assert reference() is None
        assert successor.cancelled() is False
        run_iterations(loop)


def test_kept_handle_is_left_alone_by_later_callbacks(loop: Loop, schedule: Schedule) -> None:
    kept = [schedule(int, str(number)) for number in range(50)]
    before = [repr(handle) for handle in kept]
    run_iterations(loop, 2)
    for _ in range(200):
        loop.call_soon(str, "other")
        run_iterations(loop)
    assert [repr(handle) for handle in kept] == before
    assert not any(handle.cancelled() for handle in kept)


def test_handles_are_equal_only_to_themselves(loop: Loop) -> None:
    first, second = loop.call_soon(int), loop.call_soon(int)
    assert first == first
    assert first != second
    assert len({first, second, first}) == 2


def test_run_calls_the_callback_at_once(loop: Loop, schedule: Schedule) -> None:
    seen: list[str] = []
    handle = schedule(seen.append, "called")
    handle._run()
    assert seen == ["called"]
    run_iterations(loop, 2)
    assert seen == ["called", "called"]


def test_run_uses_the_context_and_the_exception_handler(loop: Loop, reported: list[dict[str, object]]) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    context = contextvars.copy_context()

    def fail() -> None:
        variable.set("inside")
        raise ZeroDivisionError

    handle = loop.call_soon(fail, context=context)
    handle._run()
    (report,) = reported
    assert report["handle"] is handle
    assert context[variable] == "inside"
    assert variable.get("unset") == "unset"
    handle.cancel()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Handle.get_context is new in Python 3.12")
def test_get_context_returns_the_context_of_the_callback(loop: Loop, schedule: Schedule) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    handle = schedule(variable.set, "in the callback")
    other = schedule(int)
    context = handle.get_context()  # type: ignore[attr-defined]
    assert isinstance(context, contextvars.Context)
    assert variable not in context
    run_iterations(loop, 2)
    assert context[variable] == "in the callback"
    assert handle.get_context() is context  # type: ignore[attr-defined]
    assert other.get_context() is not context  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Handle.get_context is new in Python 3.12")
def test_get_context_returns_the_given_context_itself(loop: Loop) -> None:
    context = contextvars.copy_context()
    handles: list[asyncio.Handle] = [
        loop.call_soon(int, context=context),
        loop.call_soon_threadsafe(int, context=context),
        loop.call_later(0, int, context=context),
        loop.call_at(0, int, context=context),
    ]
    for handle in handles:
        assert handle.get_context() is context  # type: ignore[attr-defined]
    run_iterations(loop, 2)


def test_handle_made_by_hand_works_with_the_loop(loop: Loop) -> None:
    seen: list[str] = []
    handle = asyncio.Handle(seen.append, ("plain",), loop)
    timer = asyncio.TimerHandle(loop.time(), seen.append, ("timer",), loop)
    handle._run()
    timer._run()
    assert seen == ["plain", "timer"]
    handle.cancel()
    timer.cancel()
    assert handle.cancelled()
    assert timer.cancelled()


def test_cycle_through_a_handle_is_collected(loop: Loop, schedule: Schedule) -> None:
    class Holder:
        def callback(self) -> None:
            pass

    holder = Holder()
    holder.handle = schedule(holder.callback)  # type: ignore[attr-defined]
    reference = weakref.ref(holder)
    run_iterations(loop, 2)
    del holder
    gc.collect()
    assert reference() is None
