"""Which contestants can take part here, with their versions, and why others cannot."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness.failures import FailedError, clean_environment
from benchmarks.harness.measured import installed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.harness.contestants import Contestant

START_SECONDS = 30.0
About = dict[str, Any]


def admit(chosen: Iterable[Contestant]) -> tuple[dict[str, About], dict[str, str]]:
    """Versions of those that can take part, and why others cannot.

    Raises FailedError if one of them must be there.
    """
    admitted, missing = {}, {}
    for contestant in chosen:
        try:
            admitted[contestant.name] = _about(contestant)
        except FailedError as error:
            if contestant.required:
                raise FailedError(f"{contestant.name}: {error}") from error
            missing[contestant.name] = str(error)
    return admitted, missing


def _about(contestant: Contestant) -> About:
    about: About = {"version": None, "engine": None}
    if contestant.loop is not None:
        about |= _loop(contestant.loop)
    for package in (contestant.layer, contestant.framework):
        if package is None:
            continue
        if not installed(package):
            raise FailedError(f"the package {package} is not installed")
        try:
            importlib.import_module(package)
        except Exception as error:  # curio, for one, uses what newer Pythons have removed
            raise FailedError(f"{package} cannot be imported: {type(error).__name__}: {error}") from None
        version = f"{package} {importlib.metadata.version(package)}"
        about["version"] = f"{about['version']} with {version}" if about["version"] else version.partition(" ")[2]
    return about


@cache
def _loop(name: str) -> About:
    script = str(Path(__file__).with_name("describe.py"))
    try:
        done = subprocess.run(
            [sys.executable, script, name],
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
            env=clean_environment(),
        )
    except subprocess.TimeoutExpired:
        raise FailedError(f"no loop within {START_SECONDS:.0f} s") from None
    if done.returncode:
        last = [line.strip() for line in done.stderr.splitlines() if line.strip()][-1:]
        raise FailedError("".join(last) or f"exit status {done.returncode}")
    about: About = json.loads(done.stdout.splitlines()[-1])
    return about
