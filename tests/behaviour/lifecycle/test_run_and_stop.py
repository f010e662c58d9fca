"""run_forever, run_until_complete and stop."""

import asyncio
import gc
import inspect
import re
from collections.abc import Callable

import pytest

from support.loop_kinds import Loop, LoopKind, skip_if_refused_run_breaks_the_loop


async def answer() -> int:
    await asyncio.sleep(0)
    return 42


def test_stop_lets_the_batch_finish(loop: Loop) -> None:
    seen: list[str] = []
    loop.call_soon(loop.stop)
    loop.call_soon(loop.call_soon, seen.append, "next iteration")
    loop.call_soon(seen.append, "same batch")
    loop.run_forever()
    assert seen == ["same batch"]
    loop.stop()
    loop.run_forever()
    assert seen == ["same batch", "next iteration"]


def test_stop_before_the_run_lets_one_iteration_pass(loop: Loop) -> None:
    seen: list[str] = []
    loop.call_soon(seen.append, "ready")
    loop.call_soon(loop.call_soon, seen.append, "next iteration")
    loop.call_at(0, seen.append, "due timer")
    loop.call_later(3600, seen.append, "later timer")
    loop.stop()
    loop.run_forever()
    assert seen == ["ready", "due timer"]


def test_stop_counts_once(loop: Loop) -> None:
    loop.stop()
    loop.stop()
    loop.run_forever()
    seen: list[str] = []
    loop.call_later(0.001, seen.append, "ran")
    loop.call_later(0.002, loop.stop)
    loop.run_forever()
    assert seen == ["ran"]


def test_stop_with_an_empty_loop_returns(loop: Loop) -> None:
    loop.stop()
    loop.run_forever()
    assert not loop.is_running()


def test_loop_can_run_many_times(loop: Loop) -> None:
    for _ in range(50):
        assert loop.run_until_complete(answer()) == 42
        loop.call_soon(loop.stop)
        loop.run_forever()


def test_is_running_tells_the_truth(loop: Loop) -> None:
    seen: list[bool] = []
    assert loop.is_running() is False
    loop.call_soon(lambda: seen.append(loop.is_running()))
    loop.stop()
    loop.run_forever()
    assert seen == [True]
    assert loop.is_running() is False
    assert loop.is_closed() is False
    loop.close()
    assert loop.is_running() is False
    assert loop.is_closed() is True


def test_running_loop_is_set_during_the_run_only(loop: Loop) -> None:
    seen: list[Loop] = []
    loop.call_soon(lambda: seen.append(asyncio.get_running_loop()))
    loop.call_later(0.001, lambda: seen.append(asyncio.get_event_loop()))
    loop.call_later(0.002, loop.stop)
    loop.run_forever()
    assert seen == [loop, loop]
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()


def test_run_until_complete_returns_the_result(loop: Loop) -> None:
    assert loop.run_until_complete(answer()) == 42


def test_run_until_complete_accepts_a_task_a_future_and_an_awaitable(loop: Loop) -> None:
    class Awaitable:
        def __await__(self):  # type: ignore[no-untyped-def] # noqa: ANN204
            return (yield from answer().__await__())

    assert loop.run_until_complete(loop.create_task(answer())) == 42
    future = loop.create_future()
    loop.call_soon(future.set_result, 43)
    assert loop.run_until_complete(future) == 43
    assert loop.run_until_complete(Awaitable()) == 42


def test_run_until_complete_of_a_finished_future_returns(loop: Loop) -> None:
    future = loop.create_future()
    future.set_result("ready")
    assert loop.run_until_complete(future) == "ready"


def test_run_until_complete_raises_the_exception(loop: Loop) -> None:
    async def fail() -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        loop.run_until_complete(fail())


def test_run_until_complete_raises_cancelled_error(loop: Loop) -> None:
    async def cancel_itself() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(cancel_itself())


def test_run_until_complete_refuses_what_cannot_be_awaited(loop: Loop) -> None:
    with pytest.raises(TypeError, match=re.escape("An asyncio.Future, a coroutine or an awaitable is required")):
        loop.run_until_complete(42)  # type: ignore[arg-type]


def test_run_until_complete_refuses_a_future_of_another_loop(new_loop: Callable[[], Loop]) -> None:
    loop, other = new_loop(), new_loop()
    text = "The future belongs to a different loop than the one specified as the loop argument"
    with pytest.raises(ValueError, match=text):
        loop.run_until_complete(other.create_future())


