"""Runs a leak program in a child process and judges its report."""

import json
from pathlib import Path
from typing import Any

from support.loop_kinds import ASYNCIO, LoopKind

MEASURING = (Path(__file__).parent / "measuring.py").read_text()

MEGABYTE = 1 << 20
# Growth that is no leak: pages that an allocator or Java's heap, up to its next collection, touches late. A leak of one
# pointer per operation exceeds it tenfold, with ten million operations.
ALLOWED_BYTES = 8 * MEGABYTE
# Blocks of Python's allocator: far fewer than operations, and enough for caches that fill late.
ALLOWED_BLOCKS = 2000
# None, True and types are used by everything that runs, caches included; a leak would show as thousands.
ALLOWED_SHARED_REFERENCES = 200


def leak_report(kind: LoopKind, program: str, total: int, *, timeout: float = 500) -> dict[str, Any]:
    """Run the program on a kind of loop; it finds the number of operations in TOTAL.

    Stock asyncio does a tenth of it: enough to know that the program itself is sound and its bounds are fair.
    """
    operations = total // 10 if kind is ASYNCIO else total
    done = kind.run_program(f"{MEASURING}\nTOTAL = {operations}\n{program}", timeout=timeout)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def assert_no_leak(report: dict[str, Any], *, allowed_bytes: int = ALLOWED_BYTES) -> None:
    """Objects of the program have exactly the references they had; everything else stays within its bound."""
    references = dict(report["references"])
    shared = {name: references.pop(name) for name in list(references) if name.startswith("shared ")}
    assert all(difference == 0 for difference in references.values()), report
    assert all(abs(difference) < ALLOWED_SHARED_REFERENCES for difference in shared.values()), report
    assert report["bytes"] < allowed_bytes, report
    assert report["blocks"] < ALLOWED_BLOCKS, report
    assert report["files"] == 0, report
    assert report["threads"] <= 0, report
