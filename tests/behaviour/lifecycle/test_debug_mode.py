"""Debug mode: where handles were created, slow callbacks, checks of callbacks, and how the mode is chosen."""

import asyncio
import inspect
import logging
import re
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_iterations


def here() -> int:
    """The line number of the caller."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def last_frame(handle: asyncio.Handle) -> tuple[str, int, str]:
    """File, line and function at the end of the source traceback of a handle."""
    frame = handle._source_traceback[-1]  # type: ignore[attr-defined]
    return frame.filename, frame.lineno, frame.name


def fail() -> None:
    raise ZeroDivisionError("on purpose")


async def coroutine_function() -> None:
    pass


def test_debug_mode_is_off_by_default(loop: Loop) -> None:
    assert loop.get_debug() is False
    assert loop.call_soon(int)._source_traceback is None  # type: ignore[attr-defined]
    assert loop.call_later(1, int)._source_traceback is None  # type: ignore[attr-defined]


def test_debug_mode_can_be_switched(loop: Loop) -> None:
    loop.set_debug(True)
    assert loop.get_debug() is True
    assert loop.call_soon(int)._source_traceback is not None  # type: ignore[attr-defined]
    loop.set_debug(False)
    assert loop.get_debug() is False
    assert loop.call_soon(int)._source_traceback is None  # type: ignore[attr-defined]


def test_source_traceback_ends_at_the_callers_line(loop: Loop) -> None:
    loop.set_debug(True)
    name = inspect.currentframe().f_code.co_name  # type: ignore[union-attr]
    handle, line = loop.call_soon(int), here()
    assert last_frame(handle) == (__file__, line, name)
    handle, line = loop.call_soon_threadsafe(int), here()
    assert last_frame(handle) == (__file__, line, name)
    handle, line = loop.call_later(1, int), here()
    assert last_frame(handle) == (__file__, line, name)
    handle, line = loop.call_at(1, int), here()
    assert last_frame(handle) == (__file__, line, name)


def test_source_traceback_leads_through_the_callers(loop: Loop) -> None:
    loop.set_debug(True)

    def inner() -> asyncio.Handle:
        return loop.call_soon(int)

    def outer() -> asyncio.Handle:
        return inner()

    frames = outer()._source_traceback  # type: ignore[attr-defined]
    assert [frame.name for frame in frames[-3:]] == [
        "test_source_traceback_leads_through_the_callers",
        "outer",
        "inner",
    ]


def test_source_traceback_is_given_to_the_exception_handler(loop: Loop, reported: list[dict[str, Any]]) -> None:
    loop.set_debug(True)
    handle = loop.call_soon(fail)
    run_iterations(loop)
    (context,) = reported
    assert set(context) == {"message", "exception", "handle", "source_traceback"}
    assert context["source_traceback"] is handle._source_traceback  # type: ignore[attr-defined]


def test_message_of_the_exception_handler_shows_arguments(loop: Loop, reported: list[dict[str, Any]]) -> None:
    loop.set_debug(True)
    loop.call_soon(int, "no number")
    run_iterations(loop)
    assert [context["message"] for context in reported] == ["Exception in callback int('no number')"]


def test_default_handler_tells_where_the_callback_was_scheduled(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_debug(True)
    _, line = loop.call_soon(fail), here()
    run_iterations(loop)
    text = caplog.records[-1].getMessage()
    assert "\nsource_traceback: Object created at (most recent call last):\n" in text
    assert f'File "{__file__}", line {line}' in text
    caplog.clear()


def test_default_handler_tells_which_handle_was_running(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_debug(True)
    _, line = loop.call_soon(loop.call_exception_handler, {"message": "told by a callback"}), here()
    run_iterations(loop)
    text = caplog.records[-1].getMessage()
    assert text.startswith("told by a callback\nhandle_traceback: Handle created at (most recent call last):\n")
    assert f'File "{__file__}", line {line}' in text
    caplog.clear()


def slow() -> None:
    time.sleep(0.02)


def slow_warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings about slow callbacks, without the time that each took."""
    messages = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    times = [re.fullmatch(r"Executing (.*) took (\d+\.\d{3}) seconds", message) for message in messages]
    assert all(match is not None and float(match[2]) >= 0.02 for match in times)
    return [match[1] for match in times if match is not None]


def test_slow_callback_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_debug(True)
    loop.slow_callback_duration = 0.02
    handle = loop.call_soon(slow)
    run_iterations(loop)
    assert slow_warnings(caplog) == [repr(handle)]


def test_slow_timer_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_debug(True)
    loop.slow_callback_duration = 0.02
    handle = loop.call_at(0, slow)
    run_iterations(loop)
    assert slow_warnings(caplog) == [repr(handle)]


