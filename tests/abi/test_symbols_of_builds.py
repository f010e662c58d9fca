"""Static and shared builds of every supported Python on this machine export what Java looks up, and run a loop.

tests/abi/test_symbols.py asks the interpreter of the tests, symbol by symbol.
"""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import data_bridge.pyloop
from support.java_sources import SOURCES, bindings, data_symbols
from support.project import TESTS
from support.python_builds import PythonBuild, builds

pytestmark = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the Java sources are not beside the tests: they are read for what they bind"
)

BUILDS = builds()
MODERN = "PyErr_GetRaisedException"  # from CPython 3.12 on; Java looks whether it is there

LOOK = """
import ctypes, json, sys
process = ctypes.CDLL(None)
print(json.dumps([name for name in json.loads(sys.argv[1]) if not hasattr(process, name)]))
"""


def python_symbols() -> list[str]:
    """What Java looks up of CPython, functions and objects; the C library is the same for all."""
    names = {binding.symbol for binding in bindings()} | set(data_symbols())
    return sorted(name for name in names if re.match("_?Py", name))


@pytest.mark.parametrize("build", BUILDS, ids=str)
def test_everything_is_exported(build: PythonBuild) -> None:
    symbols = python_symbols()
    assert len(symbols) > 50
    command = [build.executable, "-I", "-c", LOOK, json.dumps([*symbols, "PyNo_SuchFunction"])]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True)
    missing = json.loads(done.stdout)
    assert missing.pop() == "PyNo_SuchFunction"
    assert missing == ([MODERN] if build.version < (3, 12) else [])


@pytest.mark.parametrize("build", BUILDS, ids=str)
def test_a_loop_runs(run: Callable[..., subprocess.CompletedProcess[str]], build: PythonBuild) -> None:
    """Found by another way than the process's own symbols, a static build would get a second CPython."""
    code = """
import asyncio
from support import workloads
from data_bridge.pyloop import new_event_loop
def libraries():
    with open("/proc/self/maps") as maps:
        return {line.split()[-1] for line in maps if "/libpython3." in line}
before = libraries()
for workload in workloads.WORKLOADS.values():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(workload())
print("done", libraries() == before)
"""
    package = Path(data_bridge.pyloop.__path__[0])
    result = run(code, python=build.executable, PYTHONPATH=f"{package.parents[1]}:{TESTS}")
    assert (result.returncode, result.stdout, result.stderr) == (0, "done True\n", ""), result


@pytest.mark.parametrize("shared", [False, True], ids=["static", "shared"])
def test_both_kinds_of_build_are_at_hand(shared: bool) -> None:
    kind = "shared" if shared else "static"
    if not any(build.shared == shared for build in BUILDS):
        pytest.skip(f"no {kind} build of a supported Python on PATH, in /usr/bin or in pyenv: that kind is not tested")
