"""Other threads: call_soon_threadsafe, loops outside the main thread, and the thread check of debug mode."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, LoopKind, run_iterations, skip_if_refused_run_breaks_the_loop

WRONG_THREAD = r"^Non-thread-safe operation invoked on an event loop other than the current one$"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads that are joined after the test."""
    with ThreadPoolExecutor(4) as executor:
        yield executor


def test_blocked_loop_wakes_up(loop: Loop, pool: ThreadPoolExecutor) -> None:
    def wake() -> None:
        time.sleep(0.05)
        loop.call_soon_threadsafe(loop.stop)

    job = pool.submit(wake)
    start = time.monotonic()
    loop.run_forever()
    assert time.monotonic() - start < PROMPTLY
    job.result()


def test_loop_blocked_in_a_long_timer_wakes_up(loop: Loop, pool: ThreadPoolExecutor) -> None:
    loop.call_later(3600, int)

    def wake() -> None:
        time.sleep(0.05)
        loop.call_soon_threadsafe(loop.stop)

    job = pool.submit(wake)
    start = time.monotonic()
    loop.run_forever()
    assert time.monotonic() - start < PROMPTLY
    job.result()


def test_busy_loop_accepts_callbacks(loop: Loop, pool: ThreadPoolExecutor) -> None:
    def spin() -> None:
        loop.call_soon(spin)

    spin()
    job = pool.submit(loop.call_soon_threadsafe, loop.stop)
    start = time.monotonic()
    loop.run_forever()
    assert time.monotonic() - start < PROMPTLY
    job.result()


def test_callback_given_before_the_run_waits_for_it(loop: Loop, pool: ThreadPoolExecutor) -> None:
    seen: list[int] = []
    pool.submit(loop.call_soon_threadsafe, seen.append, threading.get_ident()).result()
    assert seen == []
    run_iterations(loop)
    assert seen == [threading.get_ident()]


def test_callback_given_between_runs_is_not_lost(loop: Loop, pool: ThreadPoolExecutor) -> None:
    seen: list[int] = []
    for number in range(50):
        pool.submit(loop.call_soon_threadsafe, seen.append, number).result()
        if number % 2:
            run_iterations(loop)
    assert seen == list(range(50))


def test_no_callback_is_lost_and_each_thread_keeps_its_order(loop: Loop, pool: ThreadPoolExecutor) -> None:
    seen: list[tuple[int, int]] = []
    per_thread = 2000

    def record(thread: int, number: int) -> None:
        seen.append((thread, number))
        if len(seen) == 4 * per_thread:
            loop.stop()

    def send(thread: int) -> None:
        for number in range(per_thread):
            loop.call_soon_threadsafe(record, thread, number)
            if number % 100 == 0:
                time.sleep(0.001)

    jobs = [pool.submit(send, thread) for thread in range(4)]
    loop.run_forever()
    for job in jobs:
        job.result()
    for thread in range(4):
        assert [number for sender, number in seen if sender == thread] == list(range(per_thread))


def test_wakeups_work_many_times_in_a_row(loop: Loop, pool: ThreadPoolExecutor) -> None:
    """Ping-pong: the loop blocks between any two callbacks."""

    def ping() -> int:
        rounds = 0
        for _ in range(500):
            done = threading.Event()
            loop.call_soon_threadsafe(done.set)
            assert done.wait(PROMPTLY)
            rounds += 1
        loop.call_soon_threadsafe(loop.stop)
        return rounds

    job = pool.submit(ping)
    loop.run_forever()
    assert job.result() == 500


def test_callbacks_from_the_loops_own_thread(loop: Loop) -> None:
    seen: list[int] = []
    loop.call_soon_threadsafe(seen.append, 1)
    loop.call_soon(seen.append, 2)
    loop.call_soon_threadsafe(seen.append, 3)
    run_iterations(loop)
    assert seen == [1, 2, 3]


def test_handle_can_be_cancelled_from_another_thread(loop: Loop, pool: ThreadPoolExecutor) -> None:
    seen: list[str] = []
    handle = loop.call_soon_threadsafe(seen.append, "cancelled")
    pool.submit(handle.cancel).result()
    run_iterations(loop)
    assert seen == []
    assert handle.cancelled()


def test_stop_from_another_thread(loop: Loop, pool: ThreadPoolExecutor) -> None:
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        loop.call_later(0.001, tick)

    tick()

    def stop() -> None:
        time.sleep(0.02)
        loop.stop()

    job = pool.submit(stop)
    loop.run_forever()
    job.result()
    assert ticks > 0


