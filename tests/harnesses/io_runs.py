"""Runs of the I/O benchmarks, as short as can be."""

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
SHORT = ("--quick", "--rounds", "2", "--window", "0.02", "--warmup", "0.05", "--verify")


def run_benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "bench_network.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run_scenarios(directory: Path, scenarios: list[str], loops: str) -> dict[str, Any]:
    """One short round of each."""
    output = directory / "result.json"
    chosen = ("--loops", loops, "--rounds", "1", "--scenarios", ",".join(scenarios), "--output", str(output))
    finished = run_benchmark(*SHORT, *chosen)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    result: dict[str, Any] = json.loads(output.read_text())
    return result