def test_run_until_complete_refuses_to_lose_its_future(loop: Loop) -> None:
    future = loop.create_future()
    loop.call_soon(loop.stop)
    with pytest.raises(RuntimeError, match=r"^Event loop stopped before Future completed\.$"):
        loop.run_until_complete(future)
    # The future is no longer watched: its end does not stop a later run.
    seen: list[str] = []
    loop.call_soon(future.set_result, None)
    loop.call_later(0.002, seen.append, "still running")
    loop.call_later(0.003, loop.stop)
    loop.run_forever()
    assert seen == ["still running"]


def test_callbacks_after_the_end_of_the_future_wait_for_the_next_run(loop: Loop) -> None:
    seen: list[str] = []

    async def main() -> None:
        loop.call_later(0.01, seen.append, "later")

    loop.run_until_complete(main())
    assert seen == []
    loop.call_later(0.02, loop.stop)
    loop.run_forever()
    assert seen == ["later"]


def test_nested_run_of_the_same_loop_is_refused(loop: Loop, kind: LoopKind) -> None:
    skip_if_refused_run_breaks_the_loop(kind)
    errors: list[str] = []
    future = loop.create_future()

    def nested() -> None:
        for run in (loop.run_forever, lambda: loop.run_until_complete(future)):
            with pytest.raises(RuntimeError) as caught:
                run()
            errors.append(str(caught.value))
        loop.stop()

    loop.call_soon(nested)
    loop.run_forever()
    assert errors == ["This event loop is already running"] * 2


def test_nested_run_of_another_loop_is_refused(new_loop: Callable[[], Loop], kind: LoopKind) -> None:
    skip_if_refused_run_breaks_the_loop(kind)
    outer, inner = new_loop(), new_loop()
    errors: list[str] = []
    future = inner.create_future()

    def nested() -> None:
        for run in (inner.run_forever, lambda: inner.run_until_complete(future)):
            with pytest.raises(RuntimeError) as caught:
                run()
            errors.append(str(caught.value))
        outer.stop()

    outer.call_soon(nested)
    outer.run_forever()
    assert errors == ["Cannot run the event loop while another loop is running"] * 2
    assert not inner.is_running()


def test_refused_nested_run_leaves_the_outer_loop_running(new_loop: Callable[[], Loop], kind: LoopKind) -> None:
    skip_if_refused_run_breaks_the_loop(kind)
    outer, inner = new_loop(), new_loop()
    seen: list[Loop] = []

    def nested() -> None:
        with pytest.raises(RuntimeError):
            inner.run_forever()
        seen.append(asyncio.get_running_loop())
        outer.call_soon(outer.stop)

    outer.call_soon(nested)
    outer.run_forever()
    assert seen == [outer]


def test_close_while_running_is_refused(loop: Loop) -> None:
    errors: list[str] = []

    def close() -> None:
        with pytest.raises(RuntimeError) as caught:
            loop.close()
        errors.append(str(caught.value))
        loop.stop()

    loop.call_soon(close)
    loop.run_forever()
    assert errors == ["Cannot close a running event loop"]
    assert not loop.is_closed()


def test_repr_tells_the_state(loop: Loop) -> None:
    name = type(loop).__name__
    assert re.fullmatch(rf"<{name} running=False closed=False debug=False>", repr(loop))
    seen: list[str] = []
    loop.call_soon(lambda: seen.append(repr(loop)))
    loop.stop()
    loop.run_forever()
    assert seen == [f"<{name} running=True closed=False debug=False>"]
    loop.close()
    assert repr(loop) == f"<{name} running=False closed=True debug=False>"


def test_open_loop_that_is_collected_warns_and_closes(new_loop: Callable[[], Loop], kind: LoopKind) -> None:
    loops = [kind.new_event_loop()]

    def drop() -> None:
        loops.clear()
        gc.collect()

    with pytest.warns(ResourceWarning, match="unclosed event loop"):
        drop()


def test_loop_has_the_stock_base_classes(loop: Loop) -> None:
    assert isinstance(loop, asyncio.AbstractEventLoop)
    assert isinstance(loop, asyncio.BaseEventLoop)
    assert isinstance(loop, asyncio.SelectorEventLoop)


def test_coroutine_of_a_refused_nested_run_is_left_alone(loop: Loop, kind: LoopKind) -> None:
    """No task is made of it that would then be destroyed while it is pending."""
    skip_if_refused_run_breaks_the_loop(kind)
    coroutine = answer()

    async def main() -> None:
        with pytest.raises(RuntimeError, match="This event loop is already running"):
            loop.run_until_complete(coroutine)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED
        assert loop.is_running()

    loop.run_until_complete(main())
    coroutine.close()
