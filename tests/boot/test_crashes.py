"""A crash after the boot looks like a crash without a JVM: Python's traceback, and death by the signal."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

BOOT = """
import ctypes, faulthandler, signal, sys
from data_bridge.pyloop._boot import boot, crash_handlers, libc
"""
CRASH = """
def crash_here():
    ctypes.string_at(0)
crash_here()
"""

# What may happen to faulthandler before the boot, after it, and after the first repair.
ORDERS = {
    "untouched": ("", "", ""),
    "on": ("faulthandler.enable()", "", ""),
    "on, on again": ("faulthandler.enable()", "faulthandler.enable()", ""),
    "on after": ("", "faulthandler.enable()", ""),
    "off after": ("", "faulthandler.disable()", ""),
    "on, off after": ("faulthandler.enable()", "faulthandler.disable()", ""),
    "on, off, on": ("faulthandler.enable()", "faulthandler.disable(); faulthandler.enable()", ""),
    "off, repaired, off again": ("", "faulthandler.disable()", "faulthandler.disable()"),
    "off, repaired, on again": ("", "faulthandler.disable()", "faulthandler.enable()"),
    "somebody's own handler": ("", "signal.signal(signal.SIGSEGV, signal.SIG_DFL)", ""),
}


@pytest.mark.parametrize(("before", "after", "later"), ORDERS.values(), ids=ORDERS)
def test_traceback(run: Run, tmp_path: Path, before: str, after: str, later: str) -> None:
    code = f"""
{before}
boot()
owner = libc.get_action(signal.SIGSEGV).handler
for change in ({after!r}, {later!r}):
    exec(change)
    crash_handlers.repair()
    print(libc.get_action(signal.SIGSEGV).handler == owner, faulthandler.is_enabled())
sys.stdout.flush()
"""
    result = run(BOOT + code + CRASH)
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "True True\n" * 2), result
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n"), result
    assert result.stderr.count("Fatal Python error") == 1
    assert "in crash_here\n" in result.stderr
    assert list((tmp_path / "cwd").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGFPE, signal.SIGILL, signal.SIGBUS, signal.SIGABRT])
def test_traceback_for_other_signals(run: Run, number: signal.Signals) -> None:
    result = run(BOOT + f"boot(); signal.raise_signal({int(number)})")
    assert result.returncode == -number, result
    assert result.stderr.startswith("Fatal Python error: "), result


def test_opt_out(run: Run, tmp_path: Path) -> None:
    result = run(BOOT + "boot(); print(faulthandler.is_enabled(), flush=True)" + CRASH, PYLOOP_FAULTHANDLER="0")
    # The JVM then reports the crash itself, and ends the process by SIGABRT.
    assert (result.returncode, result.stdout.splitlines()[0]) == (-signal.SIGABRT, "False"), result
    assert "crash_here" not in result.stderr
    assert list((tmp_path / "cwd").iterdir()) == []


def test_opt_out_leaves_the_users_faulthandler_alone(run: Run) -> None:
    code = """
boot()
for change in (faulthandler.enable, crash_handlers.repair, faulthandler.disable, crash_handlers.repair):
    change()
    print(faulthandler.is_enabled())
"""
    result = run(BOOT + code, PYLOOP_FAULTHANDLER="0")
    assert (result.returncode, result.stdout) == (0, "True\nTrue\nFalse\nFalse\n"), result


def test_overflow_of_the_c_stack(run: Run) -> None:
    result = run(BOOT + "boot(); faulthandler._stack_overflow()")
    assert result.returncode == -signal.SIGSEGV, result
    assert "Fatal Python error: Segmentation fault" in result.stderr


def test_users_file_is_kept(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report"
    result = run(BOOT + f"faulthandler.enable(open({str(report)!r}, 'w')); boot()" + CRASH)
    assert (result.returncode, result.stderr) == (-signal.SIGSEGV, ""), result
    assert "in crash_here\n" in report.read_text()


RECURSION = """
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
def probe():
    return [deepest(function, depth) for function in (descend, nest) for depth in (100, 900, 5_000, 100_000)]
"""


def test_python_recursion_is_as_deep_as_before(run_clean: Callable[..., str]) -> None:
    code = """
from data_bridge.pyloop._boot import boot
before = probe()
boot()
print(probe() == before, before.count("RecursionError") >= 4, probe() == before)
"""
    assert run_clean(RECURSION + code) == "True True True\n"


def test_raised_recursion_limit_reaches_as_deep_as_before(run_clean: Callable[..., str]) -> None:
    # A JVM with default options would leave one of the main stack's eight MiB less to everybody.
    code = """
from data_bridge.pyloop._boot import boot
sys.setrecursionlimit(12_000)
before = [deepest(descend, 11_000), deepest(nest, 3_000)]
boot()
print([deepest(descend, 11_000), deepest(nest, 3_000)] == before)
"""
    assert run_clean(RECURSION + code) == "True\n"
