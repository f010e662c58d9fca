"""Profilers that hook the C allocator and take the GIL in their hooks, around programs that make and run loops."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.loop_kinds import LoopKind
from support.project import TESTS, path_with_tests

PROGRAM = TESTS / "survival/faults/programs/profiled.py"


@pytest.mark.skipif(importlib.util.find_spec("scalene") is None, reason="scalene, a profiler, is not installed")
@pytest.mark.parametrize("options", [("--cpu-only",), ()], ids=["time", "time and memory"])
def test_scalene(tmp_path: Path, kind: LoopKind, options: tuple[str, ...]) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "scalene",
            "run",
            *options,
            "-o",
            str(tmp_path / "profile.json"),
            str(PROGRAM),
            kind.name,
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path_with_tests()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done
    assert "complete" in done.stdout, done
