"""Handles of `call_soon_threadsafe`: from Python 3.14 on, cancelling one waits for the end of its running callback."""

import asyncio
import contextvars
import sys
import threading
import time
from asyncio import events
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, LoopKind, only_pyloop, run_iterations

CANCEL_WAITS = sys.version_info >= (3, 14)
HANDLE: type[asyncio.Handle] = getattr(events, "_ThreadSafeHandle", asyncio.Handle)

since_3_14 = pytest.mark.skipif(not CANCEL_WAITS, reason="before Python 3.14 cancelling waits for nothing")


@contextmanager
def thread(function: Callable[[], object]) -> Iterator[threading.Thread]:
    """Run a function in a thread, and see it end."""
    started = threading.Thread(target=function, daemon=True)
    started.start()
    yield started
    started.join(PROMPTLY)
    assert not started.is_alive()


class Busy:
    """A callback that goes on while another thread uses its handle; `notes` tells who came to an end first."""

    def __init__(self, raises: BaseException | None = None) -> None:
        self.notes: list[str] = []
        self.running = threading.Event()
        self.used = threading.Event()
        self.raises = raises

    def __call__(self) -> None:
        self.running.set()
        assert self.used.wait(PROMPTLY)
        time.sleep(0.05)  # enough for the other thread to note its end, did it not wait
        self.notes.append("callback")
        if self.raises is not None:
            raise self.raises

    def use(self, method: Callable[[], object]) -> None:
        assert self.running.wait(PROMPTLY)
        self.used.set()
        method()
        self.notes.append("user")


@pytest.fixture(params=[False, True], ids=["plain", "debug"])
def debug(request: pytest.FixtureRequest, loop: Loop) -> bool:
    """Whether the loop is in debug mode, in which the engine leaves the call to asyncio."""
    loop.set_debug(request.param)
    loop.slow_callback_duration = PROMPTLY
    return bool(request.param)


def test_type_and_repr(loop: Loop, debug: bool) -> None:
    handle = loop.call_soon_threadsafe(print, "argument")
    assert isinstance(handle, HANDLE)
    assert repr(handle).startswith(f"<{HANDLE.__name__} print(")
    assert ("created at" in repr(handle)) == debug
    handle.cancel()
    assert repr(handle).startswith(f"<{HANDLE.__name__} cancelled")
    assert ("print(" in repr(handle)) == debug


def test_other_handles_are_of_another_type(loop: Loop) -> None:
    handles = [loop.call_soon(print), loop.call_later(1000, print)]
    assert [type(handle).__name__ for handle in handles] == ["Handle", "TimerHandle"]
    for handle in handles:
        handle.cancel()


@only_pyloop
def test_type_in_a_batch(kind: LoopKind, loop: Any, debug: bool) -> None:
    handles = loop.call_soon_threadsafe_batch([print, (print, 1)])
    assert [isinstance(handle, HANDLE) for handle in handles] == [True, True]
    for handle in handles:
        handle.cancel()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Handle.get_context() came with Python 3.12")
def test_context(loop: Loop) -> None:
    context = contextvars.copy_context()
    handle: Any = loop.call_soon_threadsafe(print, context=context)
    assert handle.get_context() is context
    handle.cancel()


def test_cancelled_before_it_runs(loop: Loop, debug: bool) -> None:
    calls: list[int] = []
    handle = loop.call_soon_threadsafe(calls.append, 1)
    with thread(handle.cancel):
        pass
    assert handle.cancelled()
    run_iterations(loop)
    assert calls == []


def test_cancelled_after_it_has_run(loop: Loop, debug: bool) -> None:
    calls: list[int] = []
    handle = loop.call_soon_threadsafe(calls.append, 1)
    run_iterations(loop)
    assert not handle.cancelled()
    with thread(handle.cancel):
        pass
    assert (calls, handle.cancelled()) == ([1], True)


def test_callback_cancels_its_own_handle(loop: Loop, debug: bool) -> None:
    seen: list[bool] = []

    def callback() -> None:
        handle.cancel()
        seen.append(handle.cancelled())

    handle = loop.call_soon_threadsafe(callback)
    run_iterations(loop)
    assert (seen, handle.cancelled()) == ([True], True)


def test_callback_cancels_the_next_one(loop: Loop, debug: bool) -> None:
    calls: list[int] = []
    handle: asyncio.Handle
    loop.call_soon_threadsafe(lambda: handle.cancel())
    handle = loop.call_soon_threadsafe(calls.append, 1)
    run_iterations(loop)
    assert calls == []


def test_thread_cancels_another_one_while_a_callback_runs(loop: Loop, debug: bool) -> None:
    cancelled = threading.Event()
    calls: list[int] = []

    def cancel() -> None:
        handle.cancel()
        cancelled.set()

    def callback() -> None:
        with thread(cancel):
            assert cancelled.wait(PROMPTLY)

    loop.call_soon_threadsafe(callback)
    handle = loop.call_soon_threadsafe(calls.append, 1)
    run_iterations(loop)
    assert calls == []


def test_handle_of_call_soon_is_cancelled_at_once(loop: Loop) -> None:
    cancelled = threading.Event()

    def cancel() -> None:
        handle.cancel()
        cancelled.set()

    def callback() -> None:
        with thread(cancel):
            assert cancelled.wait(PROMPTLY)

    handle = loop.call_soon(callback)
    run_iterations(loop)
    assert handle.cancelled()


