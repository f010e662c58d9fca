"""Runs real programs and test suites on asyncio and on PyLoop, and says what passed.

    python -m compat [--suites] [--write] [NAME ...]

Each program has to end well on both loops and to print the same. What is not installed here is left out, with the
reason. `--suites` runs libraries' own tests, too; `--write` puts the results into compat/results.json and the
tables into docs/compatibility.md. The exit status is 1 if anything fails on PyLoop that passes on asyncio.
"""

from __future__ import annotations

import argparse
import contextlib
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from compat import runs, servers, tables
from compat.services import SERVICES, SUITES, Service, Suite


def run_service(service: Service, variables: dict[str, str]) -> dict[str, str]:
    """A row of the results."""
    row = {"name": service.name, "version": runs.version(service.name) or "", "server": service.server or ""}
    missing = [name for name in (service.name, *service.beside) if runs.version(name) is None]
    if missing:
        return {**row, "left_out": f"not installed: {', '.join(missing)}"}
    if service.command and shutil.which(service.command) is None:
        return {**row, "left_out": f"no {service.command} here"}
    if service.server and servers.VARIABLES[service.server] not in variables:
        return {**row, "left_out": f"no {service.server} here (Debian's package {servers.PACKAGES[service.server]})"}
    printed = {}
    for loop in runs.LOOPS:
        ended = runs.python(loop, "-m", f"compat.programs.{service.program}", variables=variables)
        fault = runs.fault(loop, ended)
        printed[loop] = runs.without_loops(ended.out)
        if fault is None and printed[loop] != printed["asyncio"]:
            fault = "prints something else than on asyncio"
        if fault is not None:
            sys.stderr.write(f"{service.name} on {loop}: {fault}\n{ended.out[-2000:]}\n{ended.errors[-4000:]}\n")
        row[loop] = fault or "passed"
    return row


def run_suite(suite: Suite) -> dict[str, str]:
    """A row of the results of suites."""
    installed = runs.version(suite.name)
    row = {"name": suite.name, "version": installed or ""}
    if installed is None:
        return {**row, "left_out": f"not installed: {suite.name}"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if suite.sdist:
            source = f"{suite.name}=={installed}"
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", source]
            if subprocess.run([*command, "--dest", name], check=False).returncode:
                return {**row, "left_out": "its sdist cannot be had here"}
            subprocess.run(["tar", "-xzf", next(folder.glob("*.tar.gz")), "-C", name], check=True)
            folder = next(path for path in folder.iterdir() if path.is_dir())
        for loop in runs.LOOPS:
            ended = runs.python(loop, *suite.command, folder=folder, timeout=900)
            row[loop] = runs.counts(ended)
            if ended.status:
                sys.stderr.write(f"{suite.name} on {loop}:\n{ended.out[-4000:]}\n{ended.errors[-4000:]}\n")
    return row


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m compat", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of distributions; all by default")
    parser.add_argument("--suites", action="store_true", help="also run the tests of libraries")
    parser.add_argument("--write", action="store_true", help="write results and table")
    options = parser.parse_args()
    wanted = [service for service in SERVICES if not options.names or service.name in options.names]
    results: dict[str, list[dict[str, str]]] = {"services": [], "suites": []}
    with contextlib.ExitStack() as stack:
        variables = {}
        for server in sorted({service.server for service in wanted if service.server}):
            if servers.find(server) is not None:
                variables[servers.VARIABLES[server]] = stack.enter_context(servers.running(server))
        for service in wanted:
            row = run_service(service, variables)
            print(tables.line(row), flush=True)
            results["services"].append(row)
    for suite in SUITES:
        if options.suites and (not options.names or suite.name in options.names):
            row = run_suite(suite)
            print(tables.line(row), flush=True)
            results["suites"].append(row)
    if options.write:
        tables.write(platform.python_version(), results)
    bad = [row["name"] for row in results["services"] if row.get("asyncio") == "passed" != row.get("PyLoop")]
    bad += [row["name"] for row in results["suites"] if row.get("asyncio") != row.get("PyLoop")]
    passed = sum(row.get("PyLoop") == "passed" for row in results["services"])
    print(f"{passed} passed, {len(bad)} failed" + (f": {', '.join(bad)}" if bad else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
