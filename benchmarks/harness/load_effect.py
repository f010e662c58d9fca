"""Whether PyLoop keeps its lead when other processes compute: ratios of the quiet and of the loaded machine."""

from __future__ import annotations

from typing import Any

from benchmarks.harness.load import LOADED, QUIET
from benchmarks.harness.loops import SUBJECT
from benchmarks.harness.summary import ratio

Result = dict[str, Any]


def effects(rows: list[Result]) -> list[Result]:
    """Of every row with a ratio that was measured on both: the ratio to the same rival, and how it changed."""
    found = []
    loaded = {_key(row): row for row in rows if row["load"] == LOADED}
    for quiet in rows:
        other, rival = loaded.get(_key(quiet)), quiet["best_rival"]
        if quiet["load"] != QUIET or quiet["comparison"] != "ratio" or other is None or rival is None:
            continue
        if not all(loop in row["contestants"] for row in (quiet, other) for loop in (SUBJECT, rival)):
            continue
        ratios = {row["load"]: _ratio(row, rival) for row in (quiet, other)}
        change = ratios[LOADED]["median"] / ratios[QUIET]["median"] - 1
        found.append({**dict(zip(KEY, _key(quiet), strict=True)), "title": quiet["title"], "rival": rival})
        found[-1] |= {**ratios, "change": change}
    return found


KEY = ("suite", "workload", "metric")


def _key(row: Result) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)


def _ratio(row: Result, rival: str) -> dict[str, float]:
    return ratio(row["contestants"][rival]["rounds"], row["contestants"][SUBJECT]["rounds"])