@since_3_14
@pytest.mark.parametrize("method", ["cancel", "cancelled"])
def test_thread_waits_for_the_running_callback(loop: Loop, debug: bool, method: str) -> None:
    busy = Busy()
    handle = loop.call_soon_threadsafe(busy)
    with thread(lambda: busy.use(getattr(handle, method))):
        run_iterations(loop)
    assert busy.notes == ["callback", "user"]
    assert handle.cancelled() == (method == "cancel")


@pytest.mark.skipif(CANCEL_WAITS, reason="from Python 3.14 on it waits")
def test_thread_does_not_wait_before_3_14(loop: Loop, debug: bool) -> None:
    cancelled = threading.Event()

    def cancel() -> None:
        handle.cancel()
        cancelled.set()

    def callback() -> None:
        with thread(cancel):
            assert cancelled.wait(PROMPTLY)

    handle = loop.call_soon_threadsafe(callback)
    run_iterations(loop)
    assert handle.cancelled()


@since_3_14
def test_several_threads_wait(loop: Loop, debug: bool) -> None:
    busy = Busy()
    handle = loop.call_soon_threadsafe(busy)
    use = lambda: busy.use(handle.cancel)  # noqa: E731
    with thread(use), thread(use), thread(lambda: busy.use(handle.cancelled)):
        run_iterations(loop)
    assert busy.notes == ["callback", "user", "user", "user"]


@since_3_14
def test_thread_waits_for_a_callback_that_has_cancelled_itself(loop: Loop, debug: bool) -> None:
    busy = Busy()

    def callback() -> None:
        handle.cancel()
        busy()

    handle = loop.call_soon_threadsafe(callback)
    with thread(lambda: busy.use(handle.cancel)):
        run_iterations(loop)
    assert busy.notes == ["callback", "user"]


@since_3_14
def test_thread_waits_for_the_exception_handler_too(loop: Loop, debug: bool) -> None:
    busy = Busy(ValueError("x"))

    def handler(_loop: Loop, context: dict[str, Any]) -> None:
        time.sleep(0.05)
        busy.notes.append(type(context["exception"]).__name__)
        assert context["handle"] is handle

    loop.set_exception_handler(handler)
    handle = loop.call_soon_threadsafe(busy)
    with thread(lambda: busy.use(handle.cancel)):
        run_iterations(loop)
    assert busy.notes == ["callback", "ValueError", "user"]


@since_3_14
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_thread_goes_on_after_an_exception_that_ends_the_run(
    loop: Loop, debug: bool, error: type[BaseException]
) -> None:
    busy = Busy(error())
    handle = loop.call_soon_threadsafe(busy)
    with thread(lambda: busy.use(handle.cancel)), pytest.raises(error):
        run_iterations(loop)
    assert busy.notes == ["callback", "user"]
    run_iterations(loop)


@since_3_14
def test_waiting_thread_keeps_the_handle(loop: Loop, debug: bool) -> None:
    """Nobody else has a reference to it by then: the engine must not use it again."""
    busy = Busy()
    handles = [loop.call_soon_threadsafe(busy)]
    with thread(lambda: busy.use(lambda: handles.pop().cancel())):
        run_iterations(loop)
        calls: list[int] = []
        for number in range(100):
            loop.call_soon_threadsafe(calls.append, number)
        run_iterations(loop)
    assert busy.notes == ["callback", "user"]
    assert calls == list(range(100))


@since_3_14
def test_callback_never_runs_once_cancel_has_returned(loop: Loop, debug: bool) -> None:
    wrong: list[int] = []
    ended = threading.Event()

    def schedule_and_cancel() -> None:
        for number in range(500):
            cancelled: list[bool] = []

            def callback(number: int = number, cancelled: list[bool] = cancelled) -> None:
                if cancelled:
                    wrong.append(number)
                for _ in range(number % 50):
                    pass
                if cancelled:
                    wrong.append(number)

            loop.call_soon_threadsafe(callback).cancel()
            cancelled.append(True)
        ended.set()
        loop.call_soon_threadsafe(loop.stop)

    with thread(schedule_and_cancel):
        loop.run_forever()
    assert ended.is_set()
    assert wrong == []


def test_handle_of_another_thread_can_be_cancelled(loop: Loop) -> None:
    """Cancelled before it runs, it does not run; cancelled afterwards, nothing happens."""

    async def main() -> list[str]:
        seen: list[str] = []
        cancelled = threading.Event()

        def from_a_thread() -> None:
            loop.call_soon_threadsafe(seen.append, "kept")
            # The loop is held back, so that the callback cannot have run before it is cancelled.
            loop.call_soon_threadsafe(cancelled.wait, PROMPTLY)
            loop.call_soon_threadsafe(seen.append, "cancelled").cancel()
            cancelled.set()

        await asyncio.wait_for(asyncio.to_thread(from_a_thread), PROMPTLY)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return seen

    seen = loop.run_until_complete(main())
    assert seen == ["kept"]
    handle = loop.call_soon_threadsafe(seen.append, "last")
    run_iterations(loop)
    handle.cancel()
    assert handle.cancelled()
    assert seen[-1] == "last"
