"""The process ends with the engine in it as without: exact exit code, nothing on standard error."""

import signal
import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind

Run = Callable[..., subprocess.CompletedProcess[str]]

MODULE = "survival.exits.programs.exits_with_the_engine"

# How a program ends, with which code, and what it prints before.
EXITS = {
    "after a run": ("after_a_run", 0, ""),
    "exit code after a run": ("exit_code_after_a_run", 3, ""),
    "sys.exit in a callback": ("exit_in_a_callback", 3, ""),
    "os._exit in a callback": ("immediate_exit_in_a_callback", 3, ""),
    "loop left open": ("loop_left_open", 0, ""),
    "loop left open in a cycle": ("loop_in_a_cycle", 0, ""),
    "loop left open in a cycle, garbage collected at once": ("loop_in_a_cycle_collected_at_once", 0, ""),
    "loop of a daemon thread": ("loop_of_a_daemon_thread", 0, ""),
    "thread that runs a loop longer": ("thread_that_runs_longer", 0, "late\n"),
    "first loop in a thread": ("first_loop_in_a_thread", 0, "done\n"),
    "run in atexit": ("run_in_atexit", 0, "done\n"),
    "second run in atexit": ("second_run_in_atexit", 0, "done\n"),
    "loop used when modules are gone": ("loop_used_when_modules_are_gone", 0, ""),
    "loop used after atexit": ("loop_used_after_atexit", 0, "ran"),
}


@pytest.mark.parametrize("ending", EXITS)
def test_exit(run_module: Run, kind: LoopKind, ending: str) -> None:
    scenario, status, printed = EXITS[ending]
    for _ in range(2):
        result = run_module(MODULE, kind.name, scenario)
        assert (result.returncode, result.stdout, result.stderr) == (status, printed, ""), result


def test_keyboard_interrupt(run_module: Run, kind: LoopKind) -> None:
    result = run_module(MODULE, kind.name, "keyboard_interrupt")
    assert (result.returncode, result.stderr.splitlines()[-1]) == (-signal.SIGINT, "KeyboardInterrupt"), result


def test_engine_that_no_loop_has_used(run: Run) -> None:
    result = run("from data_bridge.pyloop import PyLoop", options=("-X", "dev"))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", ""), result
