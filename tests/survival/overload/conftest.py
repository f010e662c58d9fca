"""Conditions that tests of overload share."""

import pytest

from support.loop_kinds import run_python
from support.project import path_with_tests


@pytest.fixture(scope="session")
def refused_calls() -> None:
    """Skip the test if this system lets no process refuse its own system calls, for which a seccomp filter is used."""
    code = "from support.refused_calls import refuse; refuse((43,), 23)"
    done = run_python("-c", code, environment={"PYTHONPATH": path_with_tests()}, timeout=60)
    if done.returncode:
        pytest.skip(f"seccomp filters, which make system calls fail here, are refused: {done.stderr.strip()[-100:]}")
