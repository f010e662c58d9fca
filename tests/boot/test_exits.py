"""The process ends after a boot as it does without one: exact exit code, nothing on standard error."""

import subprocess
from collections.abc import Callable

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

BOOT = "from data_bridge.pyloop._boot import boot; boot()\n"
REPETITIONS = 5

ENDINGS = {
    "end of the program": ("", 0),
    "sys.exit": ("import sys; sys.exit(3)", 3),
    "os._exit": ("import os; os._exit(4)", 4),
    "daemon thread": (
        "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        0,
    ),
    "thread that ends later": ("import threading, time; threading.Thread(target=time.sleep, args=(0.2,)).start()", 0),
    "asyncio in atexit": ("import asyncio, atexit; atexit.register(lambda: asyncio.run(asyncio.sleep(0)))", 0),
    "booted by another thread": (
        "import threading, data_bridge.pyloop._boot as b\nt = threading.Thread(target=b.boot); t.start(); t.join()",
        0,
    ),
}


@pytest.mark.parametrize(("ending", "code"), ENDINGS.values(), ids=ENDINGS)
def test_exit_code(run: Run, ending: str, code: int) -> None:
    boot = "" if "b.boot" in ending else BOOT
    for _ in range(REPETITIONS):
        result = run(boot + ending)
        assert (result.returncode, result.stdout, result.stderr) == (code, "", ""), result


def test_exception(run: Run) -> None:
    result = run(BOOT + "raise ValueError(7)")
    assert (result.returncode, result.stderr.splitlines()[-1]) == (1, "ValueError: 7"), result


def test_development_mode(run: Run) -> None:
    result = run(BOOT, options=("-X", "dev"))
    assert (result.returncode, result.stderr) == (0, ""), result


def test_types_are_sealed_at_exit(run_clean: Callable[..., str]) -> None:
    code = """
import atexit
class Base:  # stands for a type that Java defines
    def call_soon(self): return "Java"
    def __del__(self): print("Java")
def report(when):
    try:
        print(when, kept_alive_to_the_end.call_soon(), is_exiting())
    except RuntimeError as error:
        print(when, error, is_exiting())
        try:
            boot()
        except RuntimeError as error:
            print(error)
atexit.register(report, "handler from before the import:")
from data_bridge.pyloop._boot import boot, is_exiting, seal
atexit.register(report, "handler from after the import:")
boot()
seal.register({"Base": Base})
kept_alive_to_the_end = Base()
"""
    assert run_clean(code) == (
        "handler from after the import: Java False\n"
        "handler from before the import: this event loop cannot be used any more: the interpreter is exiting True\n"
        "PyLoop's engine cannot be used any more, the interpreter is exiting; use asyncio's loop\n"
    )


def test_boot_at_exit_is_refused_or_works(run: Run) -> None:
    code = """
import atexit
from data_bridge.pyloop._boot import boot
def late():
    try:
        boot()
    except RuntimeError as error:
        print(error)
    else:
        print("booted")
atexit.register(late)
"""
    result = run(code)
    # Since 3.12 no thread can be started that late.
    assert (result.returncode, result.stderr) == (0, ""), result
    assert result.stdout == "booted\n" or "create the loop before the interpreter exits" in result.stdout
