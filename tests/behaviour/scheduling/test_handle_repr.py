"""The text form of handles: callback, place of definition, state and, in debug mode, place of creation."""

import asyncio
import functools
import inspect
import sys

import pytest

from support.loop_kinds import Loop, run_iterations

# Since Python 3.13 arguments are shown in debug mode only: they may be secret.
ARGUMENTS_SHOWN = sys.version_info < (3, 13)


def callback(*args: object) -> None:
    """Something with a name and a place."""


PLACE = f"{__file__}:{inspect.getsourcelines(callback)[1]}"


def here() -> int:
    """The line number of the caller."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_plain_handle(loop: Loop) -> None:
    assert repr(loop.call_soon(callback)) == f"<Handle callback() at {PLACE}>"


def test_arguments(loop: Loop) -> None:
    arguments = "1, 'text'" if ARGUMENTS_SHOWN else ""
    assert repr(loop.call_soon(callback, 1, "text")) == f"<Handle callback({arguments}) at {PLACE}>"


def test_callback_without_a_place(loop: Loop) -> None:
    assert repr(loop.call_soon(int)) == "<Handle int()>"


def test_callback_without_a_name(loop: Loop) -> None:
    class Nameless:
        def __call__(self) -> None:
            pass

        def __repr__(self) -> str:
            return "<nameless>"

    assert repr(loop.call_soon(Nameless())) == "<Handle <nameless>()>"


def test_partial_shows_the_function_inside(loop: Loop) -> None:
    inner, outer = ("1", "2") if ARGUMENTS_SHOWN else ("", "")
    handle = loop.call_soon(functools.partial(callback, 1), 2)
    # asyncio writes the bound arguments first and the arguments of the call after them.
    assert repr(handle) == f"<Handle callback({inner})({outer}) at {PLACE}>"


def test_long_arguments_are_shortened(loop: Loop) -> None:
    loop.set_debug(True)
    assert len(repr(loop.call_soon(callback, "x" * 100_000))) < 1000


def test_cancelled_handle_shows_no_callback(loop: Loop) -> None:
    handle = loop.call_soon(callback)
    handle.cancel()
    assert repr(handle) == "<Handle cancelled>"


def test_handle_that_ran_keeps_its_text(loop: Loop) -> None:
    handle = loop.call_soon(callback)
    before = repr(handle)
    run_iterations(loop)
    assert repr(handle) == before


def test_timer_handle_shows_its_deadline(loop: Loop) -> None:
    handle = loop.call_at(1234.5, callback)
    assert repr(handle) == f"<TimerHandle when=1234.5 callback() at {PLACE}>"
    handle.cancel()
    assert repr(handle) == "<TimerHandle cancelled when=1234.5>"


@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe"])
def test_debug_mode_adds_the_place_of_creation(loop: Loop, method: str) -> None:
    loop.set_debug(True)
    handle, line = getattr(loop, method)(callback, 1), here()
    # From 3.14 on asyncio has a class of its own for handles of other threads, and shows its name.
    name = "_ThreadSafeHandle" if method == "call_soon_threadsafe" and sys.version_info >= (3, 14) else "Handle"
    assert repr(handle) == f"<{name} callback(1) at {PLACE} created at {__file__}:{line}>"


def test_debug_mode_adds_the_place_of_creation_to_timers(loop: Loop) -> None:
    loop.set_debug(True)
    handle, line = loop.call_at(10**9, callback, 1), here()
    assert repr(handle) == f"<TimerHandle when={10**9} callback(1) at {PLACE} created at {__file__}:{line}>"


def test_handle_cancelled_in_debug_mode_keeps_its_callback_as_text(loop: Loop) -> None:
    loop.set_debug(True)
    handle, line = loop.call_soon(callback, 1), here()
    handle.cancel()
    assert repr(handle) == f"<Handle cancelled callback(1) at {PLACE} created at {__file__}:{line}>"


def test_form_is_that_of_a_handle_made_by_hand(loop: Loop) -> None:
    args = ("text", 2)
    assert repr(loop.call_soon(callback, *args)) == repr(asyncio.Handle(callback, args, loop))
    timer = loop.call_later(1000, callback, *args)
    assert repr(timer) == repr(asyncio.TimerHandle(timer.when(), callback, args, loop))
