"""Modules of the benchmarks as a fixture."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from support.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


@pytest.fixture
def load_module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A function that imports a module of the benchmarks: a name without a folder is one of `network`."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: importlib.import_module(f"benchmarks.{name}" if "." in name else f"benchmarks.network.{name}")
