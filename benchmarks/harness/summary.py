"""From samples to lines of the table: values, and medians of per-round comparisons."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.harness.loops import BASE, RIVALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness.measured import Measured
    from benchmarks.harness.session import Observation

Row = dict[str, Any]
Rounds = list[list[float]]

STORED_UNITS = {"ns": "ns", "us": "ns", "ms": "ns", "MiB": "bytes", "B": "bytes", "": "count"}
"""By the unit that is printed, the one of the figures."""


def summarise(suite: str, observation: Observation) -> list[Row]:
    """One row for each metric."""
    return [_row(suite, observation, metric) for metric in observation.line.metrics]


def _row(suite: str, observation: Observation, metric: str) -> Row:
    line = observation.line
    taken = observation.samples
    rounds = {loop: [line.figure(samples, metric) for samples in taken[loop]] for loop in taken}
    values = {loop: _value(line, metric, taken[loop], rounds[loop]) for loop in taken}
    compare = {"ratio": ratio, "difference": difference}.get(line.comparison)
    present = [rival for rival in RIVALS if rival in values]
    rival = min(present, key=lambda name: values[name]) if present and compare else None
    cells = {}
    for loop, value in values.items():
        cell: Row = {"value": value, "rounds": rounds[loop], "vs_asyncio": None, "vs_best_rival": None}
        if compare and BASE in rounds:
            cell["vs_asyncio"] = compare(rounds[BASE], rounds[loop])
        if compare and rival is not None:
            cell["vs_best_rival"] = compare(rounds[rival], rounds[loop])
        cells[loop] = cell
    return {
        "suite": suite,
        "load": observation.load,
        "workload": line.name,
        "metric": metric,
        "title": line.title_of(metric),
        "unit": STORED_UNITS[line.unit_of(metric)],
        "shown_unit": line.unit_of(metric),
        "operations": line.operations,
        "comparison": line.comparison,
        "best_rival": rival,
        "loops": cells,
    }


def _value(line: Measured, metric: str, taken: Rounds, rounds: list[float]) -> float:
    """The median round, or a statistic of the latencies of all rounds together."""
    if not line.latency:
        return median(rounds)
    return line.figure([sample for samples in taken for sample in samples], metric)


def ratio(reference: Sequence[float], loop: Sequence[float]) -> dict[str, float]:
    """How many times faster than the reference: median, lowest and highest of the rounds."""
    return _spread([other / own for other, own in zip(reference, loop, strict=True)])


def difference(reference: Sequence[float], loop: Sequence[float]) -> dict[str, float]:
    """How much more than the reference: median, lowest and highest of the rounds."""
    return _spread([own - other for other, own in zip(reference, loop, strict=True)])


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": median(values), "low": min(values), "high": max(values)}
