"""faulthandler and the JVM share SIGSEGV: every order of turning them on and off leaves both working.

After each order a loop runs, which is where PyLoop repairs what was taken from the JVM. Then Java needs the signal
for null checks and to stop its threads, and at last C crashes.
"""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from java_probe import STORM

Run = Callable[..., subprocess.CompletedProcess[str]]

PROGRAM = """
import asyncio, ctypes, faulthandler, os, resource, signal, sys
import java_probe
# A fault that repeats for ever uses the processor until this limit ends the process, by another signal.
resource.setrlimit(resource.RLIMIT_CPU, (25, 25))
def crash_here():
    ctypes.string_at(0)
def run_a_loop():
    from data_bridge.pyloop import new_event_loop
    loop = new_event_loop()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
def probe(where):
    print(where, java_probe.Java().works(), flush=True)
"""

OFF, ON = "faulthandler.disable()", "faulthandler.enable()"

# What happens before the boot, after it, and after the first repair.
WITH_TRACEBACK = {
    "on": (ON, "", ""),
    "on, on again": (ON, ON, ""),
    "on, off": (ON, OFF, ""),
    "on, off, on": (ON, f"{OFF}; {ON}", ""),
    "on, off, repaired, off": (ON, OFF, OFF),
    "on, off, repaired, on": (ON, OFF, ON),
    "off, repaired, default action, on": ("", OFF, f"signal.signal(signal.SIGSEGV, signal.SIG_DFL); {ON}"),
    "registered for another signal": ("", "faulthandler.register(signal.SIGUSR1); faulthandler.unregister(10)", ""),
    "watchdog": ("", "faulthandler.dump_traceback_later(60)", "faulthandler.cancel_dump_traceback_later()"),
}
# PYLOOP_FAULTHANDLER=0: the JVM came first, and its report is all there is.
WITHOUT = {"never on": ("", "", ""), "on late": ("", ON, ""), "on late, repaired, off": ("", ON, OFF)}


def _assert_traceback(result: subprocess.CompletedProcess[str], crashed: str = "crash_here") -> None:
    assert result.returncode == -signal.SIGSEGV, result
    assert result.stderr.count("Fatal Python error: Segmentation fault\n") == 1, result
    assert f"in {crashed}\n" in result.stderr, result
    assert "Java Runtime Environment" not in result.stdout + result.stderr, result


def _in_this_order(before: str, after: str, later: str) -> str:
    return f"""{PROGRAM}
{before}
run_a_loop()
probe("booted")
{after}
run_a_loop()
probe("after")
{later}
run_a_loop()
probe("later")
crash_here()
"""


@pytest.mark.parametrize("order", WITH_TRACEBACK.values(), ids=WITH_TRACEBACK)
def test_crash_after_a_storm(run: Run, tmp_path: Path, order: tuple[str, str, str]) -> None:
    result = run(_in_this_order(*order), PYLOOP_JVM_OPTIONS=STORM)
    assert result.stdout == "booted True\nafter True\nlater True\n", result
    _assert_traceback(result)
    assert list((tmp_path / "cwd").iterdir()) == []


@pytest.mark.parametrize("order", WITHOUT.values(), ids=WITHOUT)
def test_crash_after_a_storm_when_the_jvm_came_first(run: Run, tmp_path: Path, order: tuple[str, str, str]) -> None:
    result = run(_in_this_order(*order), PYLOOP_JVM_OPTIONS=STORM, PYLOOP_FAULTHANDLER="0")
    assert result.stdout.startswith("booted True\nafter True\nlater True\n"), result
    assert result.returncode == -signal.SIGABRT, result
    assert "A fatal error has been detected by the Java Runtime Environment" in result.stdout + result.stderr, result
    assert list((tmp_path / "cwd").iterdir()) == []


@pytest.mark.parametrize("probe", ["null_check()", "compute(30)"])
def test_probes_die_where_nothing_is_repaired(run: Run, probe: str) -> None:
    """Otherwise the tests above would prove nothing."""
    result = run(f"{PROGRAM}\nrun_a_loop()\n{OFF}\njava_probe.Java().{probe}", PYLOOP_JVM_OPTIONS=STORM)
    assert (result.returncode, result.stdout, result.stderr) == (-signal.SIGSEGV, "", ""), result


@pytest.mark.parametrize(
    ("options", "variables"),
    [(("-X", "faulthandler"), {}), (("-X", "dev"), {}), ((), {"PYTHONFAULTHANDLER": "1"})],
    ids=["-X faulthandler", "-X dev", "PYTHONFAULTHANDLER"],
)
def test_switched_on_from_outside(run: Run, options: tuple[str, ...], variables: dict[str, str]) -> None:
    code = _in_this_order("assert faulthandler.is_enabled()", OFF, ON)
    result = run(code, options=options, PYLOOP_JVM_OPTIONS=STORM, **variables)
    assert result.stdout == "booted True\nafter True\nlater True\n", result
    _assert_traceback(result)


@pytest.mark.parametrize("change", [OFF, f"{OFF}; {ON}", "signal.signal(signal.SIGSEGV, signal.SIG_DFL)"])
def test_taken_before_loops_are_made_and_closed(run: Run, change: str) -> None:
    """What a loop does before its first run is Java too. Of one loop alone a stop would rarely meet compiled code."""
    code = f"""{PROGRAM}
from data_bridge.pyloop import new_event_loop
new_event_loop().close()
{change}
loops = [new_event_loop() for _ in range(300)]
{change}
for loop in loops:
    loop.close()
probe("closed")
crash_here()
"""
    result = run(code, PYLOOP_JVM_OPTIONS=STORM)
    assert result.stdout == "closed True\n", result
    _assert_traceback(result)


@pytest.mark.parametrize("change", [OFF, f"{OFF}; {ON}", "signal.signal(signal.SIGSEGV, signal.SIG_DFL)"])
def test_taken_while_a_loop_runs_that_goes_on_for_long(run: Run, change: str) -> None:
    """A server may be in its only run for ever: within about a second a loop that waits has repaired it."""
    code = f"""{PROGRAM}
from data_bridge.pyloop import new_event_loop
async def main():
    probe("before")
    {change}
    owner = crash_handlers.libc.get_action(signal.SIGSEGV).handler
    deadline = asyncio.get_running_loop().time() + 20
    while crash_handlers.libc.get_action(signal.SIGSEGV).handler == owner:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)
    probe("after")
    crash_here()
from data_bridge.pyloop._boot import crash_handlers
new_event_loop().run_until_complete(main())
"""
    # Without the storm: Java must not be interrupted before the repair.
    result = run(code)
    assert result.stdout == "before True\nafter True\n", result
    _assert_traceback(result)
