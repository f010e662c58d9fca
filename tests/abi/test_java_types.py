"""The types that are defined in Java look like classes written in Python or C, and match their stub."""

import ast
import asyncio
import gc
import inspect
import pickle
import weakref
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from data_bridge import pyloop
from data_bridge.pyloop._start import _engine


def methods_of(node: ast.ClassDef) -> dict[str, list[str]]:
    """The parameter names of each method that a class of the stub declares."""
    found = {}
    for method in node.body:
        if isinstance(method, ast.FunctionDef):
            arguments = method.args
            names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
            names += [arguments.vararg.arg] if arguments.vararg else []
            found[method.name] = names + [argument.arg for argument in arguments.kwonlyargs]
    return found


def fields_of(node: ast.ClassDef) -> set[str]:
    """The attributes that a class of the stub declares."""
    return {
        item.target.id for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    }


STUB = ast.parse((resources.files(pyloop) / "_engine.pyi").read_text())
STUB_CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
TYPES = {name: getattr(_engine, name) for name in STUB_CLASSES}
DECLARED = [
    (class_name, method, parameters)
    for class_name, node in STUB_CLASSES.items()
    for method, parameters in methods_of(node).items()
]


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A PyLoop."""
    made = pyloop.new_event_loop()
    yield made
    made.close()


def is_native_method(value: object) -> bool:
    return inspect.ismethoddescriptor(value) and callable(value)


@pytest.mark.parametrize(("class_name", "method", "parameters"), DECLARED, ids=[f"{c}.{m}" for c, m, _ in DECLARED])
def test_signature_has_the_parameters_of_the_stub(class_name: str, method: str, parameters: list[str]) -> None:
    signature = inspect.signature(vars(TYPES[class_name])[method])
    assert list(signature.parameters) == parameters


@pytest.mark.parametrize("class_name", TYPES)
def test_every_method_has_a_signature_and_a_doc(class_name: str) -> None:
    for name, value in vars(TYPES[class_name]).items():
        if is_native_method(value):
            assert next(iter(inspect.signature(value).parameters)) == "self", name
            assert inspect.getdoc(value), name
            assert "--" not in (value.__doc__ or ""), name
            assert value.__qualname__ == f"{class_name}.{name}"


def test_the_loops_stub_declares_every_method_and_field() -> None:
    ours = vars(_engine.LoopCore)
    node = STUB_CLASSES["LoopCore"]
    assert {name for name, value in ours.items() if is_native_method(value)} == set(methods_of(node))
    assert {name for name, value in ours.items() if inspect.ismemberdescriptor(value)} == fields_of(node)


@pytest.mark.parametrize("class_name", TYPES)
def test_type_names_itself_and_is_documented(class_name: str) -> None:
    java_type = TYPES[class_name]
    assert java_type.__name__ == java_type.__qualname__ == class_name
    assert java_type.__module__ == "data_bridge.pyloop"
    assert inspect.getdoc(java_type)
    assert repr(java_type) == f"<class 'data_bridge.pyloop.{class_name}'>"


@pytest.mark.parametrize("class_name", TYPES)
def test_type_can_be_subclassed(class_name: str) -> None:
    java_type = TYPES[class_name]
    subclass = type("Subclass", (java_type,), {"extra": 1})
    assert issubclass(subclass, java_type)
    assert vars(subclass)["extra"] == 1


@pytest.mark.parametrize("class_name", TYPES)
def test_type_takes_part_in_garbage_collection(class_name: str) -> None:
    py_tpflags_have_gc = 1 << 14
    assert TYPES[class_name].__flags__ & py_tpflags_have_gc
    assert gc.is_tracked(TYPES[class_name])


def test_handles_are_subclasses_of_asyncios() -> None:
    assert issubclass(_engine.Handle, asyncio.Handle)
    assert issubclass(_engine.TimerHandle, asyncio.TimerHandle)
    assert issubclass(pyloop.PyLoop, _engine.LoopCore)


def test_loops_are_weakly_referenceable_as_asyncios_are(loop: asyncio.AbstractEventLoop) -> None:
    assert weakref.ref(loop)() is loop


def test_handles_are_weakly_referenceable_as_asyncios_are(loop: asyncio.AbstractEventLoop) -> None:
    for handle in (loop.call_soon(print), loop.call_later(1000, print)):
        reference = weakref.ref(handle)
        assert reference() is handle
        handle.cancel()


def test_weak_reference_to_a_reused_handle_dies(loop: asyncio.AbstractEventLoop) -> None:
    """The loop reuses the memory of handles, but a reference to one must not come to mean another."""
    references = [weakref.ref(loop.call_soon(int)) for _ in range(10)]
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert [reference() for reference in references] == [None] * 10
    handles = [loop.call_soon(int) for _ in range(20)]
    assert [reference() for reference in references] == [None] * 10
    assert len({id(handle) for handle in handles}) == 20


def test_handles_have_no_dict_as_asyncios_have_none(loop: asyncio.AbstractEventLoop) -> None:
    handle = loop.call_soon(print)
    with pytest.raises(AttributeError):
        handle.no_such_attribute = 1  # type: ignore[attr-defined]
    handle.cancel()


def test_loops_cannot_be_pickled(loop: asyncio.AbstractEventLoop) -> None:
    with pytest.raises((TypeError, pickle.PicklingError)):
        pickle.dumps(loop)


def test_facts_are_text() -> None:
    assert _engine.facts
    facts: dict[Any, Any] = dict(_engine.facts)
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in facts.items())
