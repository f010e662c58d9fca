"""Conditions that tests of overload share."""

import subprocess
import sys

import pytest

from survival.overload.overload_programs import HELPERS


@pytest.fixture(scope="session")
def refused_calls() -> None:
    """Skip the test if this system lets no process refuse its own system calls, for which a seccomp filter is used."""
    code = f"{HELPERS}\nrefuse(ACCEPT, 23)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        pytest.skip(f"seccomp filters, which make system calls fail here, are refused: {done.stderr.strip()[-100:]}")