def test_threads_that_race_with_close_get_a_clear_error(new_loop: Callable[[], Loop], pool: ThreadPoolExecutor) -> None:
    for _ in range(10):
        loop = new_loop()

        def flood(loop: Loop = loop) -> str:
            try:
                while True:
                    loop.call_soon_threadsafe(int)
            except RuntimeError as error:
                return str(error)

        jobs = [pool.submit(flood) for _ in range(2)]
        loop.call_later(0.005, loop.stop)
        loop.run_forever()
        loop.close()
        assert [job.result(PROMPTLY) for job in jobs] == ["Event loop is closed"] * 2


def test_coroutine_given_by_another_thread(loop: Loop, pool: ThreadPoolExecutor) -> None:
    async def work() -> int:
        await asyncio.sleep(0.001)
        return threading.get_ident()

    def give() -> int:
        try:
            return asyncio.run_coroutine_threadsafe(work(), loop).result(PROMPTLY)
        finally:
            loop.call_soon_threadsafe(loop.stop)

    job = pool.submit(give)
    loop.run_forever()
    assert job.result() == threading.get_ident()


def test_loop_runs_in_another_thread(new_loop: Callable[[], Loop], pool: ThreadPoolExecutor) -> None:
    async def main() -> int:
        await asyncio.sleep(0.001)
        return threading.get_ident()

    def run() -> tuple[int, int]:
        return new_loop().run_until_complete(main()), threading.get_ident()

    for result, thread in [pool.submit(run).result(PROMPTLY) for _ in range(4)]:
        assert result == thread


def test_loop_may_change_threads_between_runs(loop: Loop, pool: ThreadPoolExecutor) -> None:
    async def main() -> int:
        await asyncio.sleep(0)
        return threading.get_ident()

    here = threading.get_ident()
    assert loop.run_until_complete(main()) == here
    assert pool.submit(lambda: loop.run_until_complete(main())).result(PROMPTLY) != here
    assert loop.run_until_complete(main()) == here


def test_two_loops_in_two_threads_talk_to_each_other(new_loop: Callable[[], Loop], pool: ThreadPoolExecutor) -> None:
    ours, theirs = new_loop(), new_loop()
    rounds = 0

    def ping() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 200:
            theirs.call_soon_threadsafe(theirs.stop)
            ours.stop()
        else:
            theirs.call_soon_threadsafe(pong)

    def pong() -> None:
        ours.call_soon_threadsafe(ping)

    job = pool.submit(theirs.run_forever)
    theirs.call_soon_threadsafe(pong)
    ours.run_forever()
    job.result(PROMPTLY)
    assert rounds == 200


def test_other_threads_run_while_the_loop_is_blocked(loop: Loop, pool: ThreadPoolExecutor) -> None:
    def compute() -> int:
        total = sum(range(200_000))
        loop.call_soon_threadsafe(loop.stop)
        return total

    job = pool.submit(compute)
    loop.run_forever()
    assert job.result() == sum(range(200_000))


def test_run_of_a_loop_that_runs_in_another_thread_is_refused(
    loop: Loop, kind: LoopKind, pool: ThreadPoolExecutor
) -> None:
    skip_if_refused_run_breaks_the_loop(kind)
    started = threading.Event()
    loop.call_soon(started.set)
    job = pool.submit(loop.run_forever)
    assert started.wait(PROMPTLY)
    with pytest.raises(RuntimeError, match=r"^This event loop is already running$"):
        loop.run_forever()
    assert loop.is_running()
    with pytest.raises(RuntimeError, match=r"^Cannot close a running event loop$"):
        loop.close()
    loop.call_soon_threadsafe(loop.stop)
    job.result(PROMPTLY)


@pytest.mark.parametrize("method", ["call_soon", "call_later", "call_at"])
def test_debug_mode_refuses_calls_from_another_thread(loop: Loop, pool: ThreadPoolExecutor, method: str) -> None:
    calls: dict[str, Callable[[], Any]] = {
        "call_soon": lambda: loop.call_soon(int),
        "call_later": lambda: loop.call_later(1, int),
        "call_at": lambda: loop.call_at(1, int),
    }
    loop.set_debug(True)

    async def main() -> None:
        with pytest.raises(RuntimeError, match=WRONG_THREAD):
            await loop.run_in_executor(pool, calls[method])
        await loop.run_in_executor(pool, lambda: loop.call_soon_threadsafe(int))
        calls[method]()

    loop.run_until_complete(main())
    # While the loop does not run, any thread may prepare it.
    pool.submit(calls[method]).result()


def test_without_debug_mode_nothing_is_checked(loop: Loop, pool: ThreadPoolExecutor) -> None:
    loop.set_debug(False)
    seen: list[str] = []

    async def main() -> None:
        await loop.run_in_executor(pool, loop.call_soon, seen.append, "unchecked")
        await asyncio.sleep(0)

    loop.run_until_complete(main())
    assert seen == ["unchecked"]
