"""The rows of README.md: the table, the picture beside it, and the sentence at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import SUBJECT
from benchmarks.report.runs import RowName

if TYPE_CHECKING:
    from benchmarks.report.runs import Row, Run

ROWS: tuple[tuple[str, RowName], ...] = (
    ("a callback, of 10,000", RowName("loop", "callbacks_10k", section="warm")),
    ("a timer, scheduled and cancelled", RowName("loop", "timers_cancelled", section="warm")),
    ("a task, created and awaited", RowName("loop", "task_create_await", section="warm")),
    ("a callback from another thread", RowName("loop", "threadsafe_flood", section="warm")),
    ("a wakeup by another thread, p99", RowName("loop", "threadsafe_wakeup", "p99", "warm")),
    ("TCP echo of 1 KiB, CPU", RowName("io", "protocol_1024x100", "cpu")),
    ("TLS echo of 1 KiB, CPU", RowName("tls", "tls_1024x100", "cpu")),
    ("uvicorn, small response, CPU", RowName("apps", "uvicorn_*", "cpu")),
    ("import asyncio and the loop, first callback", RowName("cold", "nothing_first_loop")),
    ("memory of a process with one loop", RowName("memory", "used_loop", "RSS")),
)
"""What a reader can tell apart without knowing the benchmarks, and the row that says it."""


def picked(run: Run) -> list[tuple[str, Row]]:
    """The rows that the run has, with what they are called here."""
    found = ((label, run.first(name)) for label, name in ROWS)
    return [(label, row) for label, row in found if row is not None and row.value(SUBJECT) is not None]


def rows(run: Run) -> list[Row]:
    """The same with their own titles replaced, for a picture."""
    return [type(row)({**row.entry, "title": label}) for label, row in picked(run)]
