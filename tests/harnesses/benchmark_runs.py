"""Runs of the benchmarks without servers, as short as can be, and loops for them to measure."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

from support.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BENCHMARKS = ROOT / "benchmarks"
LOOPS = ("asyncio", "pyloop")
WHOLE_RUN_SECONDS = 400
SHORTEST = ("--full", "--rounds", "2", "--sample-ms", "1", "--warmup-ms", "0")


class MakeRival(Protocol):
    def __call__(self, loop: str, name: str = ...) -> None: ...


def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *arguments],
        capture_output=True,
        text=True,
        timeout=WHOLE_RUN_SECONDS,
        check=False,
    )


def run_benchmark(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    finished = run_script("pyloop/bench_event_loop.py", *SHORTEST, *arguments, "--output", str(output))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished
