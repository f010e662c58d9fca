"""The reports of made-up runs; the fixture `benchmarks` makes the package importable."""

import importlib
from types import ModuleType
from typing import Any

PAGES = ("BENCHMARK_RESULTS.md", "SCALING_ANALYSIS.md", "QUICK_REFERENCE.md", "index.html")


def module(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.report.{name}")


def reports(*results: dict[str, Any], causes: dict[str, str] | None = None) -> Any:
    return module("documents").make([module("runs").Run(each, "run.json") for each in results], causes or {})


def page(name: str, *results: dict[str, Any], **others: Any) -> str:
    text: str = reports(*results, **others).files[name]
    return text


def section(text: str, heading: str) -> str:
    """What stands below a heading of the second level."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
