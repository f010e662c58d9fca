"""The table of all rows of all runs, which can be sorted and filtered; without scripts it is a table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.report import sections
from benchmarks.report.html_parts import inline
from benchmarks.report.intervals import Verdict
from benchmarks.report.numbers import MISSING, best_rival_text, judged_text, value_text
from benchmarks.report.runs import shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.runs import Row, Run

CONTROLS = """<form class="controls" hidden>
<label>Search <input type="search" id="search" placeholder="row or suite"></label>
<label>Python <select id="python"><option value="">all</option>{pythons}</select></label>
<label>Suite <select id="suite"><option value="">all</option>{suites}</select></label>
<label>PyLoop is <select id="verdict"><option value="">anything</option>{verdicts}</select></label>
<output id="count" aria-live="polite"></output>
</form>"""


def controls(runs: Sequence[Run]) -> str:
    """What filters; scripts show it."""
    suites = dict.fromkeys(anchor[0] for run in runs for anchor in sections.ordered(run))
    return CONTROLS.format(
        pythons=_options({run.label: run.label for run in runs}),
        suites=_options({suite: sections.SUITES.get(suite, suite) for suite in suites}),
        verdicts=_options({verdict.value: verdict.value for verdict in Verdict}),
    )


def _options(texts: dict[str, str]) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in texts.items())


def table(runs: Sequence[Run]) -> str:
    """The table: the figures of all contestants, and PyLoop's comparisons."""
    others = list(dict.fromkeys(name for run in runs for name in run.columns(run.rows) if name != SUBJECT))
    header = ["row", "measured", shown_name(SUBJECT), "vs asyncio", "vs best rival", *map(shown_name, others)]
    heads = "".join(
        f'<th scope="col"{"" if index < 2 else " class=number"}>{escape(text)}</th>'
        for index, text in enumerate(header)
    )
    lines = [
        _line(run, row, others) for run in runs for anchor in sections.ordered(run) for row in run.tables()[anchor]
    ]
    return (
        '<div class="scroll" role="region" tabindex="0" aria-label="All rows"><table id="rows">'
        f"<caption>Medians; PyLoop's comparisons with a confidence interval</caption><thead><tr>{heads}</tr></thead>\n"
        f"<tbody>{chr(10).join(lines)}</tbody></table></div>"
    )


def _line(run: Run, row: Row, others: Sequence[str]) -> str:
    cells = [
        f"<td>{escape(sections.title(row.anchor))}, {escape(run.label)}</td>",
        _figure(row, SUBJECT),
        _compared(row, BASE, judged_text(row, BASE)),
        _compared(row, row.best_rival, best_rival_text(row)),
        *(_figure(row, name) for name in others),
    ]
    return (
        f'<tr data-python="{escape(run.label)}" data-suite="{escape(row.suite)}" data-verdict="{_verdict(row)}">'
        f'<th scope="row">{escape(row.title)}</th>{"".join(cells)}</tr>'
    )


def _figure(row: Row, name: str) -> str:
    value = row.value(name)
    return f'<td class="number"{_sort(value)}>{escape(value_text(row, value))}</td>'


def _verdict(row: Row) -> str:
    references = row.references()
    if not references:
        return ""
    if row.winner():
        return Verdict.BEHIND.value
    ahead = all(row.verdict(name) is Verdict.AHEAD for name in references)
    return Verdict.AHEAD.value if ahead else Verdict.NOISE.value


def _compared(row: Row, reference: str | None, text: str) -> str:
    interval = row.compared(reference) if reference else None
    if interval is None:
        return f'<td class="number">{MISSING}</td>'
    return f'<td class="number"{_sort(interval.median)}>{inline(text)}</td>'


def _sort(value: float | None) -> str:
    return "" if value is None else f' data-value="{value:.6g}"'
