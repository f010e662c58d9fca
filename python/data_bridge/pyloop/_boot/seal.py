"""Cuts the way from Python objects into Java, where Java must not run any more: in a forked child, and after atexit.

The methods of the Java-defined types are replaced by Python functions. Memory of their objects is managed natively,
so that no other way is left.

The handler for the exit is registered when PyLoop is imported, because handlers run in reverse order: those that a
program registers later can still use its loops.
"""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FORKED = (
    "PyLoop's engine was started before os.fork() and does not run in the child: this event loop was created before"
    " os.fork() and cannot be used; create a new one in the child with data_bridge.pyloop.new_event_loop(), or use the"
    " spawn method of multiprocessing"
)
_EXITED = "this event loop cannot be used any more: the interpreter is exiting"

# What cleanup code and finalisers call; an error there would be noise about an object that nobody can use any more.
# A loop gets close, is_closed, is_running and __del__ in any case, before those that it inherits from asyncio.
_HARMLESS: dict[str, Callable[..., object]] = {
    "close": lambda *_: None,
    "cancel": lambda *_: None,
    "_detach": lambda *_: None,
    "_send_deferred": lambda *_: None,
    "_unsent": lambda *_: 0,
    "_registrations": lambda *_: [],
    "__del__": lambda *_: None,
    "is_closed": lambda *_: True,
    "is_running": lambda *_: False,
    "__repr__": object.__repr__,
    "__hash__": object.__hash__,
}
# Not code of ours: attributes that the interpreter itself put into the type.
_NATIVE = frozenset(("__doc__", "__module__", "__dict__", "__weakref__", "__slots__", "__annotations__"))

_types: list[type] = []
_exiting = False


def register(namespace: dict[str, object]) -> None:
    """Remember the Java-defined types of `namespace`."""
    _types.extend(value for value in namespace.values() if isinstance(value, type))


def seal_for_child() -> None:
    """Make inherited objects raise RuntimeError; their cleanup does nothing."""
    _seal(_FORKED)


def refuse_at_exit() -> None:
    """Raise RuntimeError when the interpreter is past the point where Java may run."""
    if _exiting:
        raise RuntimeError("PyLoop's engine cannot be used any more, the interpreter is exiting; use asyncio's loop")


def is_exiting() -> bool:
    """Tell whether the interpreter is past the point where Java may run."""
    return _exiting


@atexit.register
def _seal_at_exit() -> None:
    global _exiting
    _exiting = True
    _seal(_EXITED)


def _seal(text: str) -> None:
    # First what finalisers call: a garbage collection can come at any moment.
    for owner in _types:
        if "call_soon" in vars(owner):
            for name in ("__del__", "is_closed", "close", "is_running"):
                setattr(owner, name, _HARMLESS[name])
        elif "cancel" in vars(owner):
            # asyncio's looks at the callback and its arguments.
            setattr(owner, "__repr__", _HARMLESS["__repr__"])  # noqa: B010
    for owner in _types:
        for name in sorted(_entries(owner), key=_HARMLESS.__contains__, reverse=True):
            setattr(owner, name, _replacement(owner, name, text))
    _types.clear()


def _entries(owner: type) -> Iterator[str]:
    for name, value in vars(owner).items():
        is_code = callable(value) or isinstance(value, (staticmethod, classmethod, property))
        if name not in _NATIVE and (is_code or type(value).__name__ == "getset_descriptor"):
            yield name


def _replacement(owner: type, name: str, text: str) -> object:
    if name in _HARMLESS:
        return _HARMLESS[name]
    value = vars(owner)[name]
    is_attribute = isinstance(value, property) or type(value).__name__ == "getset_descriptor"
    if name.startswith("__") and not is_attribute:
        refuse = _refusal(text)
        return staticmethod(refuse) if name == "__new__" else refuse
    return _Sealed(text, is_attribute)


class _Sealed:
    """Stands for a method or attribute that must not be used.

    A data descriptor, and so goes before an attribute of the same name in an instance, such as a bound method.
    """

    def __init__(self, text: str, is_attribute: bool) -> None:
        self._refuse = _refusal(text)
        self._is_attribute = is_attribute

    def __get__(self, instance: object, owner: type | None = None) -> Callable[..., NoReturn]:
        return self._refuse() if self._is_attribute and instance is not None else self._refuse

    def __set__(self, instance: object, value: object) -> None:
        self._refuse()


def _refusal(text: str) -> Callable[..., NoReturn]:
    def unusable(*_arguments: object, **_keywords: object) -> NoReturn:
        raise RuntimeError(text)

    return unusable
