"""`nest_asyncio.apply()`, which many libraries call when they are imported, and nested runs afterwards."""

import importlib.util
import sys
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind, only_pyloop

RunClean = Callable[..., str]

MODULE = "behaviour.replaced.programs.nested_runs"


@pytest.fixture(params=["nest_asyncio", "nest_asyncio2"])
def library(request: pytest.FixtureRequest) -> str:
    """What patches the class of the loop."""
    name: str = request.param
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name}, which the test is about, is not installed")
    if name == "nest_asyncio" and sys.version_info >= (3, 14):
        pytest.skip("nest_asyncio is not maintained, and its nested runs fail on asyncio 3.14, too")
    return name


def test_ordinary_runs_are_as_before(run_module_clean: RunClean, kind: LoopKind, library: str) -> None:
    assert run_module_clean(MODULE, kind.name, "patched_before_or_while_running", library) == "1\n" * 3


def test_runs_nest_wherever_code_of_the_loop_runs(run_module_clean: RunClean, kind: LoopKind, library: str) -> None:
    expected = ["task", 5, "callback", "timer", "signal", "reader", "executor"]
    assert run_module_clean(MODULE, kind.name, "everywhere", library) == f"{expected}\n"


def test_connections_are_served_by_nested_runs(run_module_clean: RunClean, kind: LoopKind, library: str) -> None:
    assert run_module_clean(MODULE, kind.name, "streams", library) == f"{[b'TEXT 0', b'BOTH 19', 40]}\n"


def test_peer_gets_what_a_nested_run_wrote(run_module_clean: RunClean, kind: LoopKind, library: str) -> None:
    assert run_module_clean(MODULE, kind.name, "written_before_it_blocks", library) == "b'hello'\n"


def test_exceptions_and_stops(run_module_clean: RunClean, kind: LoopKind, library: str) -> None:
    expected = ["KeyError", "TimeoutError", "cancelled", "stopped", "Cannot close a running event loop", "True"]
    assert run_module_clean(MODULE, kind.name, "errors", library) == f"{expected}\n"


def test_keyboard_interrupt(run_module_clean: RunClean, kind: LoopKind, library: str) -> None:
    assert run_module_clean(MODULE, kind.name, "interrupted", library) == "('interrupted', True)\n"


def test_timers(run_module_clean: RunClean, kind: LoopKind, library: str) -> None:
    assert run_module_clean(MODULE, kind.name, "many_timers", library) == "[500, 500]\n"


@only_pyloop
@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the libraries patch no policy from 3.14 on")
@pytest.mark.parametrize("order", ["", "later:"])
def test_with_install(run_module_clean: RunClean, kind: LoopKind, library: str, order: str) -> None:
    assert run_module_clean(MODULE, kind.name, "installed", order + library) == "('PyLoop', 2)\n"
