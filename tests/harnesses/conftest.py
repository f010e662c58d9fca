"""Modules of the benchmarks, and loops for them to measure, as fixtures."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

import pytest

from support.project import ROOT, path_with_tests

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from harnesses.benchmark_runs import MakeRival


@pytest.fixture
def load_module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A function that imports a module of the benchmarks: a name without a folder is one of `network`."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: importlib.import_module(f"benchmarks.{name}" if "." in name else f"benchmarks.network.{name}")


@pytest.fixture
def loop_workloads(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The package with the workloads of the loop."""
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("benchmarks.loop")


@pytest.fixture
def rival(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakeRival:
    """A function that makes a package by another name of a loop of harnesses/programs/rivals.py."""
    directory = tmp_path / "rivals"
    directory.mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(directory), path_with_tests()]))

    def make(loop: str, name: str = "uvloop") -> None:
        text = f'from harnesses.programs.rivals import {loop} as new_event_loop\n__version__ = "0"\n'
        (directory / f"{name}.py").write_text(text)

    return make
