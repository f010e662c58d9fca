"""Rows that are the same work in several sizes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.harness.load import QUIET
from benchmarks.report.runs import SCALING

if TYPE_CHECKING:
    from benchmarks.report.runs import Row, Run


@dataclass(frozen=True)
class Family:
    """One kind of work, smallest size first."""

    name: str
    title: str
    rows: list[Row]

    @property
    def heading(self) -> str:
        """The title with a capital."""
        return self.title[:1].upper() + self.title[1:]

    def per_second(self, name: str) -> list[tuple[int, float]]:
        """Throughput of a contestant by size."""
        found = [(row.parameter, row.value(name)) for row in self.rows]
        return [(size, 1e9 / value) for size, value in found if value]


def families(run: Run) -> list[Family]:
    """The rows of the section `scaling`, by what they do: times of one operation, in ns."""
    found: dict[str, list[Row]] = {}
    for row in run.rows:
        if row.section == SCALING and row.load == QUIET and row.parameter and row.unit == "ns":
            name = re.sub(r"_[\d.]+[kM]?$", "", row.workload)
            found.setdefault(name, []).append(row)
    return [
        Family(name, _title(rows[0].title), sorted(rows, key=lambda row: int(row.parameter)))
        for name, rows in found.items()
        if len(rows) > 1
    ]


def _title(text: str) -> str:
    """Without the size: "callbacks" of "callbacks, 10k"."""
    return re.sub(r"[, ]*\b[\d.,]+[kM]?\b", "", text).strip(" ,:") or text
