"""Methods of the engine that only PyLoop's own code is meant to call: a wrong call raises an exception."""

import inspect

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


@only_pyloop
@pytest.mark.parametrize("seed", range(4))
def test_arguments_of_any_type_are_refused_or_taken(kind: object, seed: int) -> None:
    """A process of its own, which a crash would end."""
    done = PYLOOP.run_module("survival.misuse.programs.random_calls", str(seed))
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-2:] == ["True", "True"]
