"""System calls that a kernel does not have, or that a sandbox or an older container runtime refuses.

The loop has another way for each, and says nothing.
"""

import errno
import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind

Run = Callable[..., subprocess.CompletedProcess[str]]

# By their numbers on x86-64.
CALLS = {
    "epoll_pwait2": (441,),
    "membarrier": (324,),
    "statx": (332,),
    "getrandom": (318,),
    "pidfd_open": (434,),
    "eventfd": (290,),
    "recvmmsg": (299,),
    "sendmmsg": (307,),
    "recvmmsg, sendmmsg and eventfd": (299, 307, 290),
    # Without rseq and clone3, which the C library itself insists on where they are refused with EPERM.
    "most that are newer than Linux 4.5": (324, 332, *(number for number in range(424, 462) if number != 435)),
}
ACCEPT4 = (288,)
#: ENOSYS: the kernel has no such call. EPERM: a filter that does not know the call has refused it.
ERRORS = {"ENOSYS": errno.ENOSYS, "EPERM": errno.EPERM}
#: Some sandboxes say that an argument is wrong.
ALL_ERRORS = ERRORS | {"EINVAL": errno.EINVAL}


@pytest.fixture(scope="module", autouse=True)
def _filters_are_allowed() -> None:
    """Skip where this system lets no process refuse its own system calls."""
    import multiprocessing

    from support import refused_calls

    process = multiprocessing.get_context("spawn").Process(target=refused_calls.refuse, args=((441,), errno.EPERM))
    process.start()
    process.join()
    if process.exitcode:
        pytest.skip("seccomp filters, which make system calls fail here, are refused by this system")


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("calls", CALLS)
def test_refused_from_the_start(run_module: Run, kind: LoopKind, calls: str, error: str) -> None:
    check(run_module, kind, calls, error, "never")


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("calls", ["epoll_pwait2", "membarrier"])
def test_refused_after_a_loop_has_run(run_module: Run, kind: LoopKind, calls: str, error: str) -> None:
    """As by a program that locks itself into a sandbox once it has started."""
    check(run_module, kind, calls, error, "before")


@pytest.mark.parametrize("calls", ["eventfd", "recvmmsg", "sendmmsg"])
def test_refused_as_an_invalid_argument(run_module: Run, kind: LoopKind, calls: str) -> None:
    check(run_module, kind, calls, "EINVAL", "never")


def test_kernel_without_accept4(run_module: Run, kind: LoopKind) -> None:
    """ENOSYS only: with EPERM a firewall refuses a connection."""
    check(run_module, kind, "accept4", "ENOSYS", "never")


def check(run_module: Run, kind: LoopKind, calls: str, error: str, has_run: str) -> None:
    numbers = map(str, CALLS.get(calls, ACCEPT4))
    module = "survival.boot.programs.refused_system_calls"
    result = run_module(module, kind.name, has_run, str(ALL_ERRORS[error]), *numbers)
    assert (result.returncode, result.stdout, result.stderr) == (0, "works\n", ""), result
