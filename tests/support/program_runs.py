"""Scenarios that run in a process of their own, with a time limit: fixtures of all tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.project import TESTS

Run = Callable[..., subprocess.CompletedProcess[str]]

_TIMEOUT = 60
# What a developer may have set and a test must not depend on.
_UNSET = ("PYTHONFAULTHANDLER", "PYTHONDEVMODE", "PYTHONWARNINGS", "PYLOOP_POLL_BOUND")


def runs(default: int) -> int:
    """How often a scenario that fails by chance is repeated: PYLOOP_FAULT_RUNS, or else this."""
    return int(os.environ.get("PYLOOP_FAULT_RUNS") or default)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A function that runs Python code in a new process, in an empty directory, with its own temporary directory.

    The code can import helpers as tests do. The result's `cwd` and `TMPDIR` are tmp_path / "cwd" and tmp_path / "tmp".
    """

    def run_code(
        code: str,
        *,
        python: str = sys.executable,
        options: tuple[str, ...] = (),
        launcher: tuple[str, ...] = (),
        timeout: float = _TIMEOUT,
        **variables: str | None,
    ) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in _UNSET}
        # The code runs in another directory, where relative entries would mean nothing.
        path = map(os.path.abspath, filter(None, environment.get("PYTHONPATH", "").split(os.pathsep)))
        environment.update(PYTHONPATH=os.pathsep.join([str(TESTS), *path]), TMPDIR=str(tmp_path / "tmp"))
        for name, value in variables.items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value
        for name in ("cwd", "tmp"):
            (tmp_path / name).mkdir(exist_ok=True)
        return subprocess.run(
            [*launcher, python, *options, "-c", code],
            cwd=tmp_path / "cwd",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run_code


@pytest.fixture
def run_clean(run: Run) -> Callable[..., str]:
    """Like `run`, for code that must end well and without a word on standard error; returns what it printed."""

    def run_code(code: str, **settings: object) -> str:
        result = run(code, **settings)
        assert (result.returncode, result.stderr) == (0, ""), result
        return result.stdout

    return run_code
