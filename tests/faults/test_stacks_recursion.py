"""Endless recursion in one language: in C below a loop, and in Java, whose stack check is a SIGSEGV."""

import signal
import subprocess
from collections.abc import Callable

import pytest
from java_probe import STORM

LIMITS = ["1024", "8192", "unlimited"]


def _launcher(limit: str) -> tuple[str, ...]:
    return ("sh", "-c", f'ulimit -Ss {limit} && exec "$0" "$@"')


@pytest.mark.parametrize("limit", LIMITS)
def test_java_recursion(run_clean: Callable[..., str], limit: str) -> None:
    """On the main thread and in small ones, during the storm, and again; loops and null checks work afterwards."""
    code = """
from stack_programs import *
import java_probe
closing(works)
def recurse():
    java = java_probe.Java()
    return [java.recurse(), java.recurse(), java.works()]
for size in (0, 112, 256, 512, 0):
    print(in_thread(size, recurse), closing(works))
"""
    printed = run_clean(code, launcher=_launcher(limit), PYLOOP_JVM_OPTIONS=STORM)
    assert printed == "[True, True, True] True\n" * 5


@pytest.mark.parametrize("limit", ["1024", "8192"])
def test_crash_after_java_recursion_has_a_traceback(
    run: Callable[..., subprocess.CompletedProcess[str]], limit: str
) -> None:
    code = """
from stack_programs import *
import ctypes, java_probe
closing(works)
print(java_probe.Java().recurse(), flush=True)
def crash_here():
    ctypes.string_at(0)
crash_here()
"""
    result = run(code, launcher=_launcher(limit))
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "True\n"), result
    assert result.stderr.count("Fatal Python error: Segmentation fault\n") == 1, result
    assert "in crash_here\n" in result.stderr, result


C_RECURSION = """
import asyncio, json, sys, threading
def nest_in_c(depth):
    return 0 if depth == 0 else 1 + next(map(nest_in_c, (depth - 1,)))
nested = []
for _ in range(100_000):
    nested = [nested]
def outcome(function, argument):
    try:
        function(argument)
    except Exception as error:
        return type(error).__name__
    return "none"
WAYS = [(nest_in_c, 100), (nest_in_c, 10_000), (repr, nested), (json.dumps, nested)]
def outcomes():
    return [outcome(*way) for way in WAYS]
async def inside():
    return outcomes()
def run_inside():
    loop = new_event_loop()
    try:
        return loop.run_until_complete(inside())
    finally:
        loop.close()
"""


def test_recursion_in_c_ends_in_a_loop_as_outside(run_clean: Callable[..., str]) -> None:
    """In callbacks, with Java frames below, and without any loop: what plain Python raises, and again."""
    code = """
before = outcomes()
from data_bridge.pyloop import new_event_loop
after = [run_inside(), outcomes(), run_inside()]
print(before.count("RecursionError") >= 3, [found == before for found in after])
"""
    assert run_clean(C_RECURSION + code) == "True [True, True, True]\n"


@pytest.mark.parametrize(
    ("limit", "where"), [("1024", "run_inside()"), ("8192", "run_inside()"), ("8192", "outcomes()")]
)
def test_c_stack_overflow_under_a_high_recursion_limit_is_that_of_plain_python(
    run: Callable[..., subprocess.CompletedProcess[str]], limit: str, where: str
) -> None:
    """CPython 3.11 then overflows the stack, later ones have a limit of their own: the same ending with a JVM."""
    code = f"""
{C_RECURSION}
WAYS = [(nest_in_c, 1_000_000)]
sys.setrecursionlimit(10**7)
print({where}, flush=True)
"""
    plain = "from asyncio import SelectorEventLoop as new_event_loop\nimport faulthandler; faulthandler.enable()\n"
    pyloop = "from data_bridge.pyloop import new_event_loop\nnew_event_loop().close()\n"
    expected = run(plain + code, launcher=_launcher(limit))
    result = run(pyloop + code, launcher=_launcher(limit))
    assert expected.returncode in (0, -signal.SIGSEGV), expected
    assert (result.returncode, result.stdout) == (expected.returncode, expected.stdout), result
    # HotSpot may add a line of its own about the overflow.
    for text in ("Fatal Python error: Segmentation fault", "in nest_in_c"):
        assert (text in result.stderr) == (text in expected.stderr), result
    assert "Java Runtime Environment" not in result.stderr, result
