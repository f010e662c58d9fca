"""Runs of the benchmarks of servers and clients, as short as can be."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BENCHMARKS = ROOT / "benchmarks" / "network"
JAR = BENCHMARKS / "loadgen" / "target" / "loadgen.jar"
needs_load_generator = pytest.mark.skipif(
    not JAR.exists(), reason="the load generator is not built: `make loadgen` builds it, for which Maven is needed"
)
SHORT = ("--quick", "--rounds", "2", "--sample-ms", "20", "--warmup-ms", "50", "--verify")


def run_benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "run", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run_scenarios(directory: Path, scenarios: list[str], contestants: str) -> dict[str, Any]:
    """One short round of each, with all loads."""
    output = directory / "result.json"
    chosen = ("--loops", contestants, "--rounds", "1", "--workloads", ",".join(scenarios), "--output", str(output))
    finished = run_benchmark(*SHORT, *chosen)
    # A run of rivals alone may have failures: they are in its result.
    assert output.exists(), finished.stdout + finished.stderr
    result: dict[str, Any] = json.loads(output.read_text())
    return result


def scenarios_of(result: dict[str, Any]) -> set[str]:
    """The scenarios that were measured or left out, by the names of their lines."""
    names = [row["workload"] for row in result["rows"]] + [name for name in result["missing"] if "_" in name]
    return {name.rpartition("_")[0] for name in names}
