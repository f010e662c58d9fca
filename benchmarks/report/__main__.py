"""Makes the reports: python -m benchmarks.report [RESULT.json ...] [--output FOLDER] [--readme FILE | --no-readme]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.result import ResultError
from benchmarks.report import causes, documents, readme
from benchmarks.report.runs import read

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Write pages and plots, and the block of README.md if the runs are the published ones."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description="Report benchmark runs.")
    parser.add_argument(
        "results", nargs="*", type=Path, metavar="RESULT.json", help="the main run first; default: those published"
    )
    parser.add_argument(
        "--output", type=Path, default=documents.FOLDER, help="folder to write; default: docs/benchmarks"
    )
    parser.add_argument(
        "--causes", type=Path, default=causes.FILE, help="why rows are lost; default: docs/benchmarks/causes.toml"
    )
    parser.add_argument(
        "--readme", type=Path, help="file with marks to write the figures to; default: README.md with docs/benchmarks"
    )
    options = parser.parse_args(arguments)
    paths = options.results or documents.published()
    if not paths:
        parser.error(f"no results: neither named nor in {documents.PUBLISHED.name}/")
    target = options.readme or (documents.README if options.output.resolve() == documents.FOLDER else None)
    try:
        made = documents.make([read(path) for path in paths], causes.read(options.causes))
        text = readme.replaced(target.read_text(encoding="utf-8"), made.readme) if target else None
    except (ResultError, readme.MarksError, ValueError) as error:
        print(f"no report: {error}", file=sys.stderr)
        return 1
    documents.write(made, options.output)
    if target and text is not None:
        target.write_text(text, encoding="utf-8")
    print(f"{len(made.files)} files in {options.output}" + (f", and figures in {target.name}" if target else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
