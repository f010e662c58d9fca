"""docs/compatibility.md shows the services as the last run of `python -m compat --write` found them."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from support.project import ROOT

DOCUMENT = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")


@pytest.fixture
def compat(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package, which is not below tests/."""
    monkeypatch.syspath_prepend(str(ROOT))
    yield importlib.import_module("compat")
    for name in [name for name in sys.modules if name.partition(".")[0] == "compat"]:
        del sys.modules[name]


def module(name: str) -> ModuleType:
    return importlib.import_module(f"compat.{name}")


@pytest.mark.usefixtures("compat")
def test_tables_are_those_of_the_run() -> None:
    tables = module("tables")
    assert tables.shown(DOCUMENT) == tables.made(tables.results_of_file())


@pytest.mark.usefixtures("compat")
def test_every_service_and_suite_was_run() -> None:
    results, services = module("tables").results_of_file(), module("services")
    assert [row["name"] for row in results["services"]] == [service.name for service in services.SERVICES]
    assert [row["name"] for row in results["suites"]] == [suite.name for suite in services.SUITES]


@pytest.mark.usefixtures("compat")
def test_programs_exist_and_all_are_run() -> None:
    programs = {path.stem for path in (ROOT / "compat" / "programs").glob("*_program.py")}
    assert programs == {service.program for service in module("services").SERVICES}


@pytest.mark.usefixtures("compat")
def test_recipes_are_for_services_that_are_run() -> None:
    """The table of docs/processes.md names modules that programs start in the same way."""
    text = (ROOT / "docs" / "processes.md").read_text(encoding="utf-8")
    named = set(re.findall(r"-m data_bridge\.pyloop -m (\w+)", text)) - {"module", "jupyter"}
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "compat" / "programs").glob("*.py"))
    assert {name for name in named if f'"{name}"' not in sources} == set()
    assert named


@pytest.mark.usefixtures("compat")
def test_program_that_fails_is_seen() -> None:
    runs = module("runs")
    for loop, name in runs.LOOPS.items():
        assert runs.fault(loop, runs.Ended(0, f"loop {name}\nanswer\n", "")) is None
        assert runs.fault(loop, runs.Ended(1, f"loop {name}\n", "")) == "exit status 1"
        assert runs.fault(loop, runs.Ended(None, f"loop {name}\n", "")).startswith("no end")
        assert runs.fault(loop, runs.Ended(0, f"loop {name}\nloop Other\n", "")).startswith("ran on Other")
        assert runs.fault(loop, runs.Ended(0, "answer\n", "")) == "ran on no loop"
    assert runs.without_loops("loop A\nanswer\nloop B\n") == "answer\n"


@pytest.mark.usefixtures("compat")
def test_counts_of_suites() -> None:
    runs = module("runs")
    assert runs.counts(runs.Ended(0, "=== 12 passed, 3 skipped in 4.5s ===\n", "")) == "12 passed, 3 skipped"
    assert runs.counts(runs.Ended(0, "", "Ran 7 tests in 1.2s\n\nOK (skipped=2)\n")) == "7 run, no failure, skipped=2"
    assert runs.counts(runs.Ended(1, "", "Ran 7 tests in 1.2s\n\nFAILED (errors=1)\n")) == "7 run, failed, errors=1"
    assert runs.counts(runs.Ended(None, "", "")) == "no end"
    assert runs.counts(runs.Ended(3, "", "")) == "exit status 3"
