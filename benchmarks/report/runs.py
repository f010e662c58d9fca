"""What a run says: its JSON as objects, and the rows that are picked from it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.harness.contestants import LIMIT
from benchmarks.harness.load import QUIET
from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.harness.result import read as read_result
from benchmarks.harness.summary import compare
from benchmarks.report.intervals import Interval, Verdict, of_difference, of_ratio

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SCALING = "scaling"


class RowName(NamedTuple):
    """Names rows; each part may be a pattern of `fnmatch`, or several with | between them."""

    suite: str
    workload: str
    metric: str = "mean"
    section: str = "*"


@dataclass(frozen=True)
class Row:
    """One line of a table: one figure of one workload, of all contestants."""

    entry: dict[str, Any]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        try:
            return self.entry[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def key(self) -> str:
        """As docs/benchmarks/causes.toml names it."""
        return f"{self.entry['suite']}/{self.entry['workload']}/{self.entry['metric']}"

    @property
    def anchor(self) -> tuple[str, str, str]:
        """The table it stands in."""
        return (self.entry["suite"], self.entry["section"], self.entry["load"])

    def value(self, name: str) -> float | None:
        """The figure of a contestant, in the row's unit; None if it has none."""
        cell = self.entry["contestants"].get(name)
        return cell["value"] if cell else None

    def rounds(self, name: str) -> list[float]:
        """The figure of each round; none if there are none."""
        cell = self.entry["contestants"].get(name)
        return list(cell["rounds"]) if cell else []

    def compared(self, reference: str, name: str = SUBJECT) -> Interval | None:
        """A contestant with another: a ratio, above 1 if it is better, or a difference; None if there is none."""
        cells = self.entry["contestants"]
        if self.entry["comparison"] == "none" or name not in cells or reference not in cells:
            return None
        known = {BASE: "vs_asyncio"}
        if self.entry["best_rival"]:
            known[self.entry["best_rival"]] = "vs_best_rival"
        if found := Interval.of_json(cells[name].get(known.get(reference, ""))):
            return found
        rounds = (cells[each]["rounds"] for each in (reference, name))
        return Interval.of_json(compare(self.entry["comparison"], self.entry["better"], *rounds))

    def verdict(self, reference: str) -> Verdict | None:
        """What the comparison of PyLoop with a contestant says."""
        interval = self.compared(reference)
        if interval is None:
            return None
        return (
            of_ratio(interval) if self.entry["comparison"] == "ratio" else of_difference(interval, self.entry["better"])
        )

    def references(self) -> list[str]:
        """What PyLoop has to be ahead of: asyncio and the best rival."""
        return [name for name in (BASE, self.entry["best_rival"]) if name and self.compared(name) is not None]

    def winner(self) -> str | None:
        """The contestant that PyLoop is behind: the best rival before asyncio; None if it is behind neither."""
        behind = [name for name in self.references() if self.verdict(name) is Verdict.BEHIND]
        return behind[-1] if behind else None


class Run:
    """One run of the benchmarks under one Python."""

    def __init__(self, result: dict[str, Any], name: str = "") -> None:
        self.name = name
        """Of the file it was read from."""
        self.result = result
        self.about: dict[str, Any] = result["metadata"]
        self.rows = [Row(entry) for entry in result["rows"]]
        self.contestants = _ordered(result["contestants"])

    @property
    def label(self) -> str:
        """The Python it ran under, which tells runs apart: CPython 3.11; and whether it was loaded for a part."""
        python = f"{self.about['implementation']} {'.'.join(self.about['python'].split('.')[:2])}"
        return f"{python}, quiet and loaded" if self.result["settings"]["loaded"] else python

    @property
    def slug(self) -> str:
        """The label as part of file names and anchors."""
        return self.label.lower().replace(",", "").replace(" ", "-")

    @property
    def control(self) -> dict[str, Any] | None:
        """How much the contestant that never changes did change; None if it was not in the run."""
        control: dict[str, Any] | None = self.result["control"]
        return control

    @property
    def void(self) -> bool:
        """Whether the control changed so much that nothing here may be quoted."""
        return self.control is not None and bool(self.control["void"])

    def tables(self) -> dict[tuple[str, str, str], list[Row]]:
        """The rows by suite, section and load, in the order of the run."""
        found: dict[tuple[str, str, str], list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.anchor, []).append(row)
        return found

    def columns(self, rows: Iterable[Row]) -> list[str]:
        """The contestants that have a figure in one of the rows."""
        return [name for name in self.contestants if any(row.value(name) is not None for row in rows)]

    def pick(self, name: RowName, load: str = QUIET) -> list[Row]:
        """The rows with such a name."""
        return [
            row
            for row in self.rows
            if row.load == load
            and all(_fits(getattr(row, part), patterns) for part, patterns in name._asdict().items())
        ]

    def first(self, name: RowName) -> Row | None:
        """The first row with such a name and a figure of PyLoop."""
        return next((row for row in self.pick(name) if row.value(SUBJECT) is not None), None)

    def losing(self) -> list[Row]:
        """The rows in which PyLoop is behind asyncio or the best rival."""
        return [row for row in self.rows if row.winner()]


def is_rival(contestant: str) -> bool:
    """Whether PyLoop is compared with it: it is no bound, and does not run on PyLoop itself."""
    return contestant != LIMIT and SUBJECT not in contestant


def shown_name(contestant: str) -> str:
    """A contestant as reports name it."""
    return contestant.replace(SUBJECT, "PyLoop")


def _ordered(contestants: Iterable[str]) -> list[str]:
    """asyncio first, then the rivals, what runs on PyLoop, PyLoop itself, and the limit."""
    return sorted(contestants, key=lambda name: (name != BASE, not is_rival(name), name == SUBJECT, name == LIMIT))


def _fits(text: str, patterns: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns.split("|"))


def read(path: Path) -> Run:
    """A run from its file; raises ResultError."""
    return Run(read_result(path), path.name)
