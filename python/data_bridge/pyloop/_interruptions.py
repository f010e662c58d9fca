"""Exceptions from outside: what a thread raises in another one by `PyThreadState_SetAsyncExc`."""

from __future__ import annotations

import functools
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

# Called by the engine.


def let_in() -> None:
    """Do nothing, in Python: CPython raises exceptions from outside where it executes Python code."""


_BEGINNING = let_in.__code__.co_code[0]
"""The instruction RESUME, with which a function begins; CPython looks for exceptions from outside there."""


def came_before(called: object, exception: BaseException) -> bool:
    """Return whether `exception` was raised in `called`, a function or method, before its first statement.

    Only exceptions from outside are. The handler of a signal has a frame of its own, so what it raises is none.
    """
    entry = exception.__traceback__
    if entry is None or entry.tb_next is not None:
        return False
    code = entry.tb_frame.f_code
    return code.co_code[entry.tb_lasti] == _BEGINNING and code is _code(called)


def _code(called: object) -> CodeType | None:
    while type(called) is functools.partial:
        called = called.func
    if type(called) is types.MethodType:
        called = called.__func__
    return called.__code__ if type(called) is types.FunctionType else None
