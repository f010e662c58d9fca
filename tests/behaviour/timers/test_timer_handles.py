"""Timer handles: deadline, comparison and hash."""

import asyncio
import operator
from collections.abc import Callable

import pytest

from support.loop_kinds import Loop


def test_timers_return_timer_handles(loop: Loop) -> None:
    handles = [loop.call_at(when, int) for when in (100, -1)]
    handles += [loop.call_later(delay, int) for delay in (100, 0, -1)]
    for handle in handles:
        assert isinstance(handle, asyncio.TimerHandle)
        assert isinstance(handle, asyncio.Handle)


@pytest.mark.parametrize("when", [0, 7, -3, 0.1, 1.5, 123456.789012345, 1e300, float("inf"), float("-inf"), 10**30])
def test_when_is_the_given_time_exactly(loop: Loop, when: float) -> None:
    assert loop.call_at(when, int).when() == when


@pytest.mark.parametrize("delay", [0, 1, 0.25, -2, 1e-9, 3600.125])
def test_when_is_the_present_plus_the_delay(loop: Loop, delay: float) -> None:
    before = loop.time()
    handle = loop.call_later(delay, int)
    after = loop.time()
    assert before + delay <= handle.when() <= after + delay


def test_when_remains_after_cancel(loop: Loop) -> None:
    handle = loop.call_at(12.5, int)
    handle.cancel()
    assert handle.when() == 12.5


def test_handles_compare_by_deadline(loop: Loop) -> None:
    early, late = loop.call_at(10**6, int), loop.call_at(10**6 + 1, int)
    assert early < late
    assert early <= late
    assert late > early
    assert late >= early
    assert not late < early
    assert not late <= early
    assert not early > late
    assert not early >= late
    assert early != late


def test_handles_with_the_same_deadline_and_callback_are_equal(loop: Loop) -> None:
    first, second = loop.call_at(10**6, int, 1), loop.call_at(10**6, int, 1)
    assert first == second
    assert first <= second
    assert first >= second
    assert hash(first) == hash(second)


def test_handles_that_differ_in_callback_arguments_or_state_are_not_equal(loop: Loop) -> None:
    first = loop.call_at(10**6, int, 1)
    assert first != loop.call_at(10**6, int, 2)
    assert first != loop.call_at(10**6, str, 1)
    cancelled = loop.call_at(10**6, int, 1)
    cancelled.cancel()
    assert first != cancelled


def test_hash_is_that_of_the_deadline(loop: Loop) -> None:
    for when in (10**6, 1234567.25, float("inf")):
        assert hash(loop.call_at(when, int)) == hash(when)


def test_sorting_handles_sorts_deadlines(loop: Loop) -> None:
    times = [10**6 + offset for offset in (5, 3, 9, 1, 7)]
    handles = [loop.call_at(when, int) for when in times]
    assert [handle.when() for handle in sorted(handles)] == sorted(times)


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_order_with_other_objects_is_undefined(loop: Loop, compare: Callable[[object, object], bool]) -> None:
    handle = loop.call_at(10**6, int)
    for other in (10**6, None, loop.call_soon(int)):
        with pytest.raises(TypeError):
            compare(handle, other)


def test_handle_equals_no_other_object(loop: Loop) -> None:
    handle = loop.call_at(10**6, int)
    assert handle != 10**6
    assert handle != loop.call_soon(int)


def test_handle_compares_with_one_made_by_hand(loop: Loop) -> None:
    handle = loop.call_at(10**6, int, 1)
    assert handle == asyncio.TimerHandle(10**6, int, (1,), loop)
    assert handle < asyncio.TimerHandle(10**6 + 1, int, (1,), loop)
