"""call_soon_batch and call_soon_threadsafe_batch: many callbacks in one call. asyncio has no such methods."""

import asyncio
import contextvars
import inspect
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, only_pyloop, run_iterations

pytestmark = only_pyloop

Batch = Callable[[Iterable[Any]], list[asyncio.Handle]]


@pytest.fixture(params=["call_soon_batch", "call_soon_threadsafe_batch"])
def batch(request: pytest.FixtureRequest, loop: Loop) -> Batch:
    """Each of the two methods."""
    method: Batch = getattr(loop, request.param)
    return method


def test_callbacks_run_in_order(loop: Loop, batch: Batch) -> None:
    seen: list[int] = []
    handles = batch([(seen.append, number) for number in range(1000)])
    assert seen == []
    run_iterations(loop)
    assert seen == list(range(1000))
    assert len(handles) == 1000


def test_items_are_callables_or_tuples_with_arguments(loop: Loop, batch: Batch) -> None:
    seen: list[tuple[object, ...]] = []

    def record(*args: object) -> None:
        seen.append(args)

    batch([record, (record,), (record, 1), (record, 1, 2), (record, *range(20)), (record, ()), (record, None)])
    run_iterations(loop)
    assert seen == [(), (), (1,), (1, 2), tuple(range(20)), ((),), (None,)]


def test_any_iterable_is_accepted(loop: Loop, batch: Batch) -> None:
    seen: list[object] = []
    items = [(seen.append, number) for number in range(3)]
    batch(tuple(items))
    batch(iter(items))
    batch(item for item in items)
    batch(dict.fromkeys(items))
    run_iterations(loop)
    assert seen == [0, 1, 2] * 4


def test_empty_batch(loop: Loop, batch: Batch) -> None:
    assert batch([]) == []
    assert batch(iter(())) == []
    run_iterations(loop)


def test_handles_are_those_of_single_calls(loop: Loop, batch: Batch) -> None:
    handles = batch([int, (int, "7")])
    single = loop.call_soon(int) if batch.__name__ == "call_soon_batch" else loop.call_soon_threadsafe(int)
    assert type(handles) is list
    assert {type(handle) for handle in handles} == {type(single)}
    assert all(isinstance(handle, asyncio.Handle) for handle in handles)
    assert repr(handles[0]) == repr(single)
    run_iterations(loop)


def test_handles_can_be_cancelled(loop: Loop, batch: Batch) -> None:
    seen: list[int] = []
    handles = batch([(seen.append, number) for number in range(10)])
    for handle in handles[::2]:
        handle.cancel()
        assert handle.cancelled()
    run_iterations(loop)
    assert seen == [1, 3, 5, 7, 9]


def test_batches_and_single_callbacks_keep_their_order(loop: Loop, batch: Batch) -> None:
    seen: list[str] = []
    loop.call_soon(seen.append, "first")
    batch([(seen.append, "second"), (seen.append, "third")])
    loop.call_soon(seen.append, "fourth")
    batch([(seen.append, "fifth")])
    run_iterations(loop)
    assert seen == ["first", "second", "third", "fourth", "fifth"]


def test_batch_of_a_callback_waits_for_the_next_iteration(loop: Loop, batch: Batch) -> None:
    seen: list[str] = []
    loop.call_soon(lambda: batch([(seen.append, "next")]))
    run_iterations(loop)
    assert seen == []
    run_iterations(loop)
    assert seen == ["next"]


def test_each_callback_has_a_context_of_its_own(loop: Loop, batch: Batch) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")
    seen: list[str] = []

    def read_and_change() -> None:
        seen.append(variable.get())
        variable.set("changed")

    def caller() -> None:
        variable.set("caller")
        batch([read_and_change, read_and_change])

    contextvars.copy_context().run(caller)
    run_iterations(loop)
    assert seen == ["caller", "caller"]
    assert variable.get() == "unset"


@pytest.mark.parametrize("bad", [None, 5, "text", [int], (), (None,), ("text", 1), {}], ids=repr)
@pytest.mark.parametrize("position", [0, 5, 10])
def test_bad_item_is_a_type_error_and_nothing_is_scheduled(
    loop: Loop, batch: Batch, bad: object, position: int
) -> None:
    seen: list[int] = []
    items: list[object] = [(seen.append, number) for number in range(10)]
    items.insert(position, bad)
    with pytest.raises(TypeError):
        batch(items)
    run_iterations(loop)
    assert seen == []


