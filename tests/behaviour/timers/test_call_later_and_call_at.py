"""call_later and call_at: order, punctuality and cancelling in numbers."""

import asyncio
import itertools
import random
import socket
import time
from collections.abc import Callable

from support.loop_kinds import PROMPTLY, Loop, only_pyloop, run_iterations


def test_timers_run_in_the_order_of_their_deadlines(loop: Loop) -> None:
    generator = random.Random(1)
    start = loop.time()
    deadlines = [start + generator.uniform(0, 0.03) for _ in range(500)]
    seen: list[float] = []
    for when in deadlines:
        loop.call_at(when, seen.append, when)
    loop.call_at(start + 0.04, loop.stop)
    loop.run_forever()
    assert seen == sorted(deadlines)


def test_overdue_timers_run_in_the_order_of_their_deadlines(loop: Loop) -> None:
    seen: list[int] = []
    for when in (5, 3, 1, 4, 2):
        loop.call_at(when, seen.append, when)
    run_iterations(loop)
    assert seen == [1, 2, 3, 4, 5]


@only_pyloop
def test_timers_with_one_deadline_run_in_scheduling_order(loop: Loop) -> None:
    """asyncio leaves the order of equal deadlines open; PyLoop promises it."""
    seen: list[int] = []
    when = loop.time() + 0.02
    handles = [loop.call_at(when, seen.append, number) for number in range(2000)]
    for handle in handles[::3]:
        handle.cancel()
    loop.call_at(when, loop.stop)
    loop.run_forever()
    assert seen == [number for number in range(2000) if number % 3]


@only_pyloop
def test_timers_with_few_distinct_deadlines_keep_scheduling_order_within_each(loop: Loop) -> None:
    generator = random.Random(2)
    start = loop.time()
    keys = [(generator.randrange(10), number) for number in range(3000)]
    seen: list[tuple[int, int]] = []
    for key in keys:
        loop.call_at(start + key[0] / 1000, seen.append, key)
    loop.call_at(start + 0.02, loop.stop)
    loop.run_forever()
    assert seen == sorted(keys)


def test_timer_is_never_early(loop: Loop) -> None:
    generator = random.Random(3)
    early: list[float] = []
    handles: dict[int, asyncio.TimerHandle] = {}

    def check(number: int) -> None:
        now = loop.time()
        if now < handles[number].when():
            early.append(handles[number].when() - now)

    for number in range(1000):
        handles[number] = loop.call_later(generator.choice([0, 1e-6, 1e-4, 5e-4, 1e-3, 0.0123]), check, number)
    for number in range(1000, 1200):
        handles[number] = loop.call_later(generator.uniform(0, 0.05), check, number)
    loop.call_later(0.06, loop.stop)
    loop.run_forever()
    assert early == []


def test_single_short_timers_on_an_idle_loop_are_never_early(loop: Loop) -> None:
    async def main() -> list[float]:
        lateness = []
        for delay in [0.0001, 0.0004, 0.0009, 0.001, 0.0011, 0.0015] * 10:
            start = time.monotonic()
            await asyncio.sleep(delay)
            lateness.append(time.monotonic() - (start + delay))
        return lateness

    lateness = loop.run_until_complete(main())
    # The start was read before the loop read its own clock, so the deadline can only be later.
    assert min(lateness) >= 0
    assert max(lateness) < PROMPTLY


def test_loop_time_is_the_monotonic_clock(loop: Loop) -> None:
    before = time.monotonic()
    now = loop.time()
    after = time.monotonic()
    assert isinstance(now, float)
    assert before <= now <= after


def test_zero_delay_runs_in_the_next_iteration(loop: Loop) -> None:
    calls = 0

    def again() -> None:
        nonlocal calls
        calls += 1
        loop.call_later(0, again)

    loop.call_later(0, again)
    for expected in range(1, 20):
        run_iterations(loop)
        assert calls == expected


def test_timer_can_reschedule_itself(loop: Loop) -> None:
    times: list[float] = []

    def tick() -> None:
        times.append(loop.time())
        if len(times) == 10:
            loop.stop()
        else:
            loop.call_later(0.002, tick)

    loop.call_soon(tick)
    loop.run_forever()
    assert all(later - earlier >= 0.002 for earlier, later in itertools.pairwise(times))


def test_earlier_timer_added_by_a_callback_overtakes(loop: Loop) -> None:
    seen: list[str] = []
    loop.call_later(0.05, seen.append, "late")
    loop.call_later(0.06, loop.stop)
    loop.call_soon(lambda: loop.call_later(0.001, seen.append, "early"))
    loop.run_forever()
    assert seen == ["early", "late"]


