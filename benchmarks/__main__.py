"""The benchmarks.

    python -m benchmarks run [--quick | --full] [--suites loop,io] [--loops asyncio,pyloop] [--workloads callbacks_10k]
    python -m benchmarks list
    python -m benchmarks compare BASELINE [CURRENT]
    python -m benchmarks pyperf RESULT --contestant pyloop --output FILE

benchmarks/README.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.catalogue import SECTIONS, SUITES
from benchmarks.harness import baseline, export
from benchmarks.harness.run import add_arguments, perform, status
from benchmarks.loop.control import asyncio_callbacks

if TYPE_CHECKING:
    from collections.abc import Sequence


def show_lines() -> int:
    """Print the names of everything that can be measured."""
    for section in SECTIONS:
        print(f"{section.full_name}: {section.title}")
        for line in section.lines.values():
            reason = line.obstacle()
            print(f"  {line.name:32} {line.title}" + (f" (left out: {reason})" if reason else ""))
    return 0


def measured(options: argparse.Namespace) -> dict[str, Any] | None:
    """Measure what the options of `add_arguments` say; None if it could not start."""
    with asyncio_callbacks() as sample:
        return perform(options, SECTIONS, sample)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Compare event loops.")
    commands = parser.add_subparsers(dest="command", required=True)
    add_arguments(commands.add_parser("run", help="measure, print tables, write a result"), SECTIONS, SUITES)
    commands.add_parser("list", help="show everything that can be measured")
    baseline.add_command(commands)
    export.add_command(commands)
    options = parser.parse_args(arguments)
    match options.command:
        case "run":
            return status(measured(options))
        case "list":
            return show_lines()
        case "compare":
            with asyncio_callbacks() as sample:
                return baseline.main(options, SECTIONS, sample)
        case _:
            return export.main(options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # of `list | head`, say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
