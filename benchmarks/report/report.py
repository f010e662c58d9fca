"""Turns the JSON of a run into Markdown tables and, if matplotlib is installed, a figure.

python benchmarks/report/report.py [results/latest.json] [--markdown FILE] [--plot FILE.png|FILE.svg]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.harness import table
from benchmarks.harness.load import QUIET
from benchmarks.harness.suites import SUITES

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_INPUT = Path(__file__).resolve().parents[1] / "results" / "latest.json"


def markdown(result: table.Result) -> str:
    """The tables of a run, one for each suite and load, and the notes that belong to them."""
    loops = list(result["loops"])
    columns = table.header(loops)
    heads = [columns, ["---"] + ["---:"] * (len(columns) - 1)]
    texts = []
    for suite, load in dict.fromkeys((row["suite"], row["load"]) for row in result["rows"]):
        rows = [row for row in result["rows"] if (row["suite"], row["load"]) == (suite, load)]
        title = SUITES[suite].title + ("" if load == QUIET else f" ({load})")
        lines = heads + [table.cells(loops, row) for row in rows]
        texts += [f"## {title}", "", *("| " + " | ".join(line) + " |" for line in lines), ""]
    return "\n".join([*texts, *(f"- {note}" for note in table.notes(result)), ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what was asked for; Markdown to standard output if no file is named."""
    parser = argparse.ArgumentParser(description="Report a benchmark run as Markdown and as a figure.")
    parser.add_argument("result", nargs="?", type=Path, default=DEFAULT_INPUT, help="JSON of a run")
    parser.add_argument("--markdown", type=Path, help="file to write; default: standard output")
    parser.add_argument("--plot", type=Path, help="figure to write, .png or .svg; needs matplotlib")
    options = parser.parse_args(arguments)
    result = json.loads(options.result.read_text())
    if options.markdown:
        options.markdown.write_text(markdown(result))
    else:
        print(markdown(result), end="")
    if options.plot:
        try:
            from benchmarks.report.plots import plot_ratios
        except ImportError as error:
            print(f"no figure: {error}", file=sys.stderr)
            return 1
        plot_ratios(result, options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
