"""Context variables: every handle has its own context, and callbacks cannot change the caller's."""

import contextvars
import socket
import threading
from collections.abc import Callable

import pytest

from support.loop_kinds import Loop, run_iterations

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


Schedule = Callable[..., object]


@pytest.fixture(params=["call_soon", "call_soon_threadsafe", "call_later", "call_at"])
def schedule(request: pytest.FixtureRequest, loop: Loop) -> Schedule:
    """Each way to schedule a callback for the next iteration."""
    if request.param == "call_later":
        return lambda callback, *args, **kwargs: loop.call_later(0, callback, *args, **kwargs)
    if request.param == "call_at":
        return lambda callback, *args, **kwargs: loop.call_at(0, callback, *args, **kwargs)
    method: Schedule = getattr(loop, request.param)
    return method


def read(into: list[str]) -> None:
    into.append(variable.get())


def test_callback_sees_the_value_of_the_time_it_was_scheduled(loop: Loop, schedule: Schedule) -> None:
    seen: list[str] = []

    def caller() -> None:
        variable.set("when scheduled")
        schedule(read, seen)
        variable.set("afterwards")

    contextvars.copy_context().run(caller)
    run_iterations(loop, 2)
    assert seen == ["when scheduled"]


def test_change_in_a_callback_is_not_visible_outside(loop: Loop, schedule: Schedule) -> None:
    seen: list[str] = []
    schedule(variable.set, "changed")
    schedule(read, seen)
    run_iterations(loop, 2)
    schedule(read, seen)
    run_iterations(loop, 2)
    assert seen == ["unset", "unset"]
    assert variable.get() == "unset"


def test_given_context_is_used_itself_not_a_copy(loop: Loop, schedule: Schedule) -> None:
    context = contextvars.copy_context()
    context.run(variable.set, "given")
    seen: list[str] = []

    def replace() -> None:
        read(seen)
        variable.set("replaced")

    schedule(replace, context=context)
    run_iterations(loop, 2)
    assert seen == ["given"]
    assert context[variable] == "replaced"


def test_context_none_means_a_copy_of_the_current_one(loop: Loop, schedule: Schedule) -> None:
    seen: list[str] = []

    def caller() -> None:
        variable.set("current")
        schedule(read, seen, context=None)

    contextvars.copy_context().run(caller)
    run_iterations(loop, 2)
    assert seen == ["current"]


def test_callbacks_that_share_a_context_see_each_others_changes(loop: Loop, schedule: Schedule) -> None:
    context = contextvars.copy_context()
    seen: list[str] = []
    schedule(variable.set, "from the first", context=context)
    schedule(read, seen, context=context)
    run_iterations(loop, 2)
    assert seen == ["from the first"]


def test_value_set_in_one_callback_is_inherited_by_what_it_schedules(loop: Loop) -> None:
    seen: list[str] = []

    def parent() -> None:
        variable.set("parent")
        loop.call_soon(child)

    def child() -> None:
        read(seen)
        variable.set("child")
        loop.call_later(0, read, seen)

    loop.call_soon(parent)
    run_iterations(loop, 4)
    assert seen == ["parent", "child"]


def test_token_can_be_reset_in_the_context_that_made_it(loop: Loop) -> None:
    context = contextvars.copy_context()
    tokens: list[contextvars.Token[str]] = []
    seen: list[str] = []
    loop.call_soon(lambda: tokens.append(variable.set("temporary")), context=context)
    loop.call_soon(lambda: variable.reset(tokens[0]), context=context)
    loop.call_soon(read, seen, context=context)
    run_iterations(loop)
    assert seen == ["unset"]


def test_token_of_another_context_is_refused(loop: Loop, reported: list[dict[str, object]]) -> None:
    tokens: list[contextvars.Token[str]] = []
    loop.call_soon(lambda: tokens.append(variable.set("elsewhere")))
    loop.call_soon(lambda: variable.reset(tokens[0]))
    run_iterations(loop)
    (context,) = reported
    assert isinstance(context["exception"], ValueError)
    assert "different Context" in str(context["exception"])


def test_context_is_left_after_an_exception(loop: Loop, reported: list[dict[str, object]]) -> None:
    context = contextvars.copy_context()

    def fail() -> None:
        variable.set("failing")
        raise ZeroDivisionError

    loop.call_soon(fail, context=context)
    seen: list[str] = []
    loop.call_soon(read, seen)
    # Entering a context that is still entered raises RuntimeError.
    loop.call_soon(read, seen, context=context)
    run_iterations(loop)
    assert seen == ["unset", "failing"]
    assert len(reported) == 1


def test_entered_context_is_reported(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    # The default handler logs it; from Python 3.12 on a handler of the user would be run in that context, too.
    context = contextvars.copy_context()

    def run_nested() -> None:
        loop.call_soon(int, context=context)
        run_iterations(loop)

    context.run(run_nested)
    (record,) = caplog.records
    assert record.getMessage().startswith("Exception in callback int()")
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)
    assert "cannot enter context" in str(record.exc_info[1])
    caplog.clear()


def test_object_that_is_no_context_is_reported_when_it_runs(loop: Loop, reported: list[dict[str, object]]) -> None:
    seen: list[str] = []
    handle = loop.call_soon(int, context="no context")  # type: ignore[arg-type]
    loop.call_soon(seen.append, "next")
    run_iterations(loop)
    (report,) = reported
    assert isinstance(report["exception"], AttributeError)
    assert report["handle"] is handle
    assert seen == ["next"]


def test_context_of_the_calling_thread_is_copied(loop: Loop) -> None:
    seen: list[str] = []

    def caller() -> None:
        variable.set("other thread")
        loop.call_soon_threadsafe(read, seen)

    thread = threading.Thread(target=caller)
    thread.start()
    thread.join()
    run_iterations(loop)
    assert seen == ["other thread"]


def test_reader_runs_in_the_context_of_add_reader(loop: Loop) -> None:
    left, right = socket.socketpair()
    with left, right:
        seen: list[str] = []

        def add() -> None:
            variable.set("when added")
            loop.add_reader(left, on_readable)

        def on_readable() -> None:
            read(seen)
            left.recv(10)
            variable.set("changed by the reader")
            if len(seen) == 2:
                loop.stop()
            else:
                right.send(b"again")

        contextvars.copy_context().run(add)
        right.send(b"x")
        loop.run_forever()
        loop.remove_reader(left)
    # asyncio keeps one handle, hence one context, for all events of a registration.
    assert seen == ["when added", "changed by the reader"]
    assert variable.get() == "unset"
