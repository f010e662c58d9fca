"""Fixtures of the boot tests: every scenario runs in a process of its own, with a time limit."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

_HERE = Path(__file__).parent
_TIMEOUT = 60
# What a developer may have set and a test must not depend on.
_UNSET = ("PYTHONFAULTHANDLER", "PYTHONDEVMODE", "PYLOOP_JVM_OPTIONS", "PYLOOP_FAULTHANDLER", "JAVA_TOOL_OPTIONS")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A function that runs Python code in a new process, in an empty directory, with its own temporary directory.

    The code can import `process_state`. The result's `cwd` and `TMPDIR` are tmp_path / "cwd" and tmp_path / "tmp".
    """

    def run_code(
        code: str, *, python: str = sys.executable, options: tuple[str, ...] = (), **variables: str | None
    ) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in _UNSET}
        path = [str(_HERE), *filter(None, [environment.get("PYTHONPATH")])]
        environment.update(PYTHONPATH=os.pathsep.join(path), TMPDIR=str(tmp_path / "tmp"))
        for name, value in variables.items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value
        for name in ("cwd", "tmp"):
            (tmp_path / name).mkdir(exist_ok=True)
        return subprocess.run(
            [python, *options, "-c", code],
            cwd=tmp_path / "cwd",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
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
