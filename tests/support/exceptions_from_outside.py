"""Exceptions that one thread raises in another by `PyThreadState_SetAsyncExc`."""

import ctypes
import functools
from collections.abc import Callable

from support.loop_kinds import Loop


class TooLong(BaseException):
    """The exception that is raised in a thread from outside."""


def raising(ident: int) -> Callable[[], int]:
    """A function in C that makes CPython raise the exception in a thread, where that executes Python code next."""
    function = ctypes.pythonapi.PyThreadState_SetAsyncExc
    return functools.partial(function, ctypes.c_ulong(ident), ctypes.py_object(TooLong))


def resume_and_stop(loop: Loop) -> None:
    loop.call_later(0.02, loop.stop)
    loop.run_forever()
