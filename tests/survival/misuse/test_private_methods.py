"""Methods of the engine that only PyLoop's own code is meant to call: a wrong call raises an exception."""

import asyncio
import inspect
import socket

import pytest

from data_bridge.pyloop import _engine
from support.loop_kinds import PYLOOP, only_pyloop


def native_types() -> list[type]:
    return [value for value in vars(_engine).values() if isinstance(value, type)]


def positional_only_methods() -> list[tuple[type, str, int]]:
    """Type, name and number of arguments."""
    found = []
    for cls in native_types():
        for name, method in vars(cls).items():
            if not inspect.ismethoddescriptor(method) or name.startswith("__"):
                continue
            parameters = list(inspect.signature(method).parameters.values())
            if all(parameter.kind is parameter.POSITIONAL_ONLY for parameter in parameters):
                found.append((cls, name, len(parameters) - 1))
    return found


METHODS = positional_only_methods()
MOST_ARGUMENTS = 7


def test_all_types_have_such_methods() -> None:
    """So that the next test is not empty where a type is declared in another way one day."""
    types = {cls.__name__ for cls, _name, _count in METHODS}
    assert {"LoopCore", "AcceptorCore", "StreamCore", "DatagramCore", "ReadPipeCore", "WritePipeCore"} <= types


@pytest.mark.parametrize(("cls", "name", "count"), METHODS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_wrong_number_of_arguments(cls: type, name: str, count: int) -> None:
    loop = PYLOOP.new_event_loop()
    instance = loop if isinstance(loop, cls) else cls.__new__(cls)  # type: ignore[call-overload]
    try:
        for wrong in set(range(MOST_ARGUMENTS + 1)) - {count}:
            with pytest.raises(TypeError, match=f"{name}.*argument"):
                getattr(cls, name)(instance, *[0] * wrong)
        with pytest.raises(TypeError, match="keyword"):
            getattr(cls, name)(instance, *[0] * count, keyword=0)
    finally:
        loop.close()


@pytest.mark.parametrize(("name", "count"), [("_connect", 3), ("_socket_names", 2), ("_socket_error", 2)])
def test_functions_of_the_module(name: str, count: int) -> None:
    function = getattr(_engine, name)
    loop = PYLOOP.new_event_loop()
    for wrong in set(range(MOST_ARGUMENTS + 1)) - {count}:
        with pytest.raises(TypeError, match=f"{name}.*argument"):
            function(*[loop] * wrong)
    with pytest.raises(TypeError, match="keyword"):
        function(*[loop] * count, keyword=0)
    for no_loop in (None, object(), asyncio.SelectorEventLoop):
        with pytest.raises(TypeError, match="a PyLoop is required"):
            function(no_loop, *[0] * (count - 1))
    for no_number in ("text", None, 1.5):
        with pytest.raises(TypeError):
            function(loop, no_number, *[None] * (count - 2))
    with pytest.raises(OverflowError):
        function(loop, 1 << 40, *[None] * (count - 2))
    loop.close()
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        function(loop, *[0] * (count - 1))


def test_what_is_no_address_is_not_connected_to() -> None:
    loop = PYLOOP.new_event_loop()
    unsuited: list[tuple[int, object]] = [
        *((family, address) for family in (0, 45, -1) for address in (("127.0.0.1", 1), "/path")),
        *(
            (socket.AF_INET, address)
            for address in (None, (), ("127.0.0.1",), ("name", 1), ("::1", 1), ["127.0.0.1", 1])
        ),
        *((socket.AF_INET, ("127.0.0.1", port)) for port in (-1, 65536, 1 << 70, "1", None, 1.0)),
        *(
            (socket.AF_INET6, address)
            for address in (("127.0.0.1", 1), ("::1%lo", 1), ("::1", 1, 0, 0, 0), ("::1", 1, -1))
        ),
        *((socket.AF_UNIX, path) for path in ("", b"", None, "x" * 108, "\ud800", ("127.0.0.1", 1))),
    ]
    for family, address in unsuited:
        assert _engine._connect(loop, family, address) is None
    assert _engine._socket_names(loop, -1) == (None, None)
    with pytest.raises(OSError, match="Bad file descriptor"):
        _engine._socket_error(loop, -1)
    loop.close()


@only_pyloop
@pytest.mark.parametrize("seed", range(4))
def test_arguments_of_any_type_are_refused_or_taken(kind: object, seed: int) -> None:
    """A process of its own, which a crash would end."""
    done = PYLOOP.run_module("survival.misuse.programs.random_calls", str(seed))
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-2:] == ["True", "True"]
