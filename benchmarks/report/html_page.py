"""docs/benchmarks/index.html: everything on one page that loads nothing else."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.report import (
    html_rows,
    markdown,
    palette,
    questions,
    quick_page,
    results_page,
    sections,
    standings,
)
from benchmarks.report.html_parts import figure, paragraph, section, table
from benchmarks.report.palette import DARK, LIGHT, THEMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.report.plots import Plot
    from benchmarks.report.runs import Run

HERE = Path(__file__).parent
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
        "plots": [_titled(plot) for plot in plots if plot not in headline],
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
            "<header><h1>PyLoop benchmarks</h1>",
            *_void(runs),
            *(paragraph(standings.summary(run)) for run in runs),
            *(paragraph(f"{run.label}: {text}") for run in runs for text in markdown.warnings(run)),
            f'<nav aria-label="Contents"><ul>{links}</ul></nav></header>\n<main>',
            *(section(name, headings[name], *parts) for name, parts in bodies.items()),
            "</main>",
            f"<script>{(HERE / 'page.js').read_text(encoding='utf-8')}</script>\n</body>\n</html>\n",
        ]
    )


def _titled(plot: Plot) -> str:
    return f"<h3>{escape(f'{plot.title}, {plot.run.label}')}</h3>{figure(plot)}"


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


def _matrix(run: Run) -> str:
    lines = [quick_page.matrix_line(each) for each in questions.answers(run)]
    return table(f"Measured on {run.label}", quick_page.MATRIX, lines, words=range(4))


def _standings(runs: Sequence[Run]) -> str:
    return table("Rows against each rival, counted", standings.HEADER, standings.lines(runs))


def _lost(runs: Sequence[Run], reasons: Mapping[str, str]) -> str:
    lines = results_page.losing_lines(runs, reasons)
    if not lines:
        return paragraph("None.")
    return table("The whole interval is on the other side", results_page.LOSING, lines, words=(0, 1, 5))


def _runs(runs: Sequence[Run]) -> str:
    header, lines = markdown.about_lines(runs)
    anchors = dict.fromkeys(anchor for run in runs for anchor in sections.ordered(run))
    commands = [[sections.title(anchor), f"`{sections.command(anchor)}`"] for anchor in anchors]
    facts = table("What ran, and where", header, lines, words=range(len(header)))
    return facts + table("Commands that measure again", ["rows", "command"], commands, words=(0, 1))


def _without_links(text: str) -> str:
    """The page may be read apart from the checkout."""
    text = re.sub(r" \(\[[^\]]+\]\([^)]+\)\)", "", text)
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
