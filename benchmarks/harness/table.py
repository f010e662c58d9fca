"""The tables on the terminal."""

from __future__ import annotations

from typing import Any

from benchmarks.harness.load import LOADED, QUIET
from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.harness.metadata import version_text

Result = dict[str, Any]
QUIET_CORES = 0.1
"""With more than this of a core in use by others a run is called noisy."""

_SCALES = {"ns": (1, 0), "us": (1e3, 1), "ms": (1e6, 2), "MiB": (1 << 20, 1), "B": (1, 0), "": (1, 0)}
"""By unit: what a figure is divided by, and decimals."""


def value_text(value: float, unit: str, *, signed: bool = False) -> str:
    """A time in nanoseconds, a number of bytes, or a count, as printed."""
    scale, decimals = _SCALES[unit]
    sign = "+" if signed else ""
    return f"{value / scale:{sign},.{decimals}f} {unit}".strip()


def comparison_text(row: Result, compared: dict[str, float] | None, rival: str | None = None) -> str:
    """A ratio or a difference, with its lowest and highest round."""
    if compared is None:
        return "-"
    if row["comparison"] == "ratio":
        middle, low, high = (f"{compared[name]:.2f}" for name in ("median", "low", "high"))
        text = f"{middle}x ({low}-{high})"
    else:
        unit = row["shown_unit"]
        middle, low, high = (value_text(compared[name], unit, signed=True) for name in ("median", "low", "high"))
        text = f"{middle} ({low.removesuffix(unit).rstrip()} to {high.removesuffix(unit).rstrip()})"
    return f"{text} {rival}" if rival else text


def header(loops: list[str]) -> list[str]:
    """The names of the columns."""
    against = [f"{SUBJECT} vs {BASE}", f"{SUBJECT} vs best rival"] if SUBJECT in loops else []
    return ["", *loops, *against]


def cells(loops: list[str], row: Result) -> list[str]:
    """The texts of one row, one for each column."""
    texts = [row["title"]]
    for name in loops:
        cell = row["loops"].get(name)
        texts.append(value_text(cell["value"], row["shown_unit"]) if cell else "failed")
    if SUBJECT in loops:
        cell = row["loops"].get(SUBJECT, {"vs_asyncio": None, "vs_best_rival": None})
        texts.append(comparison_text(row, cell["vs_asyncio"]))
        texts.append(comparison_text(row, cell["vs_best_rival"], row["best_rival"]))
    return texts


def render(title: str, loops: list[str], rows: list[Result]) -> str:
    """The table of one suite under one load as aligned text."""
    return _aligned(title, [header(loops)] + [cells(loops, row) for row in rows])


def render_effects(title: str, effects: list[Result]) -> str:
    """The table of the ratios of the quiet and the loaded machine."""
    lines = [["", f"{SUBJECT} vs best rival, quiet", "loaded", "change"]]
    for effect in effects:
        texts = [comparison_text({"comparison": "ratio"}, effect[load]) for load in (QUIET, LOADED)]
        lines.append([effect["title"], f"{texts[0]} {effect['rival']}", texts[1], f"{effect['change']:+.0%}"])
    return _aligned(title, lines)


def _aligned(title: str, lines: list[list[str]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    texts = []
    for first, *rest in lines:
        padded = [text.rjust(width) for text, width in zip(rest, widths[1:], strict=True)]
        texts.append("  ".join([first.ljust(widths[0]), *padded]).rstrip())
    return "\n".join([title, texts[0], "-" * max(map(len, texts)), *texts[1:]])


def notes(result: Result) -> list[str]:
    """What must be said with the tables: versions, what is missing, what failed, how calm the machine was."""
    about = result["metadata"]
    loops = ", ".join(version_text(name, loop) for name, loop in result["loops"].items())
    rounds = ", ".join(f"{name} {timing['rounds']}" for name, timing in result["settings"]["suites"].items())
    lines = [
        f"{about['implementation']} {about['python']}; {loops}",
        f"{about['processor']}, {about['cores']} cores, {about['kernel']}; {about['date']}",
        "Time per operation, or of all together where a number of callbacks is called the first: lower is better. "
        "Ratios: times faster; memory: how much more. Medians of the comparisons of each round, in brackets the lowest "
        f"and the highest. Rounds: {rounds}.",
    ]
    lines += [f"Left out: {name} ({reason})" for name, reason in result["missing"].items()]
    lines += [
        f"FAILED: {entry['loop']}, {entry['suite']}, {entry['workload']}, {entry['load']}: {entry['error']}"
        for entry in result["failures"]
    ]
    if about["other_processes"] > QUIET_CORES:
        lines.append(f"NOISY: other processes used {about['other_processes']} cores on average; indicative only.")
    if result["settings"]["kind"] == "quick":
        lines.append("A quick run: indicative only.")
    return lines
