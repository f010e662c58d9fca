"""Subinterpreters beside the main one: those have no PyLoop and say so, and the main one's loops are not disturbed."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from support.loop_kinds import ASYNCIO, LoopKind

Run = Callable[..., subprocess.CompletedProcess[str]]

if sys.version_info >= (3, 13):
    MODULE, KINDS = "_interpreters", {"legacy": '"legacy"', "isolated": '"isolated"'}
else:
    MODULE, KINDS = "_xxsubinterpreters", {"legacy": "isolated=False", "isolated": "isolated=True"}

PRELUDE = f"""
import asyncio, os, sys, threading
import {MODULE} as interpreters
from data_bridge.pyloop import run
TRY = '''
try:
    from data_bridge.pyloop import new_event_loop
    new_event_loop()
except ImportError as error:
    print(error, flush=True)
'''
"""
# CPython 3.12.1 aborts at exit once an isolated subinterpreter has imported ssl, which asyncio does.
LEAVE = "\nsys.stdout.flush()\nos._exit(0)\n"


@pytest.mark.parametrize("first", ["", "run(asyncio.sleep(0.001))\n"], ids=["subinterpreter first", "main one first"])
@pytest.mark.parametrize("variety", KINDS.values(), ids=KINDS)
def test_loop_in_a_subinterpreter(run: Run, variety: str, first: str) -> None:
    code = f"""{PRELUDE}{first}
for _ in range(2):
    interpreters.run_string(interpreters.create({variety}), TRY)
print(run(asyncio.sleep(0.001, "works")))
"""
    result = run(code + LEAVE)
    assert result.returncode == 0, result
    *refusals, last = result.stdout.splitlines()
    # An isolated one is refused by Python itself, or in PyLoop's words.
    assert len(refusals) == 2
    assert all("main" in text and "interpreter" in text for text in refusals), result
    assert last == "works"


def test_subinterpreters_that_come_and_go_while_a_loop_runs(run: Run, kind: LoopKind) -> None:
    """In another thread; each runs asyncio's own loop."""
    code = f"""{PRELUDE}
{kind.import_statement}
import warnings
warnings.simplefilter("ignore")
OTHER = "import asyncio; asyncio.run(asyncio.sleep(0.001))"
def come_and_go():
    for _ in range(5):
        interpreter = interpreters.create({KINDS["legacy"]})
        interpreters.run_string(interpreter, OTHER)
        interpreters.destroy(interpreter)
async def main():
    ticks = 0
    thread = threading.Thread(target=come_and_go)
    thread.start()
    while thread.is_alive():
        await asyncio.sleep(0.001)
        ticks += 1
    return ticks > 5
print(new_event_loop().run_until_complete(main()))
"""
    result = run(code + LEAVE)
    if kind is ASYNCIO and result.returncode < 0:
        pytest.skip(f"this Python crashes where subinterpreters run asyncio (signal {-result.returncode})")
    assert (result.returncode, result.stdout) == (0, "True\n"), result
