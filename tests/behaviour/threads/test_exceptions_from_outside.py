"""`PyThreadState_SetAsyncExc`, as time limits and stop buttons use it: the run ends, and no callback is lost."""

import asyncio
import socket
import threading
import time
from typing import Any

import pytest

from support.exceptions_from_outside import TooLong, raising, resume_and_stop
from support.loop_kinds import PROMPTLY, Loop, only_pyloop, run_coroutine


class Interrupted:
    """A thread that runs a loop until it is stopped or interrupted."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.ends: list[str] = []
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.loop.run_forever()
        except TooLong:
            self.ends.append("interrupted")
        else:
            self.ends.append("stopped")

    def interrupt(self) -> None:
        """Raise the exception in the thread, again if it came inside a callback, as it may on asyncio."""
        assert self.thread.ident is not None
        interrupt = raising(self.thread.ident)
        for _ in range(20):
            interrupt()
            self.thread.join(PROMPTLY / 20)
            if not self.thread.is_alive():
                break
        else:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
        assert self.ends == ["interrupted"]


@pytest.fixture
def interrupted(loop: Loop) -> Interrupted:
    """Reports nothing of what callbacks raise, which may be the exception."""
    loop.set_exception_handler(lambda _loop, _context: None)
    return Interrupted(loop)


def test_loop_with_short_timers(loop: Loop, interrupted: Interrupted) -> None:
    ticks: list[int] = []

    def tick() -> None:
        loop.call_later(0.001, tick)
        ticks.append(1)

    loop.call_soon(tick)
    interrupted.thread.start()
    while len(ticks) < 5:
        time.sleep(0.001)
    interrupted.interrupt()
    before = len(ticks)
    resume_and_stop(loop)
    assert len(ticks) > before


def test_loop_with_callbacks_always_ready(loop: Loop, interrupted: Interrupted) -> None:
    counts = [0]

    def again() -> None:
        loop.call_soon(again)
        counts[0] += 1

    loop.call_soon(again)
    interrupted.thread.start()
    while counts[0] < 1000:
        time.sleep(0.001)
    interrupted.interrupt()
    before = counts[0]
    resume_and_stop(loop)
    assert counts[0] > before


@only_pyloop  # asyncio loses the callback that it has just taken from its queue
def test_loop_whose_callbacks_are_c_code(loop: Loop, interrupted: Interrupted) -> None:
    events: list[int] = []

    def again() -> None:
        loop.call_soon_batch(batch)  # type: ignore[attr-defined]
        loop.call_soon(again)

    batch = [(events.append, number) for number in range(50)]

    loop.call_soon(again)
    interrupted.thread.start()
    while len(events) < 5000:
        time.sleep(0.001)
    interrupted.interrupt()
    resume_and_stop(loop)
    numbers = events[: len(events) // 50 * 50]
    assert numbers == list(range(50)) * (len(numbers) // 50)


def test_blocked_loop_is_interrupted_when_it_wakes_up(loop: Loop, interrupted: Interrupted) -> None:
    """What has woken it up is not lost."""
    calls: list[str] = []
    started = threading.Event()
    loop.call_soon(started.set)
    interrupted.thread.start()
    assert started.wait(PROMPTLY)
    time.sleep(0.02)
    assert interrupted.thread.ident is not None
    raising(interrupted.thread.ident)()
    loop.call_soon_threadsafe(calls.append, "woken")
    interrupted.thread.join(PROMPTLY)
    assert (interrupted.ends, calls) == (["interrupted"], [])
    resume_and_stop(loop)
    assert calls == ["woken"]


def test_blocked_loop_that_a_connection_wakes_up(loop: Loop, interrupted: Interrupted) -> None:
    received: list[bytes] = []
    left, right = socket.socketpair()
    with right:

        class Receiver(asyncio.Protocol):
            def data_received(self, data: bytes) -> None:
                received.append(data)

        transport, _ = run_coroutine(loop, loop.create_connection(Receiver, sock=left))
        interrupted.thread.start()
        time.sleep(0.05)
        assert interrupted.thread.ident is not None
        raising(interrupted.thread.ident)()
        right.send(b"data")
        interrupted.thread.join(PROMPTLY)
        assert (interrupted.ends, received) == (["interrupted"], [])
        resume_and_stop(loop)
        assert received == [b"data"]
        transport.abort()
        resume_and_stop(loop)


def test_inside_a_callback_it_is_that_callbacks(loop: Loop, reported: list[dict[str, Any]]) -> None:
    interrupt = raising(threading.get_ident())

    def callback() -> None:
        interrupt()
        pytest.fail("the callback goes on")

    loop.call_soon(callback)
    resume_and_stop(loop)
    assert [type(context["exception"]) for context in reported] == [TooLong]


def test_inside_a_task_it_is_that_tasks(loop: Loop) -> None:
    interrupt = raising(threading.get_ident())

    async def main() -> None:
        await asyncio.sleep(0)
        interrupt()
        pytest.fail("the task goes on")

    with pytest.raises(TooLong):
        loop.run_until_complete(main())
    resume_and_stop(loop)


def test_inside_a_protocol_it_ends_the_connection(loop: Loop, reported: list[dict[str, Any]]) -> None:
    interrupt = raising(threading.get_ident())
    lost: list[object] = []
    left, right = socket.socketpair()
    with right:

        class Receiver(asyncio.Protocol):
            def data_received(self, data: bytes) -> None:
                interrupt()
                pytest.fail("the protocol goes on")

            def connection_lost(self, exc: BaseException | None) -> None:
                lost.append(type(exc))

        run_coroutine(loop, loop.create_connection(Receiver, sock=left))
        right.send(b"data")
        resume_and_stop(loop)
    assert lost == [TooLong]
    assert [context["message"] for context in reported] == ["Fatal error: protocol.data_received() call failed."]


def test_inside_an_exception_handler_it_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    interrupt = raising(threading.get_ident())

    def handle(_loop: Loop, _context: dict[str, Any]) -> None:
        interrupt()
        pytest.fail("the handler goes on")

    loop.set_exception_handler(handle)
    loop.call_soon(int, "no number")
    resume_and_stop(loop)
    assert [record.exc_info and record.exc_info[0] for record in caplog.records] == [TooLong]
    caplog.clear()


# Where the engine's own code runs: asyncio is Python code there, in which the exception is reported at any place.
