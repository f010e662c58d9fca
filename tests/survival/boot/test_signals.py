"""Signals reach Python as before once the engine is loaded."""

import signal
import subprocess
from collections.abc import Callable

import pytest

RunClean = Callable[..., str]

MODULE = "survival.boot.programs.signals"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE"])
def test_handler_runs(run_module_clean: RunClean, name: str) -> None:
    assert run_module_clean(MODULE, "handler", name) == "True\n"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXFSZ", "SIGSEGV", "SIGBUS", "SIGFPE"])
def test_default_action_ends_the_process(
    run_module: Callable[..., subprocess.CompletedProcess[str]], name: str
) -> None:
    result = run_module(MODULE, "default_action", name)
    assert (result.returncode, result.stdout, result.stderr) == (-getattr(signal, name), "", ""), result


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGALRM"])
def test_sigwait_gets_a_signal_that_the_only_thread_blocks(run_module_clean: RunClean, name: str) -> None:
    """A thread of the engine, if there were one, would receive it, and the default action would end the process."""
    assert run_module_clean(MODULE, "sigwait", name) == "True\n"


def test_broken_pipe_is_an_exception(run_module_clean: RunClean) -> None:
    assert run_module_clean(MODULE, "broken_pipe") == "BrokenPipeError\n"


def test_interrupt_while_the_engine_is_loaded(run_module_clean: RunClean) -> None:
    """Python's handler raises in the import, and the next try succeeds."""
    assert run_module_clean(MODULE, "interrupt_of_the_load") == "KeyboardInterrupt\nloaded\n"
