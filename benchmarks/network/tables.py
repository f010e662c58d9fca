"""The tables on the terminal."""

from __future__ import annotations

from typing import Any

from benchmarks.harness.loops import SUBJECT
from benchmarks.harness.metadata import version_text
from benchmarks.network.contestants import CONTESTANTS, LIMIT

Result = dict[str, Any]
SMALL_WAIT = 0.05
"""With more than this part of the time spent ready to run, but not running, requests/s are too low."""
QUIET_CORES = 0.1
"""With more than this of a core in use by others a run is called noisy."""


def number(value: float) -> str:
    """Three significant digits or all of the whole number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio_text(ratio: dict[str, float] | None) -> str:
    """A ratio with the lowest and the highest round."""
    if ratio is None:
        return "-"
    return f"{ratio['median']:.2f}x ({ratio['low']:.2f}-{ratio['high']:.2f})"


def header(reference: str) -> list[str]:
    """The names of the columns."""
    against = f"vs {reference}"
    return ["", "requests/s", against, "CPU us/request", against, "loop thread", "p50 us", "p99 us", ""]


def cells(name: str, figures: Result, bound: str) -> list[str]:
    """One contestant's line."""
    ratios = figures["vs_reference"] or {"requests_per_second": None, "cpu_us": None}
    remarks = [bound] if figures["client_bound"] else []
    if figures["waited"] > SMALL_WAIT:
        remarks.append(f"waited {figures['waited']:.0%}")
    if figures["lost"]:
        remarks.append(f"{figures['lost']} datagrams lost")
    return [
        name,
        number(figures["requests_per_second"]),
        ratio_text(ratios["requests_per_second"]),
        number(figures["cpu_us"]),
        ratio_text(ratios["cpu_us"]),
        number(figures["loop_cpu_us"]),
        number(figures["p50_us"]),
        number(figures["p99_us"]),
        ", ".join(remarks),
    ]


def render(cell: Result, reference: str) -> str:
    """The table of one load."""
    bound = "peer-bound" if cell["peer"] else "client-bound"
    lines = [header(reference)] + [cells(name, figures, bound) for name, figures in cell["loops"].items()]
    texts = [cell["title"], "-" * len(cell["title"]), *aligned(lines)]
    texts += [f"FAILED: {name}: {reason}" for name, reason in cell["failures"].items()]
    return "\n".join(texts)


def aligned(lines: list[list[str]]) -> list[str]:
    """Columns: the first to the left, the last as it is, those between to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    texts = []
    for first, *rest, last in lines:
        middle = [text.rjust(width) for text, width in zip(rest, widths[1:], strict=False)]
        texts.append("  ".join([first.ljust(widths[0]), *middle, last]).rstrip())
    return texts


def overview(cells: list[Result]) -> str:
    """One line for each load: PyLoop's CPU per request, and that of all others divided by it."""
    measured = [cell for cell in cells if cell["cpu_compared"]]
    others = [name for name in CONTESTANTS if any(name in cell["cpu_compared"] for cell in measured)]
    if not others:
        return ""
    title = f"CPU per request: {SUBJECT} in us, and the others divided by it"
    lines = [["", SUBJECT, *others, ""]]
    for cell in measured:
        ratios = [cell["cpu_compared"].get(name) for name in others]
        texts = [f"{ratio['median']:.2f}x" if ratio else "" for ratio in ratios]
        lines.append([cell["title"], number(cell["loops"][SUBJECT]["cpu_us"]), *texts, ""])
    return "\n".join([title, "-" * len(title), *aligned(lines)])


def notes(result: Result) -> list[str]:
    """What must be said with the tables."""
    about = result["metadata"]
    loops = ", ".join(version_text(name, loop) for name, loop in result["loops"].items() if loop["version"])
    settings = result["settings"]
    lines = [
        f"{about['implementation']} {about['python']}; {loops}",
        f"{about['processor']}, {about['cores']} cores, {about['kernel']}; {about['date']}",
        f"Medians of {settings['rounds']} rounds; in brackets the lowest and the highest. Ratios above 1 are better "
        f"than {result['reference']}: more requests in a second, less processor time of the measured program for one.",
    ]
    if any(LIMIT in cell["loops"] for cell in result["cells"]):
        lines.append(f"{LIMIT}: a server of bare epoll, system calls and OpenSSL, for what is possible.")
    if settings["pinned"]:
        lines.append("Server and client have a processor each.")
    else:
        lines.append("NOT PINNED: server and client share one processor; requests/s and latency mean little.")
    lines += [f"Left out: {name} ({reason})" for name, reason in result["missing"].items()]
    if about["other_processes"] > QUIET_CORES:
        lines.append(f"NOISY: other processes used {about['other_processes']} cores on average; indicative only.")
    if settings["quick"]:
        lines.append("A quick run: indicative only.")
    return lines
