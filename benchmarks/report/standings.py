"""How often PyLoop is ahead of each rival, level with it and behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.report.intervals import Verdict
from benchmarks.report.numbers import plural
from benchmarks.report.runs import is_rival, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

from benchmarks.report.runs import Run


@dataclass(frozen=True)
class Standing:
    """PyLoop against one rival in one run, rows counted."""

    run: Run
    rival: str
    ahead: int
    noise: int
    behind: int


def standings(run: Run) -> list[Standing]:
    """asyncio first, then the rivals in the order of the run; rows without a comparison do not count."""
    found = []
    for rival in run.contestants:
        if not is_rival(rival):
            continue
        counts = Counter(row.verdict(rival) for row in run.rows)
        ahead, noise, behind = (counts[verdict] for verdict in (Verdict.AHEAD, Verdict.NOISE, Verdict.BEHIND))
        if ahead + noise + behind:
            found.append(Standing(run, rival, ahead, noise, behind))
    return found


def lines(runs: Sequence[Run]) -> list[list[str]]:
    """The lines of the table of standings."""
    return [
        [f"{shown_name(each.rival)}, {run.label}", str(each.ahead), str(each.noise), str(each.behind)]
        for run in runs
        for each in standings(run)
    ]


HEADER = ["PyLoop against", "ahead", "within noise", "behind"]


def summary(run: Run) -> str:
    """The run in one sentence."""
    ahead, noise, behind = of_best(run)
    rows = plural(ahead + noise + behind, "compared row")
    return (
        f"**{run.label}**, {run.about['processor']}, {run.about['date'][:10]}: of {rows} PyLoop is ahead of asyncio "
        f"and of the best rival in {ahead}, within noise in {noise}, and behind in {behind}."
    )


def of_best(run: Run) -> tuple[int, int, int]:
    """Rows in which PyLoop is ahead of both asyncio and the best rival; within noise of one; behind one."""
    compared = [row for row in run.rows if row.references()]
    behind = sum(row.winner() is not None for row in compared)
    ahead = sum(all(row.verdict(name) is Verdict.AHEAD for name in row.references()) for row in compared)
    return ahead, len(compared) - ahead - behind, behind
