"""Turns the JSON of a run into a Markdown table and, if matplotlib is installed, a figure.

python benchmarks/pyloop/report.py [results/latest.json] [--markdown FILE] [--plot FILE.png|FILE.svg]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import table

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_INPUT = Path(__file__).resolve().parents[1] / "results" / "latest.json"


def markdown(result: table.Result) -> str:
    """The table of a run and the notes that belong to it."""
    columns = table.header(result)
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1)]
    lines += [table.cells(result, row, spread=True) for row in result["rows"]]
    rows = ["| " + " | ".join(line) + " |" for line in lines]
    notes = [f"- {note}" for note in table.notes(result)]
    notes.append("- In brackets: the lowest and the highest round.")
    return "\n".join([*rows, "", *notes, ""])


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
            from plots import plot_ratios
        except ImportError as error:
            print(f"no figure: {error}", file=sys.stderr)
            return 1
        plot_ratios(result, options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
