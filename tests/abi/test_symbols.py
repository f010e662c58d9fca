"""Every C function and object that Java looks up exists in this interpreter, and the headers declare it."""

import ctypes
import re
import sysconfig
from functools import cache
from pathlib import Path

import pytest

from support.java_sources import SOURCES, Binding, bindings, count_of_bindings, data_symbols

pytestmark = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the Java sources are not beside the tests: they are read for what they bind"
)

# Looked up only where they exist: the caller has another way.
OPTIONAL = {
    "epoll_pwait2": "from glibc 2.35 on; epoll_wait rounds timeouts up to milliseconds where it is missing",
    "PyErr_GetRaisedException": "from CPython 3.12 on; before, the triple of PyErr_Fetch is put together",
    "PyErr_Fetch": "deprecated from CPython 3.12 on, where PyErr_GetRaisedException takes its place",
    "PyErr_NormalizeException": "as PyErr_Fetch",
}


BINDINGS = bindings()
FUNCTIONS = sorted({binding.symbol for binding in BINDINGS})
PYTHON_FUNCTIONS = sorted({binding.symbol for binding in BINDINGS if re.match("_?Py", binding.symbol)})


def address_of(symbol: str) -> int | None:
    """The address of a symbol of the process, or None: `dlsym(RTLD_DEFAULT)`, as Java looks it up."""
    try:
        function = getattr(ctypes.CDLL(None), symbol)
    except AttributeError:
        return None
    return ctypes.cast(function, ctypes.c_void_p).value


@cache
def declared_names() -> frozenset[str]:
    """Every word of Python's C headers; comments count too, so a name that is missing is missing for certain."""
    include = Path(sysconfig.get_path("include"))
    headers = [*include.rglob("*.h"), *Path(sysconfig.get_path("platinclude")).rglob("*.h")]
    return frozenset(word for header in headers for word in re.findall(r"\w+", header.read_text(errors="replace")))


def test_the_sources_are_understood_completely() -> None:
    assert len(BINDINGS) == count_of_bindings()
    assert {"close", "PyObject_Vectorcall", "epoll_pwait2", "PyThreadState_Get"} <= set(FUNCTIONS)
    assert {"_Py_NoneStruct", "PyExc_SystemExit", "Py_Version"} <= set(data_symbols())


@pytest.mark.parametrize("symbol", FUNCTIONS)
def test_function_is_exported(symbol: str) -> None:
    if address_of(symbol) is None:
        assert symbol in OPTIONAL
        pytest.skip(f"optional: {OPTIONAL[symbol]}")


@pytest.mark.parametrize("symbol", data_symbols())
def test_object_is_exported(symbol: str) -> None:
    assert address_of(symbol) is not None


def test_optional_symbols_are_those_java_looks_up_as_optional() -> None:
    assert set(OPTIONAL) == {binding.symbol for binding in BINDINGS if binding.optional}


@pytest.mark.parametrize("symbol", PYTHON_FUNCTIONS)
def test_function_is_declared_in_pythons_headers(symbol: str) -> None:
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        pytest.skip("the C headers of this Python are not installed")
    if symbol not in declared_names():
        assert address_of(symbol) is None
        assert symbol in OPTIONAL


@pytest.mark.parametrize("binding", BINDINGS, ids=str)
def test_prototype_is_one_that_can_be_called(binding: Binding) -> None:
    """One pair of parentheses, named parameters, nothing variadic: what the parser in Java takes for granted."""
    assert binding.prototype.count("(") == binding.prototype.count(")") == 1
    assert "..." not in binding.prototype
    parameters = binding.prototype.split("(")[1].rstrip(")").split(",")
    if parameters != ["void"]:
        for parameter in parameters:
            assert re.search(r"\w[ *]+\w+$", parameter.strip()), parameter


def test_one_function_has_one_prototype() -> None:
    shapes: dict[str, set[int]] = {}
    for binding in BINDINGS:
        shapes.setdefault(binding.symbol, set()).add(binding.prototype.count(","))
    assert [symbol for symbol, counts in shapes.items() if len(counts) > 1] == []