def test_loop_does_not_spin_while_it_waits_for_a_timer(loop: Loop) -> None:
    """Waiting costs no processor time: a fraction of the wait at most."""
    before = time.thread_time()
    loop.run_until_complete(asyncio.sleep(0.5))
    assert time.thread_time() - before < 0.25


def test_cancelled_timer_does_not_delay_the_others(loop: Loop) -> None:
    seen: list[str] = []
    handles = [loop.call_later(3600, seen.append, "cancelled") for _ in range(10)]
    first = loop.call_later(0.001, seen.append, "cancelled")
    loop.call_later(0.002, seen.append, "ran")
    loop.call_later(0.003, loop.stop)
    for handle in [first, *handles]:
        handle.cancel()
    loop.run_forever()
    assert seen == ["ran"]


def test_cancelling_every_timer_leaves_nothing_to_wait_for(loop: Loop) -> None:
    handles = [loop.call_later(0.001, loop.stop) for _ in range(1000)]
    for handle in handles:
        handle.cancel()
    seen: list[str] = []
    loop.call_later(0.02, seen.append, "reached")
    loop.call_later(0.03, loop.stop)
    loop.run_forever()
    assert seen == ["reached"]


def test_mass_cancel_in_any_order_keeps_the_rest_in_order(loop: Loop) -> None:
    generator = random.Random(4)
    start = loop.time()
    seen: list[float] = []
    deadlines = [start + generator.uniform(0, 0.02) for _ in range(20_000)]
    timers = [loop.call_at(when, seen.append, when) for when in deadlines]
    cancelled = set(generator.sample(range(len(timers)), 15_000))
    kept = sorted(timer.when() for number, timer in enumerate(timers) if number not in cancelled)
    for number in cancelled:
        timers[number].cancel()
    loop.call_at(start + 0.03, loop.stop)
    loop.run_forever()
    assert seen == kept


def test_timers_cancelled_while_running_do_not_pile_up_in_the_way(loop: Loop) -> None:
    async def main() -> int:
        rounds = 0
        for _ in range(20_000):
            loop.call_later(30, int).cancel()
            rounds += 1
            if rounds % 1000 == 0:
                await asyncio.sleep(0)
        return rounds

    assert loop.run_until_complete(main()) == 20_000


def test_timers_run_while_callbacks_keep_the_loop_busy(loop: Loop) -> None:
    def spin() -> None:
        loop.call_soon(spin)

    spin()
    loop.call_later(0.02, loop.stop)
    deadline = time.monotonic() + PROMPTLY
    loop.run_forever()
    assert time.monotonic() < deadline


def test_timers_run_while_a_reader_is_always_ready(loop: Loop) -> None:
    left, right = socket.socketpair()
    with left, right:
        right.send(b"never read")
        loop.add_reader(left, int)
        loop.call_later(0.02, loop.stop)
        deadline = time.monotonic() + PROMPTLY
        loop.run_forever()
        assert time.monotonic() < deadline
        assert loop.remove_reader(left)


def test_timer_survives_from_one_run_to_the_next(new_loop: Callable[[], Loop]) -> None:
    loop = new_loop()
    seen: list[str] = []
    loop.call_later(0.02, seen.append, "timer")
    run_iterations(loop)
    assert seen == []
    time.sleep(0.03)
    run_iterations(loop)
    assert seen == ["timer"]


def test_clock_ticks_far_below_a_millisecond(loop: Loop) -> None:
    readings = [loop.time() for _ in range(10_000)]
    steps = [after - before for before, after in itertools.pairwise(readings)]
    assert min(steps) >= 0
    # Only one pair of neighbours out of ten thousand has to be undisturbed.
    assert min(step for step in steps if step > 0) < 0.0001
    assert time.get_clock_info("monotonic").resolution < 0.0001


def test_timers_of_less_than_a_millisecond_keep_their_deadlines(loop: Loop) -> None:
    delays = [0.0002, 0.0004, 0.0007, 0.0009]
    seen: list[float] = []
    before = loop.time()
    handles = [loop.call_later(delay, seen.append, delay) for delay in reversed(delays)]
    after = loop.time()
    for handle, delay in zip(handles, reversed(delays), strict=True):
        assert before + delay <= handle.when() <= after + delay
    loop.call_at(after + delays[-1], loop.stop)
    loop.run_forever()
    assert loop.time() >= before + delays[-1]
    # Deadlines that lie closer together than the calls that set them are in the order of the calls.
    assert sorted(seen) == delays
