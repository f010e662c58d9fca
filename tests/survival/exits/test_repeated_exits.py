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

MODULE = "survival.exits.programs.repeated_exits"

# How the program ends, its exit code, and the last line on standard error.
ENDINGS = {
    "normal": ("normal", 0, ""),
    "sys.exit": ("sys_exit", 3, ""),
    "sys.exit in a callback": ("sys_exit_in_a_callback", 9, ""),
    "exception": ("exception", 1, "LookupError: 3"),
    "exception of a task": ("exception_of_a_task", 1, "LookupError: 3"),
    "KeyboardInterrupt in a callback": ("keyboard_interrupt_in_a_callback", -signal.SIGINT, "KeyboardInterrupt"),
    "KeyboardInterrupt that is caught": ("keyboard_interrupt_that_is_caught", 130, ""),
    "pending tasks": ("pending_tasks", 4, ""),
    "pending timers of a stopped loop": ("pending_timers_of_a_stopped_loop", 5, ""),
    "daemon threads in their loops": ("daemon_threads_in_their_loops", 6, ""),
    "daemon thread in a busy loop": ("daemon_thread_in_a_busy_loop", 7, ""),
}
# A loop that is left open: development mode speaks of that, with asyncio as well.
SPEAKS_OF_OPEN_LOOPS = ("sys.exit in a callback", "daemon threads in their loops", "daemon thread in a busy loop")


def check(run_module: Run, kind: LoopKind, ending: str, before: str = "nothing", options: tuple[str, ...] = ()) -> None:
    scenario, status, last_line = ENDINGS[ending]
    result = run_module(MODULE, kind.name, before, scenario, options=options)
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
def test_plain(run_module: Run, kind: LoopKind, ending: str) -> None:
    for _ in range(runs(2) if kind is PYLOOP else 1):
        check(run_module, kind, ending)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending not in SPEAKS_OF_OPEN_LOOPS])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_development_mode(run_module: Run, kind: LoopKind, ending: str) -> None:
    for _ in range(runs(1) if kind is PYLOOP else 1):
        check(run_module, kind, ending, before="silence", options=("-X", "dev"))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("ending", ENDINGS)
def test_in_a_storm_that_goes_on(run_module: Run, ending: str) -> None:
    """Garbage of both languages is collected until the process is gone."""
    for _ in range(runs(1)):
        check(run_module, PYLOOP, ending, before="storm")


def test_check_sees_a_wrong_code_and_a_word_on_standard_error(run_module: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for scenario in ("wrong_code", "word_on_standard_error", "word_on_standard_output"):
        monkeypatch.setitem(ENDINGS, "wrong", (scenario, 0, ""))
        with pytest.raises(AssertionError):
            check(run_module, ASYNCIO, "wrong")
