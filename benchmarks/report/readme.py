"""The figures in README.md, between two marks; what is between them is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE, RIVALS, SUBJECT
from benchmarks.report import headline, markdown, standings
from benchmarks.report.numbers import best_rival_text, judged_text, value_text
from benchmarks.report.runs import shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.plots import Plot
    from benchmarks.report.runs import Run

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"
FOLDER = "docs/benchmarks"


class MarksError(Exception):
    """The text has not exactly one place for the figures."""


def shown(text: str) -> str:
    """What is between the marks, the marks included."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise MarksError(f"no single pair of {BEGIN} and {END}")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def replaced(text: str, block: str) -> str:
    """The text with another block; raises MarksError."""
    return text.replace(shown(text), block)


def block(runs: Sequence[Run], plots: Sequence[Plot]) -> str:
    """The marks and what belongs between them, of the first run and the rivals of the others."""
    main = runs[0]
    ahead, noise, behind = standings.of_best(main)
    about = main.about
    names = ["asyncio", "uvloop", SUBJECT]
    lines = []
    for label, row in headline.picked(main):
        lines.append(
            [label, *(value_text(row, row.value(name)) for name in names), judged_text(row, BASE), best_rival_text(row)]
        )
    versions = ", ".join(
        f"{shown_name(name)} {entry['version']}"
        for name, entry in main.result["contestants"].items()
        if entry.get("version") and (name in RIVALS or name == SUBJECT)
    )
    paragraphs: list[str | list[str]] = [
        BEGIN,
        *markdown.void_note([main]),
        f"{about['implementation']} {about['python']} on {about['cores']} cores of {about['processor']}, "
        f"{about['kernel']}, {about['date'][:10]}; {versions}. Medians, in brackets confidence intervals; above 1 "
        "PyLoop is better, **bold** means behind, ≈ within noise.",
        *markdown.warnings(main),
        *(plot.markdown(f"{FOLDER}/plots") for plot in plots if plot.run is main and plot.anchor[1] == "headline"),
        markdown.table(["", *(shown_name(name) for name in names), "vs asyncio", "vs best rival"], lines),
        f"Of all {ahead + noise + behind} compared rows PyLoop is ahead of asyncio and of the best rival in {ahead}, "
        f"within noise in {noise}, and behind in {behind}: [the lost rows with their causes]"
        f"({FOLDER}/BENCHMARK_RESULTS.md#rows-in-which-pyloop-is-behind). " + " ".join(_other_runs(runs[1:])),
        f"[Is it faster for my program?]({FOLDER}/QUICK_REFERENCE.md) · [all results]({FOLDER}/BENCHMARK_RESULTS.md) · "
        f"[scaling]({FOLDER}/SCALING_ANALYSIS.md) · [one page to sort and filter, for a browser]({FOLDER}/index.html)",
        END,
    ]
    return markdown.joined(paragraphs).removesuffix("\n")


def _other_runs(runs: Sequence[Run]) -> list[str]:
    texts = []
    for run in runs:
        counts = [
            f"{shown_name(each.rival)} in {each.ahead} rows, within noise in {each.noise}, behind in {each.behind}"
            for each in standings.standings(run)
            if each.rival != BASE
        ]
        texts.append(f"On {run.label}, it is ahead of {'; of '.join(counts)}.")
    return texts
