"""All reports of some runs, and where they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.report import html_page, quick_page, readme, results_page, scaling_page
from benchmarks.report.plots import plots

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.report.runs import Run

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "benchmarks"
README = ROOT / "README.md"
PUBLISHED = ROOT / "benchmarks" / "results" / "published"
PLOTS = "plots"


@dataclass(frozen=True)
class Reports:
    """What the runs say."""

    files: dict[str, str]
    """Contents by path below the folder of the reports."""
    readme: str
    """The block of README.md."""


def published() -> list[Path]:
    """The results that the documents show, the main one first: it has the first name."""
    return sorted(PUBLISHED.glob("*.json"))


def make(runs: Sequence[Run], reasons: Mapping[str, str]) -> Reports:
    """The reports; the same runs make the same texts."""
    drawn = plots(runs)
    files = {
        "BENCHMARK_RESULTS.md": results_page.page(runs, drawn, reasons),
        "SCALING_ANALYSIS.md": scaling_page.page(runs, drawn),
        "QUICK_REFERENCE.md": quick_page.page(runs, drawn),
        "index.html": html_page.page(runs, drawn, reasons),
    }
    for plot in drawn:
        files |= {f"{PLOTS}/{name}": source for name, source in plot.files()}
    return Reports(files, readme.block(runs, drawn))


def write(reports: Reports, folder: Path) -> None:
    """Write all files; plots that are not made any more are removed."""
    (folder / PLOTS).mkdir(parents=True, exist_ok=True)
    for old in (folder / PLOTS).glob("*.svg"):
        if f"{PLOTS}/{old.name}" not in reports.files:
            old.unlink()
    for name, text in reports.files.items():
        (folder / name).write_text(text, encoding="utf-8")
