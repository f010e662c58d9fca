"""Scenarios that run in a process of their own, with a time limit: fixtures of all tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.project import path_with_tests

Run = Callable[..., subprocess.CompletedProcess[str]]

_TIMEOUT = 60
# What a developer may have set and a test must not depend on.
_UNSET = ("PYTHONFAULTHANDLER", "PYTHONDEVMODE", "PYTHONWARNINGS", "PYLOOP_POLL_BOUND")


def runs(default: int) -> int:
    """How often a scenario that fails by chance is repeated: PYLOOP_FAULT_RUNS, or else this."""
    return int(os.environ.get("PYLOOP_FAULT_RUNS") or default)


def _run_python(
    directory: Path,
    arguments: tuple[str, ...],
    *,
    python: str = sys.executable,
    options: tuple[str, ...] = (),
    launcher: tuple[str, ...] = (),
    timeout: float = _TIMEOUT,
    **variables: str | None,
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in _UNSET}
    environment.update(PYTHONPATH=path_with_tests(), TMPDIR=str(directory / "tmp"))
    for name, value in variables.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    for name in ("cwd", "tmp"):
        (directory / name).mkdir(exist_ok=True)
    return subprocess.run(
        [*launcher, python, *options, *arguments],
        cwd=directory / "cwd",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A function that runs Python code in a new process, in an empty directory, with its own temporary directory.

    The code can import helpers as tests do. The result's `cwd` and `TMPDIR` are tmp_path / "cwd" and tmp_path / "tmp".
    Settings are the keyword arguments of `_run_python`; the others are environment variables, of which None unsets one.
    """

    def run_code(code: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        return _run_python(tmp_path, ("-c", code), **settings)

    return run_code


@pytest.fixture
def run_module(tmp_path: Path) -> Run:
    """Like `run`, for a program that is a module below tests/: its name, its arguments, and the same settings."""

    def run_program(module: str, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        return _run_python(tmp_path, ("-m", module, *arguments), **settings)

    return run_program


def _clean_output(result: subprocess.CompletedProcess[str]) -> str:
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout


@pytest.fixture
def run_clean(run: Run) -> Callable[..., str]:
    """Like `run`, for code that must end well and without a word on standard error; returns what it printed."""
    return lambda *code, **settings: _clean_output(run(*code, **settings))


@pytest.fixture
def run_module_clean(run_module: Run) -> Callable[..., str]:
    """Like `run_module`, for a program that must end well and without a word on standard error, as `run_clean`."""
    return lambda *module, **settings: _clean_output(run_module(*module, **settings))
