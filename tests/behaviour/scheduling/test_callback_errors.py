"""Exceptions of callbacks: which ones reach the exception handler, which ones end the run, and what is logged."""

import asyncio
import contextvars
import logging
import sys
from typing import Any

import pytest

from support.loop_kinds import Loop, run_iterations

Reports = list[dict[str, Any]]


class CustomBaseError(BaseException):
    """Neither an Exception nor one of the two that end a run."""


def raise_(error: BaseException) -> None:
    raise error


def fail() -> None:
    raise ZeroDivisionError("on purpose")


LINE_OF_FAIL = fail.__code__.co_firstlineno


@pytest.mark.parametrize(
    "error",
    [
        ValueError("value"),
        OSError(5, "i/o"),
        asyncio.CancelledError(),
        GeneratorExit(),
        StopIteration(),
        MemoryError(),
        RecursionError(),
        CustomBaseError("base"),
        BaseExceptionGroup("group", [CustomBaseError()]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_exception_goes_to_the_exception_handler(loop: Loop, reported: Reports, error: BaseException) -> None:
    seen: list[str] = []
    handle = loop.call_soon(raise_, error)
    loop.call_soon(seen.append, "next")
    run_iterations(loop)
    (context,) = reported
    assert set(context) == {"message", "exception", "handle"}
    assert context["exception"] is error
    assert context["handle"] is handle
    assert seen == ["next"]


def test_message_names_the_callback_and_its_place(loop: Loop, reported: Reports) -> None:
    loop.call_soon(fail)
    loop.call_later(0, fail)
    run_iterations(loop, 2)
    messages = [context["message"] for context in reported]
    assert messages == [f"Exception in callback fail() at {__file__}:{LINE_OF_FAIL}"] * 2


def test_message_shows_arguments_as_the_version_of_python_does(loop: Loop, reported: Reports) -> None:
    loop.call_soon(int, "no number")
    run_iterations(loop)
    arguments = "'no number'" if sys.version_info < (3, 13) else ""
    assert reported[0]["message"] == f"Exception in callback int({arguments})"


def test_traceback_starts_in_the_callback_or_the_handle(loop: Loop, reported: Reports) -> None:
    loop.call_soon(fail)
    run_iterations(loop)
    traceback = reported[0]["exception"].__traceback__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    assert traceback.tb_frame.f_code is fail.__code__


def test_handler_receives_the_loop(loop: Loop) -> None:
    loops: list[Loop] = []
    loop.set_exception_handler(lambda loop, _context: loops.append(loop))
    loop.call_soon(fail)
    run_iterations(loop)
    assert loops == [loop]


def test_default_handler_logs_the_error(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.call_soon(fail)
    run_iterations(loop)
    (record,) = caplog.records
    assert record.name == "asyncio"
    assert record.levelno == logging.ERROR
    lines = record.getMessage().splitlines()
    place = f"{__file__}:{LINE_OF_FAIL}"
    assert lines == [f"Exception in callback fail() at {place}", f"handle: <Handle fail() at {place}>"]
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError
    caplog.clear()


def test_handler_can_defer_to_the_default_handler(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_exception_handler(lambda loop, context: loop.default_exception_handler(context))
    loop.call_soon(fail)
    run_iterations(loop)
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == [
        f"Exception in callback fail() at {__file__}:{LINE_OF_FAIL}"
    ]
    caplog.clear()


def test_handler_that_raises_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    def bad_handler(_loop: Loop, _context: dict[str, Any]) -> None:
        raise LookupError("in the handler")

    seen: list[str] = []
    loop.set_exception_handler(bad_handler)
    loop.call_soon(fail)
    loop.call_soon(seen.append, "next")
    run_iterations(loop)
    (record,) = caplog.records
    assert record.getMessage().startswith("Unhandled error in exception handler\ncontext: {'message': 'Exception in ")
    assert record.exc_info is not None
    assert record.exc_info[0] is LookupError
    assert seen == ["next"]
    caplog.clear()


def test_default_handler_that_raises_is_logged(
    loop: Loop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "default_exception_handler", lambda _context: fail())
    loop.call_soon(fail)
    run_iterations(loop)
    assert [record.getMessage() for record in caplog.records] == ["Exception in default exception handler"]
    caplog.clear()


@pytest.mark.parametrize("error", [SystemExit(7), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_handler_may_end_the_run(loop: Loop, error: BaseException) -> None:
    loop.set_exception_handler(lambda _loop, _context: raise_(error))
    loop.call_soon(fail)
    with pytest.raises(type(error)) as caught:
        loop.run_forever()
    assert caught.value is error


def test_handler_must_be_callable_or_none(loop: Loop) -> None:
    with pytest.raises(TypeError, match="A callable object or None is expected, got 'spam'"):
        loop.set_exception_handler("spam")  # type: ignore[arg-type]
    assert loop.get_exception_handler() is None
    loop.set_exception_handler(print)
    assert loop.get_exception_handler() is print
    loop.set_exception_handler(None)
    assert loop.get_exception_handler() is None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="handlers run in the context of the handle since Python 3.12")
def test_handler_runs_in_the_context_of_the_handle(loop: Loop) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")
    seen: list[str] = []
    loop.set_exception_handler(lambda _loop, _context: seen.append(variable.get()))

    def fail_after_set() -> None:
        variable.set("by the callback")
        fail()

    loop.call_soon(fail_after_set)
    run_iterations(loop)
    assert seen == ["by the callback"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt("stop")], ids=lambda error: type(error).__name__)
def test_exit_and_interrupt_end_the_run(loop: Loop, reported: Reports, error: BaseException) -> None:
    seen: list[int] = []
    loop.call_soon(seen.append, 1)
    loop.call_soon(raise_, error)
    loop.call_soon(seen.append, 2)
    loop.call_soon(seen.append, 3)
    with pytest.raises(type(error)) as caught:
        loop.run_forever()
    assert caught.value is error
    assert seen == [1]
    assert not loop.is_running()
    # What was left of the batch runs in the next run.
    run_iterations(loop)
    assert seen == [1, 2, 3]
    assert reported == []


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_rest_of_an_ended_batch_comes_before_what_is_scheduled_later(loop: Loop, error: BaseException) -> None:
    seen: list[str] = []
    loop.call_soon(loop.call_soon, seen.append, "scheduled in the batch")
    loop.call_soon(raise_, error)
    loop.call_soon(seen.append, "rest")
    with pytest.raises(type(error)):
        loop.run_forever()
    loop.call_soon(seen.append, "scheduled after the run")
    run_iterations(loop)
    assert seen == ["rest", "scheduled in the batch", "scheduled after the run"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_timer_can_end_the_run(loop: Loop, error: BaseException) -> None:
    seen: list[str] = []
    loop.call_at(1, raise_, error)
    loop.call_at(2, seen.append, "rest")
    with pytest.raises(type(error)):
        loop.run_forever()
    assert seen == []
    run_iterations(loop)
    assert seen == ["rest"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_error_that_ends_the_run_forgets_an_earlier_stop(loop: Loop, error: BaseException) -> None:
    loop.call_soon(loop.stop)
    loop.call_soon(raise_, error)
    with pytest.raises(type(error)):
        loop.run_forever()
    seen: list[str] = []
    loop.call_later(0.001, seen.append, "needs more than one iteration")
    loop.call_later(0.002, loop.stop)
    loop.run_forever()
    assert seen == ["needs more than one iteration"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_task_can_end_the_run(loop: Loop, error: BaseException) -> None:
    async def main() -> None:
        await asyncio.sleep(0)
        raise error

    with pytest.raises(type(error)) as caught:
        loop.run_until_complete(main())
    assert caught.value is error


def test_subclass_of_system_exit_ends_the_run(loop: Loop) -> None:
    class CustomExit(SystemExit):
        pass

    loop.call_soon(raise_, CustomExit(5))
    with pytest.raises(CustomExit):
        loop.run_forever()


def test_many_failing_callbacks_are_all_reported_in_order(loop: Loop, reported: Reports) -> None:
    errors = [ValueError(number) for number in range(1000)]
    for error in errors:
        loop.call_soon(raise_, error)
    run_iterations(loop)
    assert [context["exception"] for context in reported] == errors


def test_exception_handled_by_the_caller_of_the_run_stays_current(loop: Loop) -> None:
    current: list[BaseException | None] = []
    outside = LookupError("outside")
    try:
        raise outside
    except LookupError:
        # A callback is called below the frame that handles the exception, so it sees it, too.
        loop.call_soon(lambda: current.append(sys.exc_info()[1]))
        run_iterations(loop)
        current.append(sys.exc_info()[1])
    assert current == [outside, outside]


def test_deep_recursion_in_a_callback_is_reported(loop: Loop, reported: Reports) -> None:
    def recurse() -> None:
        recurse()

    loop.call_soon(recurse)
    run_iterations(loop)
    assert isinstance(reported[0]["exception"], RecursionError)


def test_call_exception_handler_passes_the_context_unchanged(loop: Loop, reported: Reports) -> None:
    context = {"message": "text", "custom": object()}
    loop.call_exception_handler(context)
    assert reported == [context]
    assert reported[0] is context
