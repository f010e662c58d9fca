"""Java throwables injected at every entry from C and after every downcall: they end as Python exceptions.

Each test is one process, which neither aborts nor hangs. After each fault the same loop runs callbacks, timers and
wakeups again and is closed; in the end every part of a new loop works. A fault may leak what it interrupts.
With PYLOOP_FAULT_RUNS set, no call is left out.
"""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from support.workloads import WORKLOADS
from survival.faults.fault_injection import PLACES, THROWABLES

Run = Callable[..., subprocess.CompletedProcess[str]]
Plan = list[tuple[str, str, int, int]]

FULL = bool(os.environ.get("PYLOOP_FAULT_RUNS"))
LIMIT = 550 if FULL else 100

pytestmark = pytest.mark.timeout(LIMIT + 60)


def reports_of(run_module: Run, scenario: str, *arguments: str) -> list[dict[str, Any]]:
    """Throw in a process of its own; return what it reports."""
    module = "survival.faults.programs.throwables"
    result = run_module(module, scenario, str(LIMIT), *arguments, timeout=LIMIT + 20)
    assert result.returncode == 0, result
    reports: list[dict[str, Any]] = json.loads(result.stdout)
    for report in reports:
        # How many calls a workload makes is not the same each time; the last ones may be none.
        assert report["thrown"] > 0.5 * report["runs"] > 0, report
    return reports


@pytest.mark.parametrize("workload", WORKLOADS)
def test_exception(run_module: Run, workload: str) -> None:
    steps = {"entry": 1, "return": 1} if FULL else {"entry": 13, "return": 43}
    plan: Plan = [(place, "exception", step, step // 2) for place, step in steps.items()]
    for report in reports_of(run_module, "planned", workload, json.dumps(plan)):
        assert report["same_loop"] == report["loops"], report
        assert set(report["outcomes"]) - {"done"} or report["reported"], report
        assert "AssertionError" not in report["outcomes"], report  # a wrong byte, for instance


def test_kinds_of_throwable(run_module: Run) -> None:
    """What is thrown decides what is raised, and not where: each kind takes other calls."""
    step = 1 if FULL else 20
    plan: Plan = [(place, kind, step, 4 * i) for place in PLACES for i, kind in enumerate(THROWABLES)]
    for report in reports_of(run_module, "planned", "callbacks", json.dumps(plan)):
        seen = set(report["outcomes"]) | set(report["reported"])
        assert THROWABLES[report["throwable"]].python_exception in seen, report
        assert report["same_loop"] == report["loops"], report


@pytest.mark.parametrize("workload", ["callbacks", "streams", "tls"])
def test_one_fault_after_the_other(run_module: Run, workload: str) -> None:
    """Also in what is done about the fault before: the run is lost, the process is not."""
    periods = range(15, 115) if FULL else range(15, 115, 25)
    reports_of(run_module, "storms", workload, *map(str, periods))
