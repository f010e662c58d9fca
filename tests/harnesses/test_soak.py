"""The soak: a short run of all workloads, and that it finds what it is for: growth and wrong answers."""

from __future__ import annotations

import csv
import subprocess
import sys
from typing import TYPE_CHECKING

from support.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT = 150


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python beside the directory of the soak."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )


def test_every_workload_runs_for_seconds(tmp_path: Path) -> None:
    """Whether it is flat is for a longer run to say: caches and compiled code are still growing."""
    output = tmp_path / "samples.csv"
    done = run("-m", "soak", "--seconds", "5", "--output", str(output))
    assert "WRONG" not in done.stderr, done.stderr
    growing = [line for line in done.stdout.splitlines() if line.startswith("FAILED: ")]
    assert all("descriptors" not in line and "threads" not in line and "references" not in line for line in growing)
    assert done.returncode == int(bool(growing)), done
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 12
    assert int(rows[-1]["answers"]) > int(rows[0]["answers"]) > 0
    names = set(_workload_names())
    assert len(names) == 18
    lines = [line for line in done.stdout.splitlines() if line[:2] == "  " and line[2:3].strip()]
    counted = {line[2:46].strip(): int(line[46:].replace(",", "")) for line in lines}
    assert counted.keys() == names
    assert all(counted.values()), counted


def _workload_names() -> list[str]:
    done = run("-c", "from soak.workloads import ALL; print(*(one.name for one in ALL), sep='\\n')")
    return done.stdout.splitlines()


_PROGRAM = """
import asyncio, os, sys, threading, time
from soak.__main__ import soak
from soak.workload import Workload, expect
from soak.workloads.scheduling import Tasks

kept = []

class Faulty(Workload):
    name = "faulty"

    async def round(self, random):
        self.watched["thing"] = Faulty
        {statements}
        await asyncio.sleep(0.02)
        return 1

status = soak("asyncio", 1, workloads=[Faulty, Tasks])
sys.stdout.flush()
os._exit(status)  # the threads that were left behind would be waited for
"""


def failures(*statements: str) -> tuple[int, list[str]]:
    """Run a workload that does this in every round, and return status and findings.

    On asyncio's loop: what is found is the workload's, and the figures are taken and judged alike.
    """
    done = run("-c", _PROGRAM.format(statements="\n        ".join(statements)))
    return done.returncode, [line for line in done.stdout.splitlines() if line.startswith("FAILED: ")]


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert failures("pass") == (0, [])


def test_growth_is_found() -> None:
    status, found = failures(
        "os.dup(1)",
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "kept.append(self.loop.create_task(asyncio.sleep(0)))",
        "kept.append(self.watched['thing'])",
        "kept.append(os.urandom(20_000_000))",
        "kept.extend(str(number) for number in range(1000, 6000))",
    )
    assert status == 1
    for title in (
        "open descriptors",
        "threads",
        "objects: _asyncio.Task",
        "references: thing",
        "memory in use, MiB",
        "Python's allocated blocks",
    ):
        assert any(line.startswith(f"FAILED: {title} grew by ") for line in found), (title, found)


def test_wrong_answers_are_found() -> None:
    status, found = failures("expect(1 + 1 == 3, 'the sum is', 2)")
    assert status == 1
    assert len(found) > 1
    assert all(line.startswith("FAILED: wrong: faulty: ") for line in found), found


def test_failures_that_no_answer_shows_are_found() -> None:
    status, found = failures("self.loop.call_soon(int, 'x')")
    assert status == 1
    assert found
    assert all(line.startswith("FAILED: wrong: reported to the exception handler: ") for line in found), found


def test_time_without_end_is_refused() -> None:
    done = run("-m", "soak", "--seconds", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "0 is not above 0" in done.stderr
