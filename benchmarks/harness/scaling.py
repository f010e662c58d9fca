"""Tables of the same work in different sizes: operations a second, and how many times faster than asyncio."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE
from benchmarks.harness.table import columns

if TYPE_CHECKING:
    from benchmarks.harness.table import Result


def render_scaling(result: Result) -> str:
    """One table for each kind of work, as aligned text."""
    rows = [row for row in result["rows"] if row["parameter"] is not None]
    tables = []
    for kind, found in groupby(rows, key=lambda row: row["workload"].rpartition("_")[0]):
        tables.append(_table(kind, list(found)))
    return "\n\n".join(tables)


def _table(kind: str, rows: list[Result]) -> str:
    names = columns(rows)
    others = [name for name in names if name != BASE]
    head = ["number", *(f"{name} /s" for name in names), *(f"{name} speed-up" for name in others)]
    lines = [head]
    for row in rows:
        cells = row["contestants"]
        rates = [f"{1e9 / cells[name]['value']:,.0f}" if name in cells else "failed" for name in names]
        ratios = [cells.get(name, {}).get("vs_asyncio") for name in others]
        speedups = [f"{ratio['median']:.2f}x" if ratio else "-" for ratio in ratios]
        lines.append([f"{row['parameter']:,}", *rates, *speedups])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    texts = ["  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in lines]
    title = kind.replace("_", " ")
    return "\n".join([f"{title}, and operations a second", texts[0], "-" * len(texts[0]), *texts[1:]])
