"""What Java calls in Python is what the modules `_engine_calls...` declare, and the classes named there have it."""

import _thread
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import pytest

from data_bridge.pyloop import _engine_calls, _engine_calls_of_asyncio, _engine_calls_of_tls, _seams
from support.java_calls import python_calls, python_names

MODULES = (_engine_calls, _engine_calls_of_asyncio, _engine_calls_of_tls)
NAMES = {module.__name__ for module in MODULES}

NOT_CALLED = {
    "Future",
    "Task",
    "__code__",
    "__name__",
    "__self__",
    "__sizeof__",
    "_call_connection_lost",
    "_when",
    "co_filename",
    "co_name",
    "connection_made",
    "context",
    "family",
    "fileno",
    "getpeername",
    "loop",
    "max_size",
    "monotonic",
    "socket",
}
"""Names that Java has for other purposes: keys of a module's dict, keywords and attributes."""

WITHOUT_SIGNATURES = (_thread.LockType, _thread.RLock)
"""Classes whose methods do not say on every version what they take; another test calls them."""


@dataclass(frozen=True)
class Declaration:
    """A method that a protocol of one of `MODULES` declares, and a class that is assigned to the protocol there."""

    constant: str
    name: str
    function: Callable[..., object]
    cls: type

    def __str__(self) -> str:
        return f"{self.constant}.{self.name}"


def is_ours(cls: type) -> bool:
    return cls.__module__.startswith("data_bridge.pyloop")


def methods_of(protocol: type) -> dict[str, Callable[..., object]]:
    """What a protocol and those it extends declare, without what Python adds to protocols."""
    bases = [base for base in protocol.__mro__ if base.__module__ in NAMES]
    methods = {name: value for base in bases for name, value in vars(base).items() if inspect.isfunction(value)}
    return {name: value for name, value in methods.items() if not name.startswith("__")}


HINTS = {name: get_args(hint)[0] for module in MODULES for name, hint in get_type_hints(module).items()}
CLASSES = {name: value for module in MODULES for name, value in vars(module).items()}
DECLARATIONS = [
    Declaration(constant, name, function, CLASSES[constant])
    for constant, protocol in HINTS.items()
    for name, function in methods_of(protocol).items()
]
CALLS = python_calls()

each_declaration = pytest.mark.parametrize("declaration", DECLARATIONS, ids=str)


def takes(function: Callable[..., object], count: int) -> bool:
    try:
        inspect.signature(function).bind(*(None,) * count)
    except TypeError:
        return False
    return True


def numbers_passed(method: str) -> set[int]:
    """How many arguments Java calls a method with, its object included, where that can be read."""
    return {call.arguments for call in CALLS if call.method == method and call.arguments is not None}


def test_every_protocol_has_a_class() -> None:
    defined = {value for value in CLASSES.values() if getattr(value, "_is_protocol", False)}
    protocols = {protocol for protocol in defined if protocol.__module__ in NAMES}
    assert protocols
    assert protocols - {base for protocol in HINTS.values() for base in protocol.__mro__} == set()


def test_what_java_calls_is_declared() -> None:
    assert {call.method for call in CALLS} - {declaration.name for declaration in DECLARATIONS} == set()


def test_what_java_has_the_name_of_is_called() -> None:
    """None of its calls is written in a way that `support.java_calls` does not see."""
    assert python_names() - {call.method for call in CALLS} == NOT_CALLED


@each_declaration
def test_what_is_declared_is_called_with_as_many_arguments(declaration: Declaration) -> None:
    assert declaration.name in {call.method for call in CALLS}
    numbers = numbers_passed(declaration.name)
    assert [number for number in numbers if not takes(declaration.function, number)] == []


@each_declaration
def test_declaration_has_a_docstring(declaration: Declaration) -> None:
    assert inspect.getdoc(declaration.function)


@each_declaration
def test_class_has_a_method_that_takes_what_java_passes(declaration: Declaration) -> None:
    """mypy does not see it where a class extends one of asyncio's that no stub describes."""
    method: Any = getattr(declaration.cls, declaration.name)
    if declaration.cls in WITHOUT_SIGNATURES:
        assert callable(method)
        return
    parameters = inspect.signature(declaration.function).parameters.values()
    required = [each for each in parameters if each.kind <= each.POSITIONAL_OR_KEYWORD and each.default is each.empty]
    numbers = {len(required), *numbers_passed(declaration.name)}
    assert [number for number in numbers if not takes(method, number)] == []


@pytest.mark.parametrize("lock", [_thread.allocate_lock(), _thread.RLock()], ids=["lock", "rlock"])
def test_locks_are_acquired_and_released_without_arguments(lock: Any) -> None:
    assert lock.acquire()
    lock.release()


@each_declaration
def test_methods_of_our_classes_are_ours(declaration: Declaration) -> None:
    """What they only inherit is declared as asyncio's, and is what asyncio's own class is looked at for."""
    definer = next(base for base in declaration.cls.__mro__ if declaration.name in vars(base))
    assert is_ours(definer) == is_ours(declaration.cls)


def test_private_methods_of_asyncio_are_known_as_seams() -> None:
    """On a Python that is too new, an import looks for each of them."""
    inherited = {declaration.name for declaration in DECLARATIONS if not is_ours(declaration.cls)}
    private = {name for name in inherited if name.startswith("_")}
    assert private
    assert private - {name for names in _seams.ATTRIBUTES.values() for name in names} == set()
