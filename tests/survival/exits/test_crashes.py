"""A real crash under a running loop ends the process as without one: by its signal, with the user's faulthandler."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

MODULE = "survival.exits.programs.crashes"

# Where a program's code runs, and the function of the program that crashes there.
_PLACES = {
    "task": "in_a_task",
    "callback": "in_a_callback",
    "reader": "in_a_reader",
    "signal handler": "in_a_signal_handler",
    "data_received": "in_data_received",
    "datagram_received": "in_datagram_received",
    "data_received of a pipe": "in_data_received_of_a_pipe",
    "thread": "in_a_thread",
    "executor": "in_an_executor",
    "loop in a thread": "in_a_loop_in_a_thread",
}


def _crash(
    run_module: Run, place: str, crash: str = "segmentation fault", change: str = "", **settings: Any
) -> subprocess.CompletedProcess[str]:
    return run_module(MODULE, "pyloop", place, crash, change, **settings)


@pytest.mark.parametrize("place", _PLACES.values(), ids=_PLACES)
def test_faulthandler_shows_where(run_module: Run, tmp_path: Path, place: str) -> None:
    result = _crash(run_module, place, options=("-X", "faulthandler"))
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "before\n"), result
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n"), result
    assert result.stderr.count("Fatal Python error") == 1
    # The thread that crashed comes first, unless Python could not tell which it was.
    current = result.stderr.split("\n\n")[1]
    assert current.startswith("Current thread "), result
    assert "in crash_here\n" in current
    assert _files(tmp_path) == []


_CRASHES = {
    "segmentation fault": (signal.SIGSEGV, ""),
    "abort": (signal.SIGABRT, ""),
    "Python's own fatal error": (signal.SIGABRT, "Fatal Python error: "),
    "overflow of the C stack": (signal.SIGSEGV, ""),
}


@pytest.mark.parametrize("crash", _CRASHES)
def test_without_faulthandler_the_signal_is_all(run_module: Run, tmp_path: Path, crash: str) -> None:
    """The engine has no handler of its own, writes no report, and turns nobody else's on."""
    number, said = _CRASHES[crash]
    result = _crash(run_module, "in_a_callback", crash)
    assert (result.returncode, result.stdout) == (-number, "before\n"), result
    assert result.stderr.startswith(said) if said else result.stderr == "", result
    assert _files(tmp_path) == []


def test_users_report_goes_into_the_users_file(run_module: Run, tmp_path: Path) -> None:
    report = tmp_path / "report"
    result = _crash(run_module, "in_a_task", change=str(report))
    assert (result.returncode, result.stderr) == (-signal.SIGSEGV, ""), result
    assert "in crash_here\n" in report.read_text()


@pytest.mark.parametrize("change", ["enable", "disable"])
def test_faulthandler_can_be_changed_while_a_loop_runs(run_module: Run, change: str) -> None:
    """Loading the engine and running loops leaves it to the user."""
    options = () if change == "enable" else ("-X", "faulthandler")
    result = _crash(run_module, "in_a_task", change=change, options=options)
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "before\n"), result
    assert ("in crash_here\n" in result.stderr) == (change == "enable"), result


def _files(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
