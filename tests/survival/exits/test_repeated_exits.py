"""Every way to end a process, many times and in every mode: exact exit code, and nothing on standard error.

Each ending runs on asyncio too, which is the oracle for codes and silence.
"""

import signal
import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import ASYNCIO, KINDS, PYLOOP, LoopKind
from support.program_runs import runs

Run = Callable[..., subprocess.CompletedProcess[str]]

PRELUDE = """
import asyncio, atexit, faulthandler, os, signal, sys, threading, time
async def main():
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(asyncio.sleep(0.001) for _ in range(10)))
    await loop.run_in_executor(None, int)
    return 3
def run():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main())
"""
# How the program ends, its exit code, and the last line on standard error.
ENDINGS = {
    "normal": ("run()", 0, ""),
    "sys.exit": ("sys.exit(run())", 3, ""),
    "sys.exit in a callback": ("loop = new_event_loop(); loop.call_soon(sys.exit, 9); loop.run_forever()", 9, ""),
    "exception": ("raise LookupError(run())", 1, "LookupError: 3"),
    "exception of a task": (
        "async def fail(): raise LookupError(await main())\n"
        "with asyncio.Runner(loop_factory=new_event_loop) as runner: runner.run(fail())",
        1,
        "LookupError: 3",
    ),
    "KeyboardInterrupt in a callback": (
        "loop = new_event_loop()\nloop.call_soon(os.kill, os.getpid(), signal.SIGINT)\n"
        "loop.call_later(60, loop.stop)\ntry: loop.run_forever()\nfinally: loop.close()",
        -signal.SIGINT,
        "KeyboardInterrupt",
    ),
    "KeyboardInterrupt that is caught": (
        "def interrupt(): raise KeyboardInterrupt\n"
        "loop = new_event_loop()\nloop.call_soon(interrupt)\ntry: loop.run_forever()\n"
        "except KeyboardInterrupt:\n    loop.close(); sys.exit(130)",
        130,
        "",
    ),
    "pending tasks": (
        "async def leave():\n"
        "    asyncio.get_running_loop().tasks = [asyncio.ensure_future(asyncio.sleep(3600)) for _ in range(100)]\n"
        "    await asyncio.sleep(0.001)\n"
        "    return 4\n"
        "with asyncio.Runner(loop_factory=new_event_loop) as runner: code = runner.run(leave())\n"
        "sys.exit(code)",
        4,
        "",
    ),
    "pending timers of a stopped loop": (
        "loop = new_event_loop()\n"
        "handles = [loop.call_later(3600, int) for _ in range(1000)]\n"
        "loop.call_soon(loop.stop); loop.run_forever()\natexit.register(loop.close)\nsys.exit(5)",
        5,
        "",
    ),
    "daemon threads in their loops": (
        "def serve(loop):\n"
        "    asyncio.set_event_loop(loop); loop.call_soon(started.release); loop.run_forever()\n"
        "started = threading.Semaphore(0)\n"
        "loops = [new_event_loop() for _ in range(4)]\n"
        "for loop in loops: threading.Thread(target=serve, args=(loop,), daemon=True).start()\n"
        "for loop in loops: started.acquire()\n"
        "run(); sys.exit(6)",
        6,
        "",
    ),
    "daemon thread in a busy loop": (
        "def spin(): loop.call_soon(spin)\n"
        "loop = new_event_loop(); loop.call_soon(spin)\n"
        "threading.Thread(target=loop.run_forever, daemon=True).start()\n"
        "time.sleep(0.05); sys.exit(7)",
        7,
        "",
    ),
}
# On a busy machine a callback can be slow, and development mode would say so.
NO_WORD_OF_SLOW_CALLBACKS = "import logging; logging.getLogger('asyncio').setLevel(logging.ERROR)\n"
STORM = "from support.garbage_storms import Storm; Storm().start()\n"
# A loop that is left open: development mode speaks of that, with asyncio as well.
SPEAKS_OF_OPEN_LOOPS = ("sys.exit in a callback", "daemon threads in their loops", "daemon thread in a busy loop")


def check(run: Run, kind: LoopKind, ending: str, before: str = "", options: tuple[str, ...] = ()) -> None:
    code, status, last_line = ENDINGS[ending]
    result = run(f"{kind.import_statement}\n{PRELUDE}{before}{code}", options=options)
    assert (result.returncode, result.stdout) == (status, ""), result
    if last_line:
        assert result.stderr.startswith("Traceback (most recent call last):\n"), result
        assert result.stderr.splitlines()[-1] == last_line, result
        assert result.stderr.count("Traceback") == (2 if "During handling" in result.stderr else 1), result
    else:
        assert result.stderr == "", result


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_plain(run: Run, kind: LoopKind, ending: str) -> None:
    for _ in range(runs(2) if kind is PYLOOP else 1):
        check(run, kind, ending)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending not in SPEAKS_OF_OPEN_LOOPS])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_development_mode(run: Run, kind: LoopKind, ending: str) -> None:
    for _ in range(runs(1) if kind is PYLOOP else 1):
        check(run, kind, ending, before=NO_WORD_OF_SLOW_CALLBACKS, options=("-X", "dev"))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("ending", ENDINGS)
def test_in_a_storm_that_goes_on(run: Run, ending: str) -> None:
    """Garbage of both languages is collected until the process is gone."""
    for _ in range(runs(1)):
        check(run, PYLOOP, ending, before=STORM)


def test_check_sees_a_wrong_code_and_a_word_on_standard_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("sys.exit(1)", "print(1, file=sys.stderr)", "print(1)"):
        monkeypatch.setitem(ENDINGS, "wrong", (code, 0, ""))
        with pytest.raises(AssertionError):
            check(run, ASYNCIO, "wrong")
