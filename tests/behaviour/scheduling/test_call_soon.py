"""call_soon: order, batches, arguments and what counts as a callback."""

import asyncio
import functools
from typing import Any

import pytest

from support.loop_kinds import Loop, run_iterations


def test_callbacks_run_in_scheduling_order(loop: Loop) -> None:
    seen: list[int] = []
    for number in range(1000):
        loop.call_soon(seen.append, number)
    run_iterations(loop)
    assert seen == list(range(1000))


def test_callback_scheduled_by_a_callback_waits_for_the_next_iteration(loop: Loop) -> None:
    seen: list[str] = []

    def first() -> None:
        seen.append("first")
        loop.call_soon(seen.append, "scheduled by first")

    loop.call_soon(first)
    loop.call_soon(seen.append, "second")
    run_iterations(loop)
    assert seen == ["first", "second"]
    run_iterations(loop)
    assert seen == ["first", "second", "scheduled by first"]


def test_each_link_of_a_chain_takes_one_iteration(loop: Loop) -> None:
    links = 0

    def link() -> None:
        nonlocal links
        links += 1
        loop.call_soon(link)

    loop.call_soon(link)
    for expected in range(1, 20):
        run_iterations(loop)
        assert links == expected


def test_queue_keeps_its_order_while_it_grows_and_shrinks(loop: Loop) -> None:
    seen: list[int] = []
    scheduled = 0
    total = 20_000

    def visit(number: int) -> None:
        seen.append(number)
        schedule((0, 3, 1, 2, 0, 1, 3)[number % 7])

    def schedule(count: int) -> None:
        nonlocal scheduled
        for _ in range(min(count, total - scheduled)):
            loop.call_soon(visit, scheduled)
            scheduled += 1

    schedule(50)
    while len(seen) < scheduled:
        run_iterations(loop)
    assert seen == list(range(total))


def test_positional_arguments_reach_the_callback(loop: Loop) -> None:
    seen: list[tuple[object, ...]] = []

    def record(*args: object) -> None:
        seen.append(args)

    for count in range(12):
        loop.call_soon(record, *range(count))
    run_iterations(loop)
    assert seen == [tuple(range(count)) for count in range(12)]


def test_arguments_are_passed_by_identity(loop: Loop) -> None:
    given = [object(), [], {}, None, True, "text", b"bytes", 1.5, 10**30]
    received: list[object] = []

    def record(*args: object) -> None:
        received.extend(args)

    loop.call_soon(record, *given)
    run_iterations(loop)
    assert len(received) == len(given)
    assert all(left is right for left, right in zip(given, received, strict=True))


def test_any_kind_of_callable_is_accepted(loop: Loop) -> None:
    seen: list[str] = []

    class Callbacks:
        def method(self) -> None:
            seen.append("method")

        @classmethod
        def class_method(cls) -> None:
            seen.append("class method")

        @staticmethod
        def static_method() -> None:
            seen.append("static method")

        def __call__(self) -> None:
            seen.append("instance")

    class Constructed:
        def __init__(self) -> None:
            seen.append("class")

    callbacks: list[Any] = [
        Callbacks().method,
        Callbacks.class_method,
        Callbacks.static_method,
        Callbacks(),
        Constructed,
        functools.partial(seen.append, "partial"),
        lambda: seen.append("lambda"),
    ]
    for callback in callbacks:
        loop.call_soon(callback)
    loop.call_soon(seen.append, "builtin method")
    run_iterations(loop)
    assert seen == [
        "method",
        "class method",
        "static method",
        "instance",
        "class",
        "partial",
        "lambda",
        "builtin method",
    ]


def test_return_value_of_a_callback_is_dropped(loop: Loop, reported: list[dict[str, object]]) -> None:
    for value in (None, 0, "text", NotImplemented, object()):
        loop.call_soon(lambda value: value, value)
    run_iterations(loop)
    assert reported == []


def test_what_is_not_callable_fails_when_it_runs(loop: Loop, reported: list[dict[str, object]]) -> None:
    handle = loop.call_soon(None)  # type: ignore[arg-type]
    run_iterations(loop)
    (context,) = reported
    assert isinstance(context["exception"], TypeError)
    assert context["handle"] is handle
    assert context["message"] == "Exception in callback None()"


def test_call_soon_returns_a_plain_handle(loop: Loop) -> None:
    handle = loop.call_soon(int)
    assert isinstance(handle, asyncio.Handle)
    assert not isinstance(handle, asyncio.TimerHandle)


@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe"])
def test_keyword_arguments_are_refused(loop: Loop, method: str) -> None:
    with pytest.raises(TypeError, match="end"):
        getattr(loop, method)(print, end="")


@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe"])
def test_callback_is_required(loop: Loop, method: str) -> None:
    with pytest.raises(TypeError):
        getattr(loop, method)()


def test_callback_may_be_given_by_name(loop: Loop) -> None:
    seen: list[str] = []
    loop.call_soon(callback=lambda: seen.append("soon"))
    loop.call_soon_threadsafe(callback=lambda: seen.append("threadsafe"))
    loop.call_later(delay=0, callback=lambda: seen.append("later"))
    loop.call_at(when=0, callback=lambda: seen.append("at"))
    run_iterations(loop, 3)
    assert sorted(seen) == ["at", "later", "soon", "threadsafe"]


def test_same_callback_may_be_scheduled_many_times(loop: Loop) -> None:
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    handles = {loop.call_soon(count) for _ in range(100)}
    assert len(handles) == 100
    run_iterations(loop)
    assert calls == 100


def test_due_timers_run_after_callbacks_that_were_ready(loop: Loop) -> None:
    seen: list[str] = []
    loop.call_later(-1, seen.append, "timer")
    loop.call_soon(seen.append, "soon")
    run_iterations(loop)
    assert seen == ["soon", "timer"]


def test_callback_and_timer_scheduled_in_a_batch_run_in_the_next_in_that_order(loop: Loop) -> None:
    seen: list[str] = []

    def schedule() -> None:
        loop.call_later(0, seen.append, "timer")
        loop.call_soon(seen.append, "soon")

    loop.call_soon(schedule)
    run_iterations(loop, 2)
    assert seen == ["soon", "timer"]
