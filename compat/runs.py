"""Runs one program or suite on one loop, and says how it ended."""

from __future__ import annotations

import importlib.metadata
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The classes of the two loops.
LOOPS = {"asyncio": "_UnixSelectorEventLoop", "PyLoop": "PyLoop"}
_TIMEOUT = 180


@dataclass
class Ended:
    """What a process wrote, and whether it ended in time and well."""

    status: int | None
    out: str
    errors: str


def python(
    loop: str, *arguments: str, folder: Path = ROOT, timeout: float = _TIMEOUT, variables: dict[str, str] | None = None
) -> Ended:
    """Run Python with these arguments, all its processes on this loop; end them all when it takes too long."""
    environment = {**os.environ, "COMPAT_LOOP": loop, "PYTHONPATH": str(ROOT), **(variables or {})}
    environment["PYLOOP_INSTALL"] = "1" if loop == "PyLoop" else "0"
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        out, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, errors = process.communicate()
        return Ended(None, out, errors)
    return Ended(process.returncode, out, errors)


def version(distribution: str) -> str | None:
    """The installed one."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def fault(loop: str, ended: Ended) -> str | None:
    """Why a program has not passed: its end, or a loop that is not the one asked for."""
    if ended.status is None:
        return f"no end after {_TIMEOUT} s"
    if ended.status:
        return f"exit status {ended.status}"
    names = set(re.findall(r"^loop (.*)$", ended.out, re.MULTILINE))
    if names != {LOOPS[loop]}:
        return f"ran on {', '.join(sorted(names)) or 'no loop'}"
    return None


def without_loops(out: str) -> str:
    """What a program prints, which is the same on both loops but for the lines that name them."""
    return re.sub(r"^loop .*\n", "", out, flags=re.MULTILINE)


def counts(ended: Ended) -> str:
    """What a suite of unittest or pytest says at its end."""
    if ended.status is None:
        return "no end"
    text = f"{ended.out}\n{ended.errors}"
    found = re.findall(r"^(?:=+ )?(\d+ (?:passed|failed|skipped|error).*?)(?: in [\d.]+s.*)?$", text, re.MULTILINE)
    if found:
        return str(found[-1])
    ran = re.findall(r"^Ran (\d+) tests", text, re.MULTILINE)
    result = re.findall(r"^(OK|FAILED)(?: \((.*)\))?$", text, re.MULTILINE)
    if not ran or not result:
        return f"exit status {ended.status}"
    word, details = result[-1]
    return f"{ran[-1]} run, {'no failure' if word == 'OK' else 'failed'}" + (f", {details}" if details else "")
