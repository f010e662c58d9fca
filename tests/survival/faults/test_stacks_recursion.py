"""Endless recursion in Python and in C, in callbacks and after a loop: it ends as without the engine."""

import signal
import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import KINDS

MODULE = "survival.faults.programs.stacks_recursion"


def test_recursion_in_c_ends_in_a_loop_as_outside(run_module_clean: Callable[..., str]) -> None:
    """In callbacks, with Java frames below, and without any loop: what plain Python raises, and again."""
    assert run_module_clean(MODULE, "pyloop", "c_recursion") == "True [True, True, True]\n"


@pytest.mark.parametrize(("limit", "where"), [("1024", "inside"), ("8192", "inside"), ("8192", "outside")])
def test_c_stack_overflow_under_a_high_recursion_limit_is_that_of_plain_python(
    run_module: Callable[..., subprocess.CompletedProcess[str]], limit: str, where: str
) -> None:
    """CPython 3.11 then overflows the stack, later ones have a limit of their own: the same ending with the engine."""
    launcher = ("sh", "-c", f'ulimit -Ss {limit} && exec "$0" "$@"')
    endings = []
    for kind in KINDS:
        result = run_module(MODULE, kind.name, "c_stack_overflow", where, launcher=launcher)
        endings.append((result.returncode, result.stdout, result.stderr))
    assert endings[0][0] in (0, -signal.SIGSEGV)
    assert endings[0] == endings[1]


def test_python_recursion_is_as_deep_as_before(run_module_clean: Callable[..., str]) -> None:
    assert run_module_clean(MODULE, "pyloop", "python_recursion") == "True True True\n"


def test_raised_recursion_limit_reaches_as_deep_as_before(run_module_clean: Callable[..., str]) -> None:
    assert run_module_clean(MODULE, "pyloop", "raised_recursion_limit") == "True\n"
