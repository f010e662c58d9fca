"""Profilers that hook the C allocator and take the GIL in their hooks, around programs that make and run loops."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.loop_kinds import LoopKind

PROGRAM = """
import asyncio
async def main():
    buffers = [bytearray(10_000) for _ in range(1000)]
    for _ in range(5000):
        await asyncio.sleep(0)
    return len(buffers)
for _ in range(3):
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        assert runner.run(main()) == 1000
print("complete")
"""


@pytest.mark.skipif(importlib.util.find_spec("scalene") is None, reason="scalene, a profiler, is not installed")
@pytest.mark.parametrize("options", [("--cpu-only",), ()], ids=["time", "time and memory"])
def test_scalene(tmp_path: Path, kind: LoopKind, options: tuple[str, ...]) -> None:
    program = tmp_path / "program.py"
    program.write_text(f"{kind.import_statement}\n{PROGRAM}")
    path = os.pathsep.join(map(os.path.abspath, filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))))
    done = subprocess.run(
        [sys.executable, "-m", "scalene", "run", *options, "-o", str(tmp_path / "profile.json"), str(program)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done
    assert "complete" in done.stdout, done
