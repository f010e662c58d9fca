"""The tables on the terminal."""

from __future__ import annotations

from typing import Any

from benchmarks.harness.contestants import CONTESTANTS
from benchmarks.harness.load import LOADED, QUIET
from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.harness.metadata import version_text
from benchmarks.harness.units import UNITS

Result = dict[str, Any]
MOST_DISTURBED = 0.1
"""With more than this part of the control's samples disturbed a run is called noisy."""
QUIET_CORES = 0.1
"""With more than this of a core in use by others a run is called noisy."""


def value_text(value: float, unit: str, *, signed: bool = False) -> str:
    """A time in nanoseconds, a number of bytes, or a count, as printed."""
    _, scale, decimals = UNITS[unit]
    sign = "+" if signed else ""
    return f"{value / scale:{sign},.{decimals}f} {unit}".strip()


def comparison_text(row: Result, compared: dict[str, float] | None, rival: str | None = None) -> str:
    """A ratio or a difference, with its confidence interval."""
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


def columns(rows: list[Result]) -> list[str]:
    """The contestants of these rows, in the order of `CONTESTANTS`."""
    return [name for name in CONTESTANTS if any(name in row["contestants"] for row in rows)]


def header(names: list[str]) -> list[str]:
    """The names of the columns."""
    against = [f"{SUBJECT} vs {BASE}", f"{SUBJECT} vs best rival"] if SUBJECT in names else []
    return ["", *names, *against]


def cells(names: list[str], row: Result) -> list[str]:
    """The texts of one row, one for each column."""
    texts = [row["title"]]
    for name in names:
        cell = row["contestants"].get(name)
        texts.append(value_text(cell["value"], row["shown_unit"]) if cell else "-")
    if SUBJECT in names:
        cell = row["contestants"].get(SUBJECT, {"vs_asyncio": None, "vs_best_rival": None})
        texts.append(comparison_text(row, cell["vs_asyncio"]))
        texts.append(comparison_text(row, cell["vs_best_rival"], row["best_rival"]))
    return texts


def render(title: str, rows: list[Result]) -> str:
    """The table of one section under one load as aligned text, and the remarks on it."""
    names = columns(rows)
    text = _aligned(title, [header(names)] + [cells(names, row) for row in rows])
    return "\n".join([text, *dict.fromkeys(remark for row in rows if (remark := _remark(row)))])


def _remark(row: Result) -> str:
    said = [f"{name} {', '.join(texts)}" for name, texts in row["remarks"].items() if texts]
    return f"  {row['title'].rpartition(': ')[0] or row['title']}: {'; '.join(said)}" if said else ""


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
    loops = ", ".join(version_text(*each) for each in result["contestants"].items() if each[1]["version"])
    rounds = ", ".join(f"{name} {timing['rounds']}" for name, timing in result["settings"]["sections"].items())
    lines = [
        f"{about['implementation']} {about['python']}; {loops}",
        f"{about['processor']}, {about['cores']} cores, {about['kernel']}; {about['date']}",
        "Times and memory: lower is better; /s: higher is. Ratios: times better; memory: how much more. Medians of the "
        f"comparisons of each round, in brackets their confidence interval. Rounds: {rounds}.",
    ]
    lines += [f"Left out: {name} ({reason})" for name, reason in result["missing"].items()]
    lines += [
        f"FAILED: {entry['contestant']}, {entry['suite']}, {entry['workload']}, {entry['load']}: {entry['error']}"
        for entry in result["failures"]
    ]
    control = result["control"]
    if control["void"]:
        lines.append(
            f"VOID: {control['name']}, the control, changed by {control['drift']:.0%} during the run: the figures do "
            "not belong together. Run again."
        )
    if control["disturbed"] > MOST_DISTURBED:
        lines.append(
            f"NOISY: {control['disturbed']:.0%} of the samples of the control took over 1.2 times as long as "
            "undisturbed ones. Look at the intervals."
        )
    if about["other_processes"] > QUIET_CORES:
        lines.append(f"NOISY: other processes used {about['other_processes']} cores on average; indicative only.")
    if result["settings"]["kind"] == "quick":
        lines.append("A quick run: indicative only.")
    return lines
