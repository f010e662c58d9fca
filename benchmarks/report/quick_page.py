"""docs/benchmarks/QUICK_REFERENCE.md: one line for each kind of program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE
from benchmarks.report import markdown, questions, standings
from benchmarks.report.numbers import interval_text, judged_text
from benchmarks.report.runs import shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.plots import Plot
    from benchmarks.report.questions import Answer
    from benchmarks.report.runs import Row, Run

MATRIX = ["Is it better for ...", "answer", "than asyncio", "than uvloop"]
READING = (
    "A figure above 1 means that PyLoop takes less time, or less processor time: at 2.00 it takes half. In brackets is "
    "a confidence interval. **Bold**: PyLoop is behind. ≈: within noise. Memory is a difference. An answer follows its "
    "worst row."
)
USAGE = """```python
import asyncio

import data_bridge.pyloop


async def main():
    await asyncio.sleep(0.01)


data_bridge.pyloop.run(main())
```"""
MEASURE = [
    "    make bench                                       # all loops, less than 5 minutes",
    "    python benchmarks/pyloop/bench_event_loop.py     # the loop alone",
    "    python benchmarks/pyloop/bench_scaling.py        # by number of operations",
]
LIMITS = (
    "Whatever the figures say, PyLoop is no choice on Windows, macOS, musl, other processors than x86-64, PyPy or "
    "free-threaded builds of Python ([requirements](../../README.md#requirements)), and version 0.1.0 is alpha "
    "software."
)


def page(runs: Sequence[Run], plots: Sequence[Plot]) -> str:
    """The page; the first run answers, the others add the rivals that it does not have."""
    main, others = runs[0], runs[1:]
    found = questions.answers(main)
    paragraphs: list[str | list[str]] = [
        markdown.GENERATED,
        *markdown.void_note(runs),
        "# Quick reference",
        f"Should I use PyLoop? Measured on {main.label}, {main.about['processor']}, {main.about['date'][:10]}.",
        *markdown.warnings(main),
        "## Decision matrix",
        markdown.table(MATRIX, [matrix_line(each) for each in found], words=range(4)),
        READING,
        *_unanswered(main),
        "## When PyLoop, when not",
        [f"- {line}" for line in advice(found)],
        LIMITS,
        "## At a glance",
        *(plot.markdown() for plot in plots if plot.run is main and plot.anchor[1] == "headline"),
        "## Against each rival",
        "Rows of the [results](BENCHMARK_RESULTS.md), counted:",
        markdown.table(standings.HEADER, standings.lines([main, *others])),
        "## Use it",
        USAGE,
        "## Measure it",
        MEASURE,
        "[benchmarks/README.md](../../benchmarks/README.md) says how, [BENCHMARK_RESULTS.md](BENCHMARK_RESULTS.md) has "
        "all rows, the lost ones with their causes, [SCALING_ANALYSIS.md](SCALING_ANALYSIS.md) the curves.",
    ]
    return markdown.joined(paragraphs)


def matrix_line(answer: Answer) -> list[str]:
    """One question with its answer and figures."""
    return [
        answer.question.program,
        answer.verdict,
        "; ".join(f"{label} {judged_text(row, BASE)}" for label, row in answer.rows),
        "; ".join(_against_rival(row) for _label, row in answer.rows),
    ]


def _against_rival(row: Row) -> str:
    rival = questions.other(row)
    text = judged_text(row, rival)
    return text if rival in (questions.UVLOOP, None) else f"{shown_name(rival)} {text}"


def advice(found: Sequence[Answer]) -> list[str]:
    """Lists of programs by answer, best figure first."""
    groups: dict[str, list[Answer]] = {}
    for answer in found:
        groups.setdefault(_group(answer.verdict), []).append(answer)
    return [
        f"**{name}**: " + ", ".join(f"{answer.question.program}{_figure(answer)}" for answer in groups[name]) + "."
        for name in (PYLOOP, INSTEAD, INDIFFERENT, NOT_YET)
        if name in groups
    ]


PYLOOP = "PyLoop"
INSTEAD = "PyLoop rather than asyncio, but another loop is faster"
INDIFFERENT = "Either"
NOT_YET = "Not yet PyLoop"


def _group(verdict: str) -> str:
    if verdict.startswith(questions.YES):
        return PYLOOP
    return {questions.NOT_YET: NOT_YET, questions.LEVEL: INDIFFERENT}.get(verdict, INSTEAD)


def _figure(answer: Answer) -> str:
    _label, row = answer.rows[0]
    interval = row.compared(BASE)
    if interval is None:
        return ""
    text = interval_text(row, interval).partition(" (")[0]
    return f" ({text})"


def _unanswered(run: Run) -> list[str]:
    names = [question.program for question in questions.unanswered(run)]
    return [f"Not measured in this run: {', '.join(names)}."] if names else []
