"""docs/benchmarks/index.html: everything on one page that loads nothing else."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.loops import SUBJECT
from benchmarks.report import causes, html_rows, markdown, palette, questions, quick_page, results_page, sections, standings
from benchmarks.report.html_parts import figure, inline, paragraph, section, table
from benchmarks.report.numbers import interval_text, plural, value_text
from benchmarks.report.palette import DARK, LIGHT, THEMES
from benchmarks.report.runs import shown_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.report.plots import Plot
    from benchmarks.report.runs import Run

HERE = Path(__file__).parent
MATRIX = ["Is it faster for my ...", "answer", "than asyncio", "than uvloop"]
CONTENTS = (
    ("programs", "Is it faster for my program?"),
    ("compared", "Event loops compared"),
    ("lost", "Rows in which PyLoop is behind"),
    ("all", "All rows"),
    ("plots", "Plots"),
    ("runs", "Runs and method"),
)


def page(runs: Sequence[Run], plots: Sequence[Plot], reasons: Mapping[str, str]) -> str:
    """The page."""
    headings = dict(CONTENTS)
    headline = [plot for plot in plots if plot.anchor[1] == "headline"]
    bodies = {
        "programs": [_matrix(runs[0]), paragraph(quick_page.READING), paragraph(_without_links(quick_page.LIMITS))],
        "compared": [*map(figure, headline), _standings(runs)],
        "lost": [_lost(runs, reasons)],
        "all": [paragraph(results_page.READING), html_rows.controls(runs), html_rows.table(runs)],
        "plots": [f"<h3>{escape(f'{plot.title}, {plot.run.label}')}</h3>{figure(plot)}" for plot in plots if plot not in headline],
        "runs": [_runs(runs), *(paragraph(_without_links(line.removeprefix("- "))) for line in results_page.METHOD)],
    }
    links = "".join(f'<li><a href="#{name}">{escape(text)}</a></li>' for name, text in CONTENTS)
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            "<title>PyLoop benchmarks</title>",
            "<style>" + _css() + "</style>\n</head>\n<body>",
            markdown.GENERATED,
            '<header><h1>PyLoop benchmarks</h1>',
            *_void(runs),
            *(paragraph(_summary(run)) for run in runs),
            *(paragraph(text) for run in runs for text in markdown.warnings(run)),
            f'<nav aria-label="Contents"><ul>{links}</ul></nav></header>\n<main>',
            *(section(name, headings[name], *parts) for name, parts in bodies.items()),
            "</main>",
            f"<script>{(HERE / 'page.js').read_text(encoding='utf-8')}</script>\n</body>\n</html>\n",
        ]
    )


def _css() -> str:
    rules = (HERE / "page.css").read_text(encoding="utf-8")
    light, dark = palette.css(THEMES[LIGHT]), palette.css(THEMES[DARK])
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{rules}"


def _void(runs: Sequence[Run]) -> list[str]:
    notes = markdown.void_note(runs)
    if not notes:
        return []
    texts = "".join(paragraph(text) for text in notes[1:])
    return [f'<div class="void" role="alert"><p class="large">{escape(notes[0].removeprefix("# "))}</p>{texts}</div>']


def _summary(run: Run) -> str:
    ahead, noise, behind = standings.of_best(run)
    return (
        f"**{run.label}**, {run.about['processor']}, {run.about['date'][:10]}: of {plural(ahead + noise + behind, 'compared row')} "
        f"PyLoop is ahead of asyncio and of the best rival in {ahead}, within noise in {noise}, and behind in {behind}."
    )


def _matrix(run: Run) -> str:
    found = questions.answers(run)
    return table(f"Measured on {run.label}", MATRIX, [quick_page.matrix_line(each) for each in found], left=4)


def _standings(runs: Sequence[Run]) -> str:
    return table("Rows against each rival, counted", standings.HEADER, standings.lines(runs))


def _lost(runs: Sequence[Run], reasons: Mapping[str, str]) -> str:
    lines = []
    for run in runs:
        for row in run.losing():
            winner = row.winner()
            assert winner is not None
            lines.append(
                [
                    f"{sections.title(row.anchor)}: {row.title}",
                    run.label,
                    value_text(row, row.value(SUBJECT)),
                    f"{shown_name(winner)} {value_text(row, row.value(winner))}",
                    interval_text(row, row.compared(winner)),
                    causes.of(row, reasons),
                ]
            )
    header = ["row", "Python", "PyLoop", "better", "comparison", "cause"]
    return table("The whole interval is on the other side", header, lines, left=2) if lines else paragraph("None.")


def _runs(runs: Sequence[Run]) -> str:
    header, lines = markdown.about_lines(runs)
    commands = [[sections.title(anchor), f"`{sections.command(anchor)}`"] for run in runs[:1] for anchor in sections.ordered(run)]
    return table("What ran, and where", header, lines, left=9) + table("Commands that measure again", ["rows", "command"], commands, left=2)


def _without_links(text: str) -> str:
    """The page may be read apart from the checkout."""
    import re

    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
