"""How often PyLoop is ahead of each rival, level with it and behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.report.intervals import Verdict
from benchmarks.report.runs import LIMIT, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.runs import Row, Run


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
        if rival == LIMIT or rival.startswith(SUBJECT):
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


def of_best(run: Run) -> tuple[int, int, int]:
    """Rows in which PyLoop is ahead of both asyncio and the best rival; within noise of one; behind one."""
    compared = [row for row in run.rows if row.references()]
    behind = sum(row.winner() is not None for row in compared)
    ahead = sum(all(row.verdict(name) is Verdict.AHEAD for name in row.references()) for row in compared)
    return ahead, len(compared) - ahead - behind, behind


def best_name(row: Row) -> str:
    """The name of the best rival, or of asyncio if it has none."""
    return shown_name(row.best_rival or BASE)
