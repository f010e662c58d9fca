"""The process that runs programs: writes a line of JSON before and after each, so that even a crash names its seed."""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import gc
import importlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.comparison import Verdict, compare, differs
from fuzz.generator import Generator
from fuzz.program import Program
from fuzz.shrinker import shrink

if TYPE_CHECKING:
    from fuzz.runner import LoopFactory

HARD_LIMIT = 180.0
"""Seconds for all runs of one program. A loop that hangs where no signal handler runs is ended with its tracebacks."""


def factory(name: str) -> LoopFactory:
    """The function that makes loops, by `module:name`."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _say(kind: str, **fields: object) -> None:
    sys.stdout.write(json.dumps({"kind": kind, **fields}) + "\n")
    sys.stdout.flush()


def _judge(program: Program, new_event_loop: LoopFactory, shrinking: bool, limit: float) -> None:
    _say("begin", seed=program.seed, size=program.size)
    faulthandler.dump_traceback_later(HARD_LIMIT, exit=True)
    comparison = compare(program, new_event_loop, limit)
    if comparison.verdict is Verdict.DIFFERENT and shrinking:
        faulthandler.dump_traceback_later(HARD_LIMIT * 3, exit=True)
        program = shrink(program, lambda smaller: differs(smaller, new_event_loop, limit))
        comparison = compare(program, new_event_loop, limit)
    faulthandler.cancel_dump_traceback_later()
    shown = {"details": comparison.details}
    if comparison.verdict is Verdict.DIFFERENT:
        shown |= {"program": [str(program)], "json": [program.to_json()]}
    _say("end", seed=program.seed, verdict=comparison.verdict.value, **shown)


def main() -> None:
    """Run programs until the time is up."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--subject", required=True)
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--until", type=float, required=True)
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--time-limit", type=float, required=True)
    parser.add_argument("--program", type=Path)
    options = parser.parse_args()
    new_event_loop = factory(options.subject)
    for make in (asyncio.SelectorEventLoop, new_event_loop):
        make().close()  # the first loop opens what stays open
    gc.collect()
    gc.freeze()  # so that the collection after each run is quick
    if options.program:
        _judge(Program.from_json(options.program.read_text()), new_event_loop, options.shrink, options.time_limit)
        return
    for seed in range(options.first, options.first + options.count):
        if time.monotonic() > options.until:
            break
        _judge(Generator(seed).program(), new_event_loop, options.shrink, options.time_limit)


if __name__ == "__main__":
    main()
