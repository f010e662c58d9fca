"""Endless recursion in Python and in C, in callbacks and after a loop: it ends as without the engine."""

import signal
import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import KINDS


def _launcher(limit: str) -> tuple[str, ...]:
    return ("sh", "-c", f'ulimit -Ss {limit} && exec "$0" "$@"')


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
    """CPython 3.11 then overflows the stack, later ones have a limit of their own: the same ending with the engine."""
    code = f"""
{C_RECURSION}
WAYS = [(nest_in_c, 1_000_000)]
sys.setrecursionlimit(10**7)
print({where}, flush=True)
"""
    endings = []
    for kind in KINDS:
        result = run(f"{kind.import_statement}\nnew_event_loop().close()\n{code}", launcher=_launcher(limit))
        endings.append((result.returncode, result.stdout, result.stderr))
    assert endings[0][0] in (0, -signal.SIGSEGV)
    assert endings[0] == endings[1]


PYTHON_RECURSION = """
import sys
def descend(depth):
    return 0 if depth == 0 else 1 + descend(depth - 1)
def nest(depth):  # through C at every level
    return 0 if depth == 0 else 1 + next(map(nest, (depth - 1,)))
def deepest(function, depth):
    try:
        return function(depth)
    except RecursionError:
        return "RecursionError"
"""


def test_python_recursion_is_as_deep_as_before(run_clean: Callable[..., str]) -> None:
    code = """
def probe():
    return [deepest(function, depth) for function in (descend, nest) for depth in (100, 900, 5_000, 100_000)]
before = probe()
from data_bridge.pyloop import new_event_loop
new_event_loop().close()
print(probe() == before, before.count("RecursionError") >= 4, probe() == before)
"""
    assert run_clean(PYTHON_RECURSION + code) == "True True True\n"


def test_raised_recursion_limit_reaches_as_deep_as_before(run_clean: Callable[..., str]) -> None:
    code = """
sys.setrecursionlimit(12_000)
before = [deepest(descend, 11_000), deepest(nest, 3_000)]
from data_bridge.pyloop import new_event_loop
new_event_loop().close()
print([deepest(descend, 11_000), deepest(nest, 3_000)] == before)
"""
    assert run_clean(PYTHON_RECURSION + code) == "True\n"
