"""What the suites and sections are called in reports, and the command that measures each again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.load import QUIET

if TYPE_CHECKING:
    from benchmarks.report.runs import Run

Anchor = tuple[str, str, str]

SUITES = {
    "loop": "The loop alone",
    "cold": "The start of a process",
    "memory": "Memory",
    "io": "Servers of bytes",
    "tls": "TLS",
    "apps": "Applications",
    "frameworks": "The same programs on other frameworks",
}
"""In the order in which readers are shown them."""
SECTIONS = {
    "start": "nothing done before",
    "short": "short runs",
    "process": "processes and their objects",
    "warm": "warmed up",
    "scaling": "by number of operations",
    "breakdown": "where the time of one callback goes",
    "tcp": "TCP",
    "other": "UDP and Unix sockets",
    "records": "messages and handshakes",
    "web": "web servers",
    "workers": "web servers of several processes",
    "clients": "clients",
    "pyperformance": "programs of pyperformance",
    "programs": "whole programs",
}
ABOUT = {
    "loop": "Time for one operation: lower is better.",
    "cold": "Each sample is a new process that has done nothing before; times are those of all operations together.",
    "memory": "Compared by difference, because most of it is Python's.",
    "io": "Servers under load on one processor, the load on the other; `limit` is a server of bare system calls.",
    "tls": "The same over TLS; `limit` calls OpenSSL and the kernel and nothing else.",
    "apps": "Whole programs: most of their time is spent above the loop or in the kernel.",
}


def title(anchor: Anchor) -> str:
    """The heading of a table."""
    suite, section, load = anchor
    texts = [SUITES.get(suite, suite), *([SECTIONS.get(section, section)] if section not in (suite, "") else [])]
    if load != QUIET:
        texts.append(f"{load} machine")
    return ", ".join(texts)


def order(anchor: Anchor) -> tuple[int, bool]:
    """Where a table stands: quiet before loaded within a suite."""
    suites = list(SUITES)
    return (suites.index(anchor[0]) if anchor[0] in suites else len(suites), anchor[2] != QUIET)


def ordered(run: Run) -> list[Anchor]:
    """The tables of a run in the order of reports."""
    return sorted(run.tables(), key=order)


def command(anchor: Anchor) -> str:
    """What measures the rows of a table again."""
    suite, section, load = anchor
    return f"python -m benchmarks run --full --suites {suite}/{section}" + ("" if load == QUIET else " --loaded")
