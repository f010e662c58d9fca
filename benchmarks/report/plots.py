"""The figure of a run: how many times faster than asyncio each loop is, workload by workload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from benchmarks.harness.load import QUIET
from benchmarks.harness.loops import BASE

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.harness.table import Result

COLOURS = {"uvloop": "#7f8fa6", "rloop": "#c08552", "rsloop": "#9c89b8", "zuvloop": "#d4a5a5", "pyloop": "#1b7f5c"}


def plot_ratios(result: Result, target: Path) -> None:
    """Bars on a logarithmic axis, with the lowest and highest round as whiskers; asyncio is the line at 1."""
    loops = [name for name in result["loops"] if name != BASE]
    rows = [
        row
        for row in result["rows"]
        if row["comparison"] == "ratio" and any(cell["vs_asyncio"] for cell in row["loops"].values())
    ]
    figure = Figure(figsize=(9, 1 + 0.22 * len(rows) * (len(loops) + 1)), layout="constrained")
    axes = figure.add_subplot()
    height = 0.8 / max(len(loops), 1)
    for index, loop in enumerate(loops):
        places, medians, below, above = [], [], [], []
        for place, row in enumerate(rows):
            ratio = row["loops"].get(loop, {}).get("vs_asyncio")
            if ratio is None:
                continue
            places.append(place + (index - (len(loops) - 1) / 2) * height)
            medians.append(ratio["median"])
            below.append(ratio["median"] - ratio["low"])
            above.append(ratio["high"] - ratio["median"])
        # Bars start at 1: on a logarithmic axis only the distance from asyncio has a meaning.
        widths = [value - 1 for value in medians]
        axes.barh(places, widths, height, left=1, label=loop, color=COLOURS.get(loop))
        axes.errorbar(medians, places, xerr=[below, above], fmt="none", ecolor="black", elinewidth=0.8)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_yticks(range(len(rows)), [_title(row) for row in rows])
    axes.margins(y=0.01)
    axes.invert_yaxis()
    figure.supxlabel(
        "times faster than asyncio (log scale); bars: median of rounds, lines: lowest to highest round", fontsize=9
    )
    axes.set_title(f"{result['metadata']['processor']}, Python {result['metadata']['python']}", fontsize=9)
    axes.legend()
    figure.savefig(target, dpi=150)


def _title(row: Result) -> str:
    return f"{row['suite']}: {row['title']}" + ("" if row["load"] == QUIET else f" ({row['load']})")
