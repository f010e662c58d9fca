"""Runs the suites on one loop and prints a table: `python tests/conformance --loop uvloop mixin. test_ssl`."""

import argparse
import sys
import time

from . import expected, loops, runner
from .runner import SuiteResult
from .verdict import Verdict, judge, stale_entries

COLUMNS = ("tests", "passed", "skipped", "expected", "failed", "hung", "on loop")


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every suite went as the list of expected exceptions says."""
    options = _parse(arguments)
    catalogue = runner.catalogue()
    if not catalogue.suites:
        print("this Python was installed without its tests: there is no test.test_asyncio", file=sys.stderr)
        return 2
    entries = expected.for_loop(options.loop)
    started = time.monotonic()
    print(f"{options.loop} on Python {sys.version.split()[0]}\n")
    print(_line("suite", COLUMNS, "seconds"))
    verdicts, total = [], [0] * len(COLUMNS)
    for suite, tests in catalogue.suites.items():
        if options.suites and not any(part in suite for part in options.suites):
            continue
        result = runner.run_suite(options.loop, suite, tests)
        verdict = judge(result, entries)
        verdicts.append(verdict)
        row = _row(result, verdict)
        total = [sum(pair) for pair in zip(total, row, strict=True)]
        print(_line(suite, row, f"{result.seconds:.1f}"), flush=True)
        if options.skips:
            _print_skips(result)
    print(_line("total", total, f"{time.monotonic() - started:.1f}"))
    _print_notes(catalogue, verdicts, stale_entries(entries, catalogue.suites), options.verbose)
    return 0 if all(verdict.good for verdict in verdicts) else 1


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="conformance", description="Run CPython's asyncio tests on one event loop.")
    parser.add_argument("suites", nargs="*", help="parts of suite names; all suites if there are none")
    known = ", ".join(loops.LOOPS)
    parser.add_argument("--loop", default=loops.DEFAULT, help=f"{known}, or module:Class (default: %(default)s)")
    parser.add_argument("--verbose", "-v", action="store_true", help="print the tracebacks of unexpected failures")
    parser.add_argument("--skips", action="store_true", help="print the reason of every skipped test")
    return parser.parse_args(arguments)


def _row(result: SuiteResult, verdict: Verdict) -> list[int]:
    return [
        len(result.tests),
        result.count("passed"),
        result.count("skipped"),
        len(verdict.expected),
        result.count("failed", "error") - len(verdict.expected),
        result.count("hung", "crashed"),
        sum(test.loops > 0 for test in result.tests.values()),
    ]


def _line(name: str, cells: tuple[str, ...] | list[int], seconds: str) -> str:
    return f"{name:58}" + "".join(f"{cell:>9}" for cell in cells) + f"{seconds:>9}"


def _print_skips(result: SuiteResult) -> None:
    for test in result.tests.values():
        if test.status == "skipped":
            print(f"    {test.name}: {test.detail}")


def _print_notes(
    catalogue: runner.Catalogue, verdicts: list[Verdict], stale: list[expected.Expected], verbose: bool
) -> None:
    for module, reason in catalogue.unavailable.items():
        print(f"\n{module} is not available here: {reason}")
    for module in catalogue.unknown_modules:
        print(f"\n{module} is new: list it in suites.py")
    for entry in stale:
        print(f"\nlisted, but there is no such test: {entry.suite} {entry.test}")
    for verdict in verdicts:
        for name, reason in verdict.expected.items():
            print(f"\nexpected: {verdict.suite} {name}\n    {reason}")
    for verdict in verdicts:
        if verdict.good:
            continue
        if verbose:
            print("\n" + verdict.explain())
            continue
        for result in verdict.unexpected:
            last = next((line for line in reversed(result.detail.splitlines()) if line.strip()), "")
            print(f"\n{result.status}: {verdict.suite} {result.name}\n    {last[:200]}")
        for name in verdict.passed_although_listed:
            print(f"\npassed although listed as an expected failure: {verdict.suite} {name}")
