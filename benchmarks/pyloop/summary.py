"""From samples to lines of the table: values, and medians of per-round ratios."""

from __future__ import annotations

import math
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from loops import BASE, RIVALS
from workloads import WORKLOADS, Workload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from session import Observations

Row = dict[str, Any]
Rounds = list[list[float]]


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least this percentage of all samples do not exceed."""
    ordered = sorted(samples)
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def metric_of(samples: Sequence[float], metric: str) -> float:
    """One statistic of samples in nanoseconds; `early` is a count."""
    match metric:
        case "mean":
            return fmean(samples)
        case "p50":
            return percentile(samples, 50)
        case "p99":
            return percentile(samples, 99)
        case "max":
            return max(samples)
        case "early":
            return sum(value < 0 for value in samples)
        case _:
            raise ValueError(f"unknown metric {metric!r}")


def summarise(observed: Observations) -> list[Row]:
    """One row per workload and metric, in the order of the run."""
    return [
        _row(WORKLOADS[name], metric, by_loop)
        for name, by_loop in observed.samples.items()
        for metric in WORKLOADS[name].metrics
    ]


def _row(workload: Workload, metric: str, by_loop: dict[str, Rounds]) -> Row:
    rounds = {loop: [metric_of(samples, metric) for samples in taken] for loop, taken in by_loop.items()}
    values = {loop: _value(workload, metric, by_loop[loop], rounds[loop]) for loop in rounds}
    present = [rival for rival in RIVALS if rival in values]
    rival = min(present, key=lambda name: values[name]) if present and workload.compared else None
    cells = {}
    for loop, value in values.items():
        cell: Row = {"value": value, "rounds": rounds[loop], "vs_asyncio": None, "vs_best_rival": None}
        if workload.compared and BASE in rounds:
            cell["vs_asyncio"] = ratio(rounds[BASE], rounds[loop])
        if rival is not None:
            cell["vs_best_rival"] = ratio(rounds[rival], rounds[loop])
        cells[loop] = cell
    title = f"{workload.title}, {metric}" if workload.latency else workload.title
    return {
        "workload": workload.name,
        "metric": metric,
        "title": title,
        "unit": "count" if metric == "early" else "ns",
        "shown_unit": "" if metric == "early" else workload.unit,
        "operations": workload.operations,
        "best_rival": rival,
        "loops": cells,
    }


def _value(workload: Workload, metric: str, taken: Rounds, rounds: list[float]) -> float:
    """The median round of a throughput; a statistic of the latencies of all rounds together."""
    if not workload.latency:
        return median(rounds)
    return metric_of([sample for samples in taken for sample in samples], metric)


def ratio(reference: Sequence[float], loop: Sequence[float]) -> dict[str, float]:
    """How many times faster than the reference: median, lowest and highest of the rounds."""
    ratios = [other / own for other, own in zip(reference, loop, strict=True)]
    return {"median": median(ratios), "low": min(ratios), "high": max(ratios)}
