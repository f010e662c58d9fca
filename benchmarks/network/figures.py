"""From windows to the figures of a table: medians, and medians of per-round ratios."""

from __future__ import annotations

from dataclasses import asdict
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.harness.loops import SUBJECT
from benchmarks.harness.summary import ratio
from benchmarks.network.contestants import LIMIT

if TYPE_CHECKING:
    from benchmarks.network.measurement import Cell, Window

CLIENT_BOUND = 0.95
"""With more than this part of its processor in use, the load generator, or the peer of a client, may be what limits."""


def summarise(cell: Cell, reference: str) -> dict[str, Any]:
    """The JSON of one cell. `cpu_compared` has the others' CPU per request divided by PyLoop's."""
    # All threads count, unless one of them computes on purpose, or compiles: the limit runs on a JVM.
    loops = {name: _loop(windows, cell.busy or name == LIMIT) for name, windows in cell.windows.items()}
    if reference in loops:
        base = loops[reference]["rounds"]
        for figures in loops.values():
            own = figures["rounds"]
            # Above 1 is better in both: more requests in a second, less processor time for one.
            figures["vs_reference"] = {
                "requests_per_second": ratio(own["requests_per_second"], base["requests_per_second"]),
                "cpu_us": ratio(base["cpu_us"], own["cpu_us"]),
            }
    if SUBJECT in loops:
        own = loops[SUBJECT]["rounds"]["cpu_us"]
        compared = {name: ratio(each["rounds"]["cpu_us"], own) for name, each in loops.items() if name != SUBJECT}
    else:
        compared = {}
    return {
        "scenario": cell.scenario,
        "title": cell.title,
        "peer": cell.peer,
        **asdict(cell.load),
        "loops": loops,
        "cpu_compared": compared,
        "failures": cell.failures,
    }


def _loop(windows: list[Window], loop_only: bool) -> dict[str, Any]:
    cpu = "loop_cpu" if loop_only else "process_cpu"
    rounds = {
        "requests_per_second": [window["requests"] / window["seconds"] for window in windows],
        "cpu_us": [window[cpu] / window["requests"] * 1e6 for window in windows],
        "loop_cpu_us": [window["loop_cpu"] / window["requests"] * 1e6 for window in windows],
        "server_load": [window[cpu] / window["seconds"] for window in windows],
        "waited": [window["waited"] / window["seconds"] for window in windows],
        "client_load": [window["client_cpu"] / window["seconds"] for window in windows],
        **{name: [window[name] for window in windows] for name in ("p50_us", "p99_us", "p999_us", "max_us")},
    }
    medians = {name: median(values) for name, values in rounds.items()}
    return {
        **medians,
        "lost": sum(window["lost"] for window in windows),
        "client_bound": medians["client_load"] > CLIENT_BOUND,
        "rounds": rounds,
        "vs_reference": None,
    }
