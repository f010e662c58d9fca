"""Machines and sandboxes on which the engine has less than usual, and works all the same."""

import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind, only_pyloop

Run = Callable[..., subprocess.CompletedProcess[str]]

MODULE = "survival.boot.programs.unusual_hosts"
WORKS = "works\nworks\n"
#: The exit status of a program to which this machine refuses such a host.
UNAVAILABLE = 77

HOSTS = (
    "no /proc",
    "memory that was written must not become code",
    "directory is gone",
    "empty environment",
    "no more processes and threads",
    "stack without a limit",
    "small stack",
    "small stack of a thread",
)
LAUNCHERS = {"stack without a limit": "ulimit -Ss unlimited", "small stack": "ulimit -Ss 1024"}


@pytest.mark.parametrize("host", HOSTS)
def test_loop_works(run_module: Run, kind: LoopKind, host: str) -> None:
    launcher = ("sh", "-c", f'{LAUNCHERS[host]} && exec "$0" "$@"') if host in LAUNCHERS else ()
    # -P: CPython 3.13.0 fails where the current directory is in sys.path and is gone, whatever is imported.
    result = run_module(MODULE, kind.name, host, launcher=launcher, options=("-P",))
    if result.returncode == UNAVAILABLE:
        pytest.skip(f"this machine does not let a test have it: {host}")
    assert (result.returncode, result.stdout, result.stderr) == (0, WORKS, ""), result


@only_pyloop
@pytest.mark.parametrize(
    "variables", [{"TMPDIR": "/nonexistent"}, {"TMPDIR": "/proc"}, {"HOME": "/nonexistent"}], ids=str
)
def test_directories_of_the_user_are_not_needed(run_module: Run, kind: LoopKind, variables: dict[str, str]) -> None:
    result = run_module(MODULE, kind.name, "ordinary", **variables)
    assert (result.returncode, result.stdout, result.stderr) == (0, WORKS, ""), result
