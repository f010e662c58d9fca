"""A closed loop: what it refuses, what it drops, and that closing is final."""

import asyncio
import socket
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, run_iterations

REFUSED: dict[str, Callable[[Loop], Any]] = {
    "call_soon": lambda loop: loop.call_soon(int),
    "call_soon_threadsafe": lambda loop: loop.call_soon_threadsafe(int),
    "call_later": lambda loop: loop.call_later(1, int),
    "call_at": lambda loop: loop.call_at(1, int),
    "run_forever": lambda loop: loop.run_forever(),
    "run_in_executor": lambda loop: loop.run_in_executor(None, int),
    "add_signal_handler": lambda loop: loop.add_signal_handler(10, int),
    "add_reader": lambda loop: loop.add_reader(0, int),
    "add_writer": lambda loop: loop.add_writer(1, int),
}


@pytest.mark.parametrize("method", REFUSED)
def test_closed_loop_refuses(loop: Loop, method: str) -> None:
    loop.close()
    with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
        REFUSED[method](loop)


def test_closed_loop_refuses_to_run_a_future(loop: Loop) -> None:
    future = loop.create_future()
    loop.close()
    with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
        loop.run_until_complete(future)


def test_closed_loop_refuses_tasks(loop: Loop) -> None:
    async def nothing() -> None:
        pass

    loop.close()
    coroutine = nothing()
    with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
        loop.create_task(coroutine)
    coroutine.close()


def test_what_needs_no_running_engine_still_works_after_close(loop: Loop) -> None:
    left, right = socket.socketpair()
    with left, right:
        loop.close()
        assert loop.remove_reader(left) is False
        assert loop.remove_writer(left.fileno()) is False
    assert loop.time() > 0
    assert isinstance(loop.create_future(), asyncio.Future)
    loop.stop()
    loop.set_debug(True)
    assert loop.get_debug() is True


def test_closing_twice_is_allowed(loop: Loop) -> None:
    loop.close()
    loop.close()
    assert loop.is_closed()


def test_close_drops_callbacks_and_timers(loop: Loop) -> None:
    class Callback:
        def __call__(self) -> None:
            raise AssertionError("called after close")

    callbacks = [Callback() for _ in range(5)]
    references = [weakref.ref(callback) for callback in callbacks]
    loop.call_soon(callbacks[0])
    loop.call_soon_threadsafe(callbacks[1])
    loop.call_later(0, callbacks[2])
    loop.call_later(3600, callbacks[3])
    loop.call_at(0, callbacks[4])
    del callbacks
    loop.close()
    assert [reference() for reference in references] == [None] * 5


def test_handles_can_be_used_after_close(loop: Loop) -> None:
    handles: list[asyncio.Handle] = [
        loop.call_soon(int),
        loop.call_soon_threadsafe(int),
        loop.call_later(3600, int),
        loop.call_at(0, int),
    ]
    loop.close()
    for handle in handles:
        assert "int()" in repr(handle)
        handle.cancel()
        assert handle.cancelled()


def test_close_forgets_readers(loop: Loop) -> None:
    class Callback:
        def __call__(self) -> None:
            raise AssertionError("called after close")

    left, right = socket.socketpair()
    with left, right:
        callback = Callback()
        reference = weakref.ref(callback)
        loop.add_reader(left, callback)
        loop.add_writer(right, callback)
        del callback
        loop.close()
        assert reference() is None


def test_loop_with_pending_work_can_be_closed_after_an_interrupt(loop: Loop) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    loop.call_soon(interrupt)
    loop.call_soon(int)
    with pytest.raises(KeyboardInterrupt):
        loop.run_forever()
    loop.close()
    assert loop.is_closed()


def test_two_loops_are_independent(new_loop: Callable[[], Loop]) -> None:
    first, second = new_loop(), new_loop()
    seen: list[str] = []
    first.call_soon(seen.append, "first")
    second.call_soon(seen.append, "second")
    first.close()
    run_iterations(second)
    assert seen == ["second"]


def test_loops_can_be_closed_in_any_order(new_loop: Callable[[], Loop]) -> None:
    loops = [new_loop() for _ in range(10)]
    seen: list[int] = []
    for number, loop in enumerate(loops):
        loop.call_soon(seen.append, number)
    for loop in loops[::2]:
        loop.close()
    for loop in loops[1::2]:
        run_iterations(loop)
        loop.close()
    assert seen == [1, 3, 5, 7, 9]


def test_subclass_can_extend_close(loop: Loop) -> None:
    closed: list[bool] = []

    class Subclass(type(loop)):  # type: ignore[misc]
        def close(self) -> None:
            super().close()
            closed.append(self.is_closed())

    instance = Subclass()
    instance.call_soon(int)
    run_iterations(instance)
    instance.close()
    assert closed == [True]
