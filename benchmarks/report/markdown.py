"""What Markdown pages are made of: tables, pictures, and the notes that stand on each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.table import MOST_DISTURBED, QUIET_CORES
from benchmarks.report.runs import shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from benchmarks.report.runs import Run

GENERATED = "<!-- Generated from the JSON of runs by `python -m benchmarks.report`; a test compares. Do not edit. -->"
VOID = "# VOID - DO NOT QUOTE"


def table(header: Sequence[str], lines: Sequence[Sequence[str]], words: Iterable[int] = (0,)) -> list[str]:
    """A table; the columns with these numbers hold words and are aligned left, the others hold figures."""
    rule = ["---" if index in set(words) else "---:" for index in range(len(header))]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in (header, rule, *lines)]


def picture(name: str, alt: str, folder: str = "plots") -> str:
    """A plot, light or dark as the reader's page is."""
    base = f"{folder}/{name}"
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{base}-dark.svg">'
        f'<img alt="{alt}" src="{base}-light.svg" width="900"></picture>'
    )


def joined(paragraphs: Sequence[str | Sequence[str]]) -> str:
    """Paragraphs, tables and lists with one blank line between; empty ones are left out."""
    texts = [each if isinstance(each, str) else "\n".join(each) for each in paragraphs if each]
    return "\n\n".join(texts) + "\n"


def void_note(runs: Sequence[Run]) -> list[str]:
    """The warning at the top of a page, in the largest letters that Markdown has."""
    texts = [
        f"**{run.label}: the control, {shown_name(run.control['name'])}, changed by {percent(run.control['drift'])} "
        "during the run. Whatever changed it changed the other figures too.**"
        for run in runs
        if run.control and run.void
    ]
    return [VOID, *texts] if texts else []


def percent(part: float, decimals: int = 0) -> str:
    """A part of 1."""
    return f"{part * 100:.{decimals}f} %"


def drift_text(run: Run) -> str:
    """How calm the control was."""
    if run.control is None:
        return "not measured"
    verdict = "which makes the run void" if run.void else "which is little enough"
    return f"{percent(run.control['drift'], 1)}, {verdict}"


def warnings(run: Run) -> list[str]:
    """What makes the figures of a run doubtful without making it void."""
    found = []
    if run.control and run.control["disturbed"] > MOST_DISTURBED:
        found.append(
            f"**Noisy**: {percent(run.control['disturbed'])} of the samples of the control took over 1.2 times as long "
            "as undisturbed ones. Look at the intervals."
        )
    if run.about["other_processes"] > QUIET_CORES:
        found.append(f"**Noisy**: other processes used {run.about['other_processes']} cores on average.")
    if run.result["settings"]["kind"] == "quick":
        found.append("**A quick run**: indicative only.")
    return found


def versions(run: Run) -> str:
    """The contestants with their versions."""
    texts = []
    for name in run.contestants:
        version = run.result["contestants"][name].get("version")
        texts.append(f"{shown_name(name)} {version}" if version else shown_name(name))
    return ", ".join(texts)


def about_lines(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Machine, versions and calm of each run, a column for each: header and lines of a table."""
    facts: dict[str, Callable[[Run], str]] = {
        "date": lambda run: run.about["date"][:10],
        "Python": lambda run: f"{run.about['implementation']} {run.about['python']}",
        "contestants": versions,
        "commit": lambda run: f"`{run.about.get('commit') or 'unknown'}`",
        "machine": lambda run: f"{run.about['processor']}, {run.about['cores']} cores, {run.about['kernel']}",
        "kind of run": lambda run: f"{run.result['settings']['kind']}, {run.result['seconds'] / 60:.0f} minutes",
        "drift of the control": drift_text,
        "load of other processes": lambda run: f"{run.about['other_processes']} cores",
        "raw results": lambda run: f"`{run.name}`" if run.name else "-",
    }
    lines = [[name, *(fact(run) for run in runs)] for name, fact in facts.items()]
    return ["", *(run.label for run in runs)], lines