def test_slow_reader_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_debug(True)
    loop.slow_callback_duration = 0.02
    left, right = socket.socketpair()
    with left, right:
        right.send(b"x")
        loop.add_reader(left, slow)
        loop.call_later(0.001, loop.stop)
        loop.run_forever()
        loop.remove_reader(left)
    warnings = slow_warnings(caplog)
    assert warnings
    assert warnings[0].startswith("<Handle slow() at ")


def test_slow_step_of_a_task_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_debug(True)
    loop.slow_callback_duration = 0.02

    async def main() -> None:
        slow()

    loop.run_until_complete(loop.create_task(main(), name="slow task"))
    (text,) = slow_warnings(caplog)
    assert text.startswith("<Task finished name='slow task' ")


def test_duration_that_counts_as_slow_can_be_chosen(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    assert loop.slow_callback_duration == 0.1
    loop.set_debug(True)
    loop.slow_callback_duration = 3600
    loop.call_soon(slow)
    run_iterations(loop)
    assert slow_warnings(caplog) == []


def test_slow_callbacks_are_not_logged_without_debug_mode(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.slow_callback_duration = 0.0
    loop.call_soon(slow)
    run_iterations(loop)
    assert slow_warnings(caplog) == []


CHECKED: dict[str, Callable[[Loop, Any], object]] = {
    "call_soon": lambda loop, callback: loop.call_soon(callback),
    "call_soon_threadsafe": lambda loop, callback: loop.call_soon_threadsafe(callback),
    "call_at": lambda loop, callback: loop.call_at(1, callback),
    "run_in_executor": lambda loop, callback: loop.run_in_executor(None, callback),
}


@pytest.mark.parametrize("method", CHECKED)
def test_coroutines_are_no_callbacks(loop: Loop, method: str) -> None:
    loop.set_debug(True)
    text = re.escape(f"coroutines cannot be used with {method}()")
    with pytest.raises(TypeError, match=text):
        CHECKED[method](loop, coroutine_function)
    coroutine = coroutine_function()
    with pytest.raises(TypeError, match=text):
        CHECKED[method](loop, coroutine)
    coroutine.close()


@pytest.mark.parametrize("method", CHECKED)
def test_what_is_not_callable_is_no_callback(loop: Loop, method: str) -> None:
    loop.set_debug(True)
    with pytest.raises(TypeError, match=re.escape(f"a callable object was expected by {method}(), got None")):
        CHECKED[method](loop, None)


def test_call_later_reports_itself_as_call_at(loop: Loop) -> None:
    loop.set_debug(True)
    with pytest.raises(TypeError, match=re.escape("a callable object was expected by call_at(), got 'text'")):
        loop.call_later(1, "text")  # type: ignore[arg-type]


def test_coroutine_origins_are_tracked_during_the_run(loop: Loop) -> None:
    loop.set_debug(True)
    depths: list[int] = []
    loop.call_soon(lambda: depths.append(sys.get_coroutine_origin_tracking_depth()))
    run_iterations(loop)
    assert depths[0] > 0
    assert sys.get_coroutine_origin_tracking_depth() == 0


def test_mode_can_change_while_the_loop_runs(loop: Loop) -> None:
    async def main() -> list[bool]:
        tracked = [sys.get_coroutine_origin_tracking_depth() > 0]
        for enabled in (True, False):
            loop.set_debug(enabled)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            tracked.append(sys.get_coroutine_origin_tracking_depth() > 0)
            handle = loop.call_soon(int)
            assert (handle._source_traceback is not None) is enabled  # type: ignore[attr-defined]
        return tracked

    assert loop.run_until_complete(main()) == [False, True, False]


def test_callbacks_and_errors_work_as_without_debug_mode(loop: Loop, reported: list[dict[str, Any]]) -> None:
    loop.set_debug(True)
    seen: list[int] = []
    for number in range(100):
        loop.call_soon(seen.append, number)
    loop.call_soon(fail)
    loop.call_soon(seen.append, 100)
    run_iterations(loop)
    assert seen == list(range(101))
    assert len(reported) == 1

    def leave() -> None:
        raise SystemExit(3)

    loop.call_soon(leave)
    with pytest.raises(SystemExit):
        loop.run_forever()


@pytest.mark.parametrize("options", [("-X", "dev"), ()], ids=["dev", "plain"])
def test_development_mode_of_python_switches_debug_mode_on(kind: LoopKind, options: tuple[str, ...]) -> None:
    done = kind.run_program("loop = new_event_loop(); print(loop.get_debug()); loop.close()", options=options)
    assert (done.stdout, done.stderr, done.returncode) == (f"{bool(options)}\n", "", 0)


@pytest.mark.parametrize("value", ["1", ""], ids=["set", "empty"])
def test_environment_switches_debug_mode_on(kind: LoopKind, value: str) -> None:
    done = kind.run_program(
        "loop = new_event_loop(); print(loop.get_debug()); loop.close()", environment={"PYTHONASYNCIODEBUG": value}
    )
    assert (done.stdout, done.stderr, done.returncode) == (f"{bool(value)}\n", "", 0)