@pytest.mark.parametrize("not_iterable", [None, 5, int], ids=repr)
def test_what_is_not_iterable_is_a_type_error(batch: Batch, not_iterable: Any) -> None:
    with pytest.raises(TypeError):
        batch(not_iterable)


def test_iterable_that_raises_schedules_nothing(loop: Loop, batch: Batch) -> None:
    seen: list[int] = []

    def items() -> Iterator[object]:
        yield (seen.append, 1)
        raise LookupError("in the iterable")

    with pytest.raises(LookupError, match="in the iterable"):
        batch(items())
    run_iterations(loop)
    assert seen == []


def test_iterable_that_closes_the_loop_schedules_nothing(loop: Loop, batch: Batch) -> None:
    seen: list[int] = []

    def items() -> Iterator[object]:
        yield (seen.append, 1)
        loop.close()
        yield (seen.append, 2)

    with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
        batch(items())
    assert seen == []


def test_closed_loop_refuses(loop: Loop, batch: Batch) -> None:
    loop.close()
    with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
        batch([int])


def test_exception_of_a_callback_does_not_touch_the_others(
    loop: Loop, batch: Batch, reported: list[dict[str, Any]]
) -> None:
    seen: list[int] = []
    handles = batch([(seen.append, 1), (int, "no number"), (seen.append, 2)])
    run_iterations(loop)
    assert seen == [1, 2]
    (context,) = reported
    assert context["handle"] is handles[1]


def test_callbacks_and_arguments_die_after_they_ran(loop: Loop, batch: Batch) -> None:
    class Callback:
        def __call__(self, *args: object) -> None:
            pass

    callbacks = [Callback() for _ in range(4)]
    references = [weakref.ref(callback) for callback in callbacks]
    batch([callbacks[0], (callbacks[1], callbacks[2]), (callbacks[3],)])
    del callbacks
    run_iterations(loop)
    assert [reference() for reference in references] == [None] * 4


def test_threadsafe_batch_wakes_a_blocked_loop(loop: Loop) -> None:
    seen: list[int] = []

    def send() -> None:
        time.sleep(0.05)
        loop.call_soon_threadsafe_batch([(seen.append, 1), (seen.append, 2), loop.stop])  # type: ignore[attr-defined]

    thread = threading.Thread(target=send)
    thread.start()
    start = time.monotonic()
    loop.run_forever()
    thread.join()
    assert seen == [1, 2]
    assert time.monotonic() - start < PROMPTLY


def test_threadsafe_batches_of_several_threads_arrive_whole(loop: Loop) -> None:
    seen: list[tuple[int, int]] = []

    def send(thread: int) -> None:
        for start in range(0, 5000, 100):
            items = [(seen.append, (thread, number)) for number in range(start, start + 100)]
            loop.call_soon_threadsafe_batch(items)  # type: ignore[attr-defined]

    threads = [threading.Thread(target=send, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    loop.call_soon(lambda: None)
    while len(seen) < 15_000:
        run_iterations(loop)
    for thread in threads:
        thread.join()
    for sender in range(3):
        assert [number for thread_number, number in seen if thread_number == sender] == list(range(5000))


def test_debug_mode_notes_the_callers_line(loop: Loop, batch: Batch) -> None:
    loop.set_debug(True)
    frame = inspect.currentframe()
    assert frame is not None
    handles, line = batch([int, (int, "7")]), frame.f_lineno
    for handle in handles:
        last = handle._source_traceback[-1]  # type: ignore[attr-defined]
        assert (last.filename, last.lineno) == (__file__, line)
    run_iterations(loop)


def test_debug_mode_refuses_coroutines_and_schedules_nothing(loop: Loop, batch: Batch) -> None:
    async def coroutine_function() -> None:
        pass

    loop.set_debug(True)
    seen: list[int] = []
    with pytest.raises(TypeError, match="coroutines cannot be used with"):
        batch([(seen.append, 1), coroutine_function])
    run_iterations(loop)
    assert seen == []


def test_debug_mode_refuses_a_plain_batch_from_another_thread(loop: Loop) -> None:
    loop.set_debug(True)
    seen: list[str] = []

    async def main() -> None:
        text = "Non-thread-safe operation invoked on an event loop other than the current one"
        with pytest.raises(RuntimeError, match=text):
            await asyncio.to_thread(loop.call_soon_batch, [(seen.append, "plain")])  # type: ignore[attr-defined]
        batch = loop.call_soon_threadsafe_batch  # type: ignore[attr-defined]
        await asyncio.to_thread(batch, [(seen.append, "threadsafe")])
        await loop.shutdown_default_executor()

    loop.run_until_complete(main())
    assert seen == ["threadsafe"]
