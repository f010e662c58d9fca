"""The table on the terminal."""

from __future__ import annotations

from typing import Any

from loops import BASE, RIVALS, SUBJECT

Result = dict[str, Any]
QUIET_CORES = 0.1
"""With more than this of a core in use by others a run is called noisy."""


def time_text(value: float, unit: str) -> str:
    """A value in nanoseconds, or a count, as printed."""
    if unit == "us":
        return f"{value / 1000:,.1f} us"
    return f"{value:,.0f} {unit}".strip()


def ratio_text(ratio: dict[str, float] | None, *, spread: bool) -> str:
    """A ratio, with its lowest and highest round where there is room for them."""
    if ratio is None:
        return "-"
    text = f"{ratio['median']:.2f}x"
    return f"{text} ({ratio['low']:.2f}-{ratio['high']:.2f})" if spread else text


def header(result: Result) -> list[str]:
    """The names of the columns."""
    names = list(result["loops"])
    columns = ["workload"]
    for name in names:
        columns.append(name)
        if name != BASE and BASE in names:
            columns.append("ratio")
    if SUBJECT in names:
        columns.append("vs best rival")
    return columns


def cells(result: Result, row: Result, *, spread: bool) -> list[str]:
    """The texts of one row, one for each column."""
    names = list(result["loops"])
    texts = [row["title"]]
    for name in names:
        cell = row["loops"].get(name)
        texts.append(time_text(cell["value"], row["shown_unit"]) if cell else "failed")
        if name != BASE and BASE in names:
            texts.append(ratio_text(cell["vs_asyncio"] if cell else None, spread=False))
    if SUBJECT in names:
        cell = row["loops"].get(SUBJECT)
        ratio = cell["vs_best_rival"] if cell else None
        rival = f" {row['best_rival']}" if ratio else ""
        texts.append(ratio_text(ratio, spread=spread) + rival)
    return texts


def render(result: Result) -> str:
    """The whole table as aligned text."""
    lines = [header(result)] + [cells(result, row, spread=False) for row in result["rows"]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    texts = []
    for line in lines:
        first, *rest = line
        padded = [text.rjust(width) for text, width in zip(rest, widths[1:], strict=True)]
        texts.append("  ".join([first.ljust(widths[0]), *padded]).rstrip())
    texts.insert(1, "-" * max(map(len, texts)))
    return "\n".join(texts)


def notes(result: Result) -> list[str]:
    """What must be said with the table: versions, what is missing, what failed, how calm the machine was."""
    metadata = result["metadata"]
    loops = ", ".join(
        f"{name} {about['version']}" + (f" on JVM {about['jvm']}" if about["jvm"] else "")
        for name, about in result["loops"].items()
    )
    lines = [
        f"{metadata['implementation']} {metadata['python']}; {loops}",
        f"{metadata['processor']}, {metadata['cores']} cores, {metadata['kernel']}; {metadata['date']}",
        "Time per operation: lower is better. Ratio: times faster than asyncio, as the last column against the better "
        f"of {' and '.join(RIVALS)}; medians of the ratios of {result['settings']['rounds']} rounds.",
    ]
    lines += [f"Left out: {name} ({reason})" for name, reason in result["missing"].items()]
    lines += [f"FAILED: {entry['loop']}, {entry['workload']}: {entry['error']}" for entry in result["failures"]]
    if metadata["other_processes"] > QUIET_CORES:
        lines.append(f"NOISY: other processes used {metadata['other_processes']} cores on average; indicative only.")
    if result["settings"]["quick"]:
        lines.append("A quick run: indicative only.")
    return lines
