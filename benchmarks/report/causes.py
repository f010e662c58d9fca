"""Why PyLoop is behind in a row: the only words of the reports that are written by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from benchmarks.report.runs import Row, Run

FILE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "causes.toml"
UNEXPLAINED = "not explained yet"


def read(path: Path = FILE) -> dict[str, str]:
    """Causes by suite/workload/metric."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    wrong = [key for key, text in entries.items() if not isinstance(text, str) or key.count("/") != 2]
    if wrong:
        raise ValueError(f"{path.name}: no suite/workload/metric with a text: {', '.join(wrong)}")
    return entries


def of(row: Row, causes: Mapping[str, str]) -> str:
    """The cause of one row."""
    return causes.get(row.key, UNEXPLAINED)


def unused(causes: Mapping[str, str], runs: Iterable[Run]) -> list[str]:
    """Causes of what is not the case, in any run."""
    losing = {row.key for run in runs for row in run.losing()}
    return sorted(set(causes) - losing)
