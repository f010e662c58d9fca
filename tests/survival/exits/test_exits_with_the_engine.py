"""The process ends with the engine in it as without: exact exit code, nothing on standard error."""

import signal
import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind

Run = Callable[..., subprocess.CompletedProcess[str]]

PRELUDE = """
import asyncio, os, sys
async def sleep():
    await asyncio.sleep(0.01)
    return "done"
def run(coroutine):
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(coroutine)
"""

# How a program ends, with which code, and what it prints before.
EXITS = {
    "after a run": ("run(sleep())", 0, ""),
    "exit code after a run": ("run(sleep()); sys.exit(3)", 3, ""),
    "sys.exit in a callback": ("loop = new_event_loop(); loop.call_soon(sys.exit, 3); loop.run_forever()", 3, ""),
    "os._exit in a callback": ("loop = new_event_loop(); loop.call_soon(os._exit, 3); loop.run_forever()", 3, ""),
    "loop left open": ("loop = new_event_loop(); loop.call_later(60, print)", 0, ""),
    "loop left open in a cycle": ("loop = new_event_loop(); loop.self = loop; del loop", 0, ""),
    "loop left open in a cycle, garbage collected at once": (
        "import gc; loop = new_event_loop(); loop.self = loop; gc.collect(); gc.set_threshold(1); del loop",
        0,
        "",
    ),
    "loop of a daemon thread": (
        "import _thread, time; _thread.start_new_thread(new_event_loop().run_forever, ()); time.sleep(0.1)",
        0,
        "",
    ),
    "thread that runs a loop longer": (
        "import threading; threading.Thread(target=lambda: print(run(asyncio.sleep(0.1, 'late')))).start()",
        0,
        "late\n",
    ),
    "first loop in a thread": (
        "import threading; t = threading.Thread(target=lambda: print(run(sleep()))); t.start(); t.join()",
        0,
        "done\n",
    ),
    "run in atexit": ("import atexit; atexit.register(lambda: print(run(sleep())))", 0, "done\n"),
    "second run in atexit": ("import atexit; run(sleep()); atexit.register(lambda: print(run(sleep())))", 0, "done\n"),
    "loop used when modules are gone": (
        "class Last:\n"
        "    def __del__(self):\n"
        "        self.loop.call_soon(int)\n"
        "        self.loop.run_forever()\n"
        "sys.last = Last(); sys.last.loop = new_event_loop()",
        0,
        "",
    ),
    "loop used after atexit": (
        "class Last:\n"
        "    def __del__(self):\n"
        "        self.loop.call_soon(self.write, 1, b'ran')\n"
        "        self.loop.call_soon(self.loop.stop)\n"
        "        self.loop.run_forever()\n"
        "last = Last(); last.loop = new_event_loop(); last.write = os.write",
        0,
        "ran",
    ),
}


@pytest.mark.parametrize("ending", EXITS)
def test_exit(run: Run, kind: LoopKind, ending: str) -> None:
    code, status, printed = EXITS[ending]
    for _ in range(2):
        result = run(f"{kind.import_statement}\n{PRELUDE}{code}")
        assert (result.returncode, result.stdout, result.stderr) == (status, printed, ""), result


def test_keyboard_interrupt(run: Run, kind: LoopKind) -> None:
    code = """
import signal, threading
new_event_loop().close()
threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
run(asyncio.sleep(30))
"""
    result = run(f"{kind.import_statement}\n{PRELUDE}{code}")
    assert (result.returncode, result.stderr.splitlines()[-1]) == (-signal.SIGINT, "KeyboardInterrupt"), result


def test_engine_that_no_loop_has_used(run: Run) -> None:
    result = run("from data_bridge.pyloop import PyLoop", options=("-X", "dev"))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", ""), result
