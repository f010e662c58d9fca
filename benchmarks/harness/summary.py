"""From samples to lines of the table: values, and medians of per-round comparisons."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.harness.contestants import CONTESTANTS
from benchmarks.harness.loops import BASE
from benchmarks.harness.statistics import interval
from benchmarks.harness.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness.measured import Better, Measured
    from benchmarks.harness.section import Section
    from benchmarks.harness.session import Observation

Row = dict[str, Any]
Rounds = list[list[float]]


def summarise(section: Section, observation: Observation) -> list[Row]:
    """One row for each metric."""
    return [_row(section, observation, metric) for metric in observation.line.metrics]


def _row(section: Section, observation: Observation, metric: str) -> Row:
    line = observation.line
    taken = observation.samples
    rounds = {name: [line.figure(samples, metric) for samples in taken[name]] for name in taken}
    values = {name: _value(line, metric, taken[name], rounds[name]) for name in taken}
    rival = _best_rival(line, metric, values)
    cells = {}
    for name, value in values.items():
        cell: Row = {"value": value, "rounds": rounds[name], "vs_asyncio": None, "vs_best_rival": None}
        for key, other in (("vs_asyncio", BASE), ("vs_best_rival", rival)):
            if other in rounds and line.comparison != "none":
                cell[key] = compare(line.comparison, line.better(metric), rounds[other], rounds[name])
        cells[name] = cell
    unit = line.unit_of(metric)
    return {
        "suite": section.suite,
        "section": section.name,
        "load": observation.load,
        "workload": line.name,
        "metric": metric,
        "title": line.title_of(metric),
        "unit": UNITS[unit].stored,
        "shown_unit": unit,
        "shown": line.shown(metric),
        "better": line.better(metric),
        "operations": line.operations,
        "parameter": line.parameter,
        "comparison": line.comparison,
        "best_rival": rival,
        "contestants": cells,
        "remarks": {name: list(said) for name, said in observation.remarks.items()},
    }


def _best_rival(line: Measured, metric: str, values: dict[str, float]) -> str | None:
    if line.comparison == "none":
        return None
    best = min if line.better(metric) == "lower" else max
    present = [name for name in values if CONTESTANTS[name].rival]
    return best(present, key=values.__getitem__) if present else None


def _value(line: Measured, metric: str, taken: Rounds, rounds: list[float]) -> float:
    """The median round, or a statistic of the latencies of all rounds together."""
    if not line.latency:
        return median(rounds)
    return line.figure([sample for samples in taken for sample in samples], metric)


def compare(kind: str, better: Better, reference: Sequence[float], own: Sequence[float]) -> dict[str, float] | None:
    """How many times better than the reference, or how much more: the median of the rounds and its interval.

    None if there is no ratio, because a figure is nothing.
    """
    pairs = list(zip(reference, own, strict=True))
    if kind == "difference":
        return interval([mine - other for other, mine in pairs])
    if not all(other and mine for other, mine in pairs):
        return None
    return ratio(reference, own) if better == "lower" else ratio(own, reference)


def ratio(reference: Sequence[float], own: Sequence[float]) -> dict[str, float]:
    """How many times faster than the reference."""
    return interval([other / mine for other, mine in zip(reference, own, strict=True)])
