"""docs/benchmarks/BENCHMARK_RESULTS.md: every row of every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.report import causes, markdown, sections, standings
from benchmarks.report.numbers import best_rival_text, interval_text, judged_text, value_text
from benchmarks.report.runs import shown_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.report.plots import Plot
    from benchmarks.report.runs import Row, Run

Paragraphs = list["str | list[str]"]

LOSING = ["row", "Python", "PyLoop", "better", "comparison", "cause"]
READING = (
    "PyLoop is compared with asyncio and with the best rival of each row, which is named. A ratio above 1 means that "
    "PyLoop is better; in brackets is a confidence interval of the median of the rounds. Memory is compared by "
    "difference. **Bold**: PyLoop is behind, the whole interval says so. ≈: the interval includes no difference, so "
    "nothing can be said."
)
METHOD = [
    "- Every contestant is measured once per round, in turn and in processes of its own; the first one changes each "
    "time ([how](../../benchmarks/README.md#how)).",
    "- A comparison is made within each round; the table has the median over the rounds. asyncio is measured again and "
    "again as the control: if it drifts, the run is void.",
    "- What the figures do not show: [of the loop](../../benchmarks/README.md#what-these-figures-do-not-show), and "
    "[how to measure again](../../benchmarks/README.md).",
]


def page(runs: Sequence[Run], plots: Sequence[Plot], reasons: Mapping[str, str]) -> str:
    """The page."""
    paragraphs: Paragraphs = [markdown.GENERATED, *markdown.void_note(runs), "# Benchmark results"]
    for run in runs:
        paragraphs.append(standings.summary(run))
        paragraphs += markdown.warnings(run)
    paragraphs += [
        READING,
        "[Quick reference](QUICK_REFERENCE.md) · [scaling](SCALING_ANALYSIS.md) · "
        "[one page to sort and filter, for a browser](index.html)",
        "## Runs",
        markdown.table(*markdown.about_lines(runs), words=range(len(runs) + 1)),
        METHOD,
        "## Against each rival",
        markdown.table(standings.HEADER, standings.lines(runs)),
        "## Rows in which PyLoop is behind",
        losing(runs, reasons),
    ]
    for run in runs:
        paragraphs += _of_run(run, [plot for plot in plots if plot.run is run])
    return markdown.joined(paragraphs)


def losing(runs: Sequence[Run], reasons: Mapping[str, str]) -> list[str] | str:
    """The table of lost rows, each with its cause."""
    lines = losing_lines(runs, reasons)
    return markdown.table(LOSING, lines, words=(0, 1, 5)) if lines else "None."


def losing_lines(runs: Sequence[Run], reasons: Mapping[str, str]) -> list[list[str]]:
    """The same as texts of cells."""
    return [_losing_line(run, row, winner, reasons) for run in runs for row in run.losing() if (winner := row.winner())]


def _losing_line(run: Run, row: Row, winner: str, reasons: Mapping[str, str]) -> list[str]:
    return [
        f"{sections.title(row.anchor)}: {row.title}",
        run.label,
        value_text(row, row.value(SUBJECT)),
        f"{shown_name(winner)} {value_text(row, row.value(winner))}",
        interval_text(row, row.compared(winner)),
        causes.of(row, reasons),
    ]


def _of_run(run: Run, plots: Sequence[Plot]) -> Paragraphs:
    paragraphs: Paragraphs = [f"## {run.label}"]
    tables = run.tables()
    for anchor in sections.ordered(run):
        paragraphs.append(f"### {sections.title(anchor)} ({run.label})")
        if anchor[0] in sections.ABOUT:
            paragraphs.append(sections.ABOUT[anchor[0]])
        paragraphs += [plot.markdown() for plot in plots if plot.anchor == anchor]
        paragraphs += [rows_table(run, tables[anchor]), f"Measured by `{sections.command(anchor)}`."]
    return [*paragraphs, _left_out(run)]


def rows_table(run: Run, rows: Sequence[Row]) -> list[str]:
    """One line for each row: the figures of all, and PyLoop's comparisons."""
    names = run.columns(rows)
    header = ["", *(shown_name(name) for name in names), "vs asyncio", "vs best rival"]
    lines = []
    for row in rows:
        figures = [value_text(row, row.value(name)) for name in names]
        lines.append([row.title, *figures, judged_text(row, BASE), best_rival_text(row)])
    return markdown.table(header, lines)


def _left_out(run: Run) -> list[str]:
    notes = [f"- Left out: {shown_name(name)} ({reason})" for name, reason in run.result["missing"].items()]
    notes += [
        f"- **Failed**: {shown_name(entry['contestant'])} in {entry['suite']}, {entry['workload']}, {entry['load']}: "
        f"{entry['error']}"
        for entry in run.result["failures"]
    ]
    return [f"### Left out and failed ({run.label})", "", *notes] if notes else []
