"""Forks before and after the load of the engine: both sides have PyLoops."""

import subprocess
from collections.abc import Callable

import pytest

RunClean = Callable[..., str]

MODULE = "survival.boot.programs.forks"


def test_fork_before_the_first_loop(run_module_clean: RunClean) -> None:
    assert run_module_clean(MODULE, "three_children", "nothing") == "PyLoop\n" * 3 + "[0, 0, 0] PyLoop\n"


@pytest.mark.parametrize("before", ["loaded", "used"])
def test_fork_after_it(run_module_clean: RunClean, before: str) -> None:
    assert run_module_clean(MODULE, "three_children", before) == "PyLoop\n" * 3 + "[0, 0, 0] PyLoop\n"


def test_child_of_a_child(run_module_clean: RunClean) -> None:
    assert run_module_clean(MODULE, "child_of_a_child") == "PyLoop\n('PyLoop', 0)\n('PyLoop', 0)\n0\n"


@pytest.mark.parametrize("ending", ["sys.exit", "os._exit", "SystemExit"])
def test_exit_status_of_a_child(run_module_clean: RunClean, ending: str) -> None:
    assert run_module_clean(MODULE, "end_of_a_child", ending) == "3\n"


def test_daemon(run_module: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Two forks, a new session, all descriptors closed, standard streams on /dev/null, a pipe kept for the answer."""
    result = run_module(MODULE, "daemon")
    assert (result.returncode, result.stdout, result.stderr) == (4, "PyLoop\n", ""), result
