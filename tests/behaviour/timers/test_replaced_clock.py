"""`loop.time` replaced, in a subclass, a class or a loop: what is due, and how long is waited, go by that clock."""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from support.loop_kinds import ASYNCIO, Loop, LoopKind, SocketPair, run_iterations


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(loop: Loop) -> Clock:
    """What the loop's time goes by."""
    clock = Clock()
    loop.time = clock  # type: ignore[method-assign]
    return clock


def subclass_of(kind: LoopKind, clock: Callable[[], Any]) -> Loop:
    sample = kind.new_event_loop()
    sample.close()

    class Clocked(type(sample)):  # type: ignore[misc]
        def time(self) -> Any:
            return clock()

    loop = Clocked()
    assert isinstance(loop, asyncio.AbstractEventLoop)
    return loop


def test_timers_are_due_by_the_replaced_clock(loop: Loop, clock: Clock) -> None:
    """In the order of their deadlines, once the clock has come there, however long it stands still."""
    ran: list[str] = []
    loop.call_later(10, ran.append, "ten")
    loop.call_at(1005, ran.append, "five")
    handle = loop.call_later(3600, ran.append, "an hour")
    assert handle.when() == 4600
    loop.call_soon(lambda: None)
    run_iterations(loop, 3)
    assert ran == []
    clock.now = 1005
    run_iterations(loop)
    assert ran == ["five"]
    clock.now = 1e9
    run_iterations(loop)
    assert ran == ["five", "ten", "an hour"]


def test_a_clock_that_goes_backwards(loop: Loop, clock: Clock) -> None:
    ran: list[str] = []
    loop.call_later(1, ran.append, "first")
    clock.now = 500.0
    loop.call_later(1, ran.append, "second")
    clock.now = 600.0
    run_iterations(loop)
    assert ran == ["second"]
    clock.now = 1000.5
    run_iterations(loop)
    assert ran == ["second"]
    clock.now = 1001.0
    run_iterations(loop)
    assert ran == ["second", "first"]


def test_callbacks_move_the_clock(loop: Loop, clock: Clock) -> None:
    """As virtual time does it: `sleep`, `timeout` and `wait_for` go by the clock."""

    async def advance() -> None:
        while True:
            clock.now += 60
            await asyncio.sleep(0)

    async def main() -> float:
        moving = loop.create_task(advance())
        start = loop.time()
        await asyncio.sleep(86_400)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(loop.create_future(), 86_400)
        moving.cancel()
        return loop.time() - start

    started = time.monotonic()
    assert 2 * 86_400 <= loop.run_until_complete(main()) <= 2 * 86_400 + 600
    assert time.monotonic() - started < 60


def test_the_wait_is_as_long_as_the_clock_says(kind: LoopKind) -> None:
    """A clock twice as fast as the true one: the loop waits in steps until it shows the deadline."""
    began = time.monotonic()
    loop = subclass_of(kind, lambda: 2 * (time.monotonic() - began))
    try:
        start = loop.time()
        loop.run_until_complete(asyncio.sleep(0.2))
        assert loop.time() - start >= 0.2
        assert time.monotonic() - began >= 0.1
    finally:
        loop.close()


def test_io_is_served_while_the_clock_stands_still(loop: Loop, clock: Clock, pair: SocketPair) -> None:
    reader, writer = pair
    seen: list[bytes] = []

    def receive() -> None:
        seen.append(reader.recv(100))
        clock.now += 5

    loop.add_reader(reader, receive)
    loop.call_later(5, loop.stop)
    loop.call_soon_threadsafe(writer.send, b"x")
    loop.run_forever()
    loop.remove_reader(reader)
    assert seen == [b"x"]
    assert clock.now == 1005


def test_patched_during_a_run_and_put_back(loop: Loop) -> None:
    """`mock.patch.object(loop, "time")`, as tests of clients write it."""
    clock = Clock()

    async def main() -> None:
        before = loop.time()
        with mock.patch.object(loop, "time", clock):
            assert loop.time() == 1000
            soon = loop.create_future()
            loop.call_later(3600, soon.set_result, None)
            await asyncio.sleep(0)
            assert not soon.done()
            clock.now += 3600
            await asyncio.wait_for(soon, None)
        assert before <= loop.time() < before + 60
        await asyncio.sleep(0.01)
        assert loop.time() >= before + 0.01

    loop.run_until_complete(main())


def test_patched_in_the_class(loop: Loop) -> None:
    clock = Clock()
    ran: list[int] = []
    with mock.patch.object(type(loop), "time", clock):  # an instance, so nothing binds it to the loop
        loop.call_soon(lambda: loop.call_later(10, ran.append, 1))
        run_iterations(loop, 2)
        assert ran == []
        clock.now += 10
        run_iterations(loop)
        assert ran == [1]
    assert abs(loop.time() - time.monotonic()) < 60


def test_exception_of_the_clock_ends_the_run(loop: Loop, clock: Clock) -> None:
    ran: list[int] = []
    loop.call_later(10, ran.append, 1)
    broken = mock.Mock(side_effect=ZeroDivisionError("clock"))
    loop.time = broken  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError, match="clock"):
        loop.run_forever()
    assert not loop.is_running()
    loop.time = clock  # type: ignore[method-assign]
    clock.now += 10
    run_iterations(loop)
    assert ran == [1]


@pytest.mark.parametrize("nonsense", ["noon", None])
def test_a_clock_that_shows_no_number(loop: Loop, clock: Clock, nonsense: object) -> None:
    loop.call_later(10, print)
    loop.time = lambda: nonsense  # type: ignore[method-assign, assignment, return-value]
    with pytest.raises(TypeError):
        loop.run_forever()
    with pytest.raises(TypeError):
        loop.call_later(1, print)
    loop.time = clock  # type: ignore[method-assign]
    run_iterations(loop)


@pytest.mark.parametrize("number", [1000, True, float("inf"), float("-inf"), 1e300])
def test_a_clock_of_unusual_numbers(loop: Loop, kind: LoopKind, number: float) -> None:
    if kind is ASYNCIO and sys.version_info >= (3, 15) and number == float("-inf"):
        pytest.skip("asyncio of 3.15 adds the clock's precision, which is infinite here: the sum is no number")
    ran: list[str] = []
    loop.call_at(999, ran.append, "past")
    loop.call_at(1000, ran.append, "now")
    loop.time = lambda: number  # type: ignore[method-assign]
    loop.call_soon(lambda: None)
    run_iterations(loop, 2)
    assert ran == (["past", "now"] if number >= 1000 else [])


def test_a_clock_that_schedules(loop: Loop) -> None:
    """Read before every wait and after it, so what it schedules is never waited past."""
    ran: list[float] = []

    def tick() -> float:
        if not ran:
            loop.call_soon(ran.append, 1.0)
        return time.monotonic()

    loop.call_later(3600, print)
    loop.call_later(0.01, loop.stop)
    loop.time = tick  # type: ignore[method-assign]
    loop.run_forever()
    assert ran


def test_slow_callbacks_are_measured_by_the_replaced_clock(
    loop: Loop, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    loop.set_debug(True)

    def callback() -> None:
        clock.now += 5

    loop.call_soon(callback)
    run_iterations(loop)
    assert "took 5.000 seconds" in caplog.text
