"""Every system call that the engine's sources name is refused once with each error, and none has been forgotten.

Where the kernel or a sandbox refuses a call, PyLoop works as long as asyncio does, or says so with one clear error.
"""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from support.loop_kinds import KINDS
from support.project import path_with_tests
from support.system_calls import NEVER_REFUSED, NUMBERS, calls_of, described_functions, functions_of_sources

REFUSALS = {"ENOSYS": errno.ENOSYS, "EPERM": errno.EPERM, "EINVAL": errno.EINVAL}
MOMENTS = ("before", "after")
#: What asyncio's own loop calls, or Python for it, and the engine does not name.
BESIDE_THE_SOURCES = {"sendfile", "shutdown", "membarrier"}
#: Each of these makes descriptors, of which the process or the system may have too many.
MAKING_DESCRIPTORS = ("socket", "socketpair", "accept4", "epoll_create1", "eventfd2")
DESCRIPTOR_ERRORS = {"EMFILE": errno.EMFILE, "ENFILE": errno.ENFILE}
PAIRS = [(call, error) for call in NUMBERS for error in REFUSALS]
PAIRS += [(call, error) for call in MAKING_DESCRIPTORS for error in DESCRIPTOR_ERRORS]
#: Where PyLoop needs what asyncio's loop does not, and says so.
NEEDED = {
    # Python's signal.set_wakeup_fd, with which every run begins.
    **{("fcntl", error): f"errno {number}" for error, number in REFUSALS.items()},
    # The dynamic linker, for the engine; asyncio then has no threads.
    **{("mprotect", error): "ImportError(\"PyLoop's engine could not be loaded (" for error in REFUSALS},
    **{("eventfd2", error): f"errno {number}" for error, number in DESCRIPTOR_ERRORS.items()},
}

Outcomes = dict[tuple[str, str, str, str], list[tuple[str, str]]]


def test_every_function_is_described() -> None:
    """A new one needs its system calls in `support.system_calls`, and each of these a refusal or a reason."""
    functions = functions_of_sources()
    assert len(functions) > 80
    made = {call for function in functions for call in calls_of(function)}
    assert made <= NUMBERS.keys() | NEVER_REFUSED.keys()
    assert not NUMBERS.keys() & NEVER_REFUSED.keys()
    assert NUMBERS.keys() - made == BESIDE_THE_SOURCES
    assert NEVER_REFUSED.keys() <= made
    assert described_functions() <= functions


def _start(kind: str, moment: str, limit: float, pairs: list[tuple[str, str]]) -> "subprocess.Popen[str]":
    names = [name for pair in pairs for name in pair]
    return subprocess.Popen(
        [sys.executable, "-m", "survival.boot.programs.refused_one_by_one", kind, moment, str(limit), *names],
        env={**os.environ, "PYTHONPATH": path_with_tests()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # programs that cannot run, as without mprotect, and tracebacks of threads
        text=True,
    )


def _found(process: "subprocess.Popen[str]") -> list[list[tuple[str, str]]]:
    output = process.communicate(timeout=300)[0]
    assert process.returncode == 0
    found: Any = [[tuple(step) for step in steps] for steps in json.loads(output)]
    return found  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Outcomes]:
    """Of every kind, moment, call and error; skip where this system lets no process refuse its own system calls."""
    probe = subprocess.run(
        [sys.executable, "-c", "from support.refused_calls import refuse; refuse((441,), 1)"],
        env={**os.environ, "PYTHONPATH": path_with_tests()},
        capture_output=True,
        check=False,
    )
    if probe.returncode:
        pytest.skip("seccomp filters, which make system calls fail here, are refused by this system")
    processes = {(kind.name, moment): _start(kind.name, moment, 0.5, PAIRS) for kind in KINDS for moment in MOMENTS}
    yield {
        (*key, *pair): steps
        for key, process in processes.items()
        for pair, steps in zip(PAIRS, _found(process), strict=True)
    }
    for process in processes.values():
        process.kill()
        process.wait()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("call", "error"), PAIRS)
def test_refused_call(outcomes: Outcomes, call: str, error: str, moment: str) -> None:
    """Refused before the first loop, and after one has run."""
    oracle, steps = (outcomes[kind.name, moment, call, error] for kind in KINDS)
    bad = _worse_steps(call, error, dict(oracle), steps)
    if any(outcome == "stuck" for _, outcome in bad):  # on a busy machine, a step may only be late
        oracle, steps = (_found(_start(kind.name, moment, 10, [(call, error)]))[0] for kind in KINDS)
        bad = _worse_steps(call, error, dict(oracle), steps)
    assert bad == [], oracle
    assert len(steps) == len(oracle) or steps[-1][0] == "new_event_loop"


def _worse_steps(call: str, error: str, oracle: dict[str, str], steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    said = f"errno {(REFUSALS | DESCRIPTOR_ERRORS)[error]}"
    needed = NEEDED.get((call, error))
    return [
        (step, outcome)
        for step, outcome in steps
        if outcome not in ("works", oracle.get(step))
        and not (outcome == said and oracle.get(step) != "works")
        and not (needed is not None and outcome.startswith(needed))
    ]
