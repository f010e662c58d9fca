"""docs/compatibility.md names tests that exist, and shows the suites of CPython as the harness has them."""

import ast
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from support.project import ROOT, TESTS

DOCUMENT = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(\S+\.py::[^`]+)`", DOCUMENT)))


def tables() -> dict[str, list[list[str]]]:
    """The rows of each table without its head, by the first cell of the head."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] | None = None
    for line in DOCUMENT.splitlines():
        if not line.startswith("|"):
            rows = None
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if rows is None:
            assert cells[0] not in found, f"two tables begin with {cells[0]!r}"
            rows = found[cells[0]] = []
        elif set("".join(cells)) != {"-"}:
            rows.append(cells)
    return found


@pytest.fixture
def harness() -> Iterator[Callable[[str], ModuleType]]:
    """Import a module of the harness, which says what is run. Its package is not importable by name from here."""
    folder = TESTS / "conformance"
    package = importlib.util.spec_from_file_location(
        "conformance_for_the_table", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert package is not None
    assert package.loader is not None
    module = importlib.util.module_from_spec(package)
    sys.modules[package.name] = module
    package.loader.exec_module(module)
    yield lambda name: importlib.import_module(f"{package.name}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == package.name]:
        del sys.modules[name]


@pytest.fixture
def suites(harness: Callable[[str], ModuleType]) -> ModuleType:
    return harness("suites")


@pytest.fixture
def exclusions(harness: Callable[[str], ModuleType]) -> ModuleType:
    return harness("exclusions")


def test_tests_are_named() -> None:
    assert len(NAMED) > 150


def test_named_tests_exist() -> None:
    functions: dict[str, set[str]] = {}
    for path in {name.partition("::")[0] for name in NAMED}:
        assert (TESTS / path).is_file(), path
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        functions[path] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    missing = []
    for name in NAMED:
        path, _, function = name.partition("::")
        if not function.startswith("test_") or function not in functions[path]:
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("table", ["feature", "loop"])
def test_every_row_names_a_test(table: str) -> None:
    rows = tables()[table]
    assert len(rows) > 50
    assert [row[0] for row in rows if len(row) != 3 or "::test_" not in row[2]] == []


def test_modules_that_are_run(suites: ModuleType, exclusions: ModuleType) -> None:
    left_out: dict[str, list[str]] = {module: [] for module in suites.MODULES}
    for suite, reason in exclusions.EXCLUDED_CLASSES.items():
        module, _, name = suite.partition(".")
        left_out[module].append(f"`{name}`: {reason}")
    for suite, entries in exclusions.EXCLUDED_TESTS.items():
        module, _, name = suite.partition(".")
        for entry in entries:
            tests = ", ".join(f"`{test}`" for test in entry.tests)
            since = "" if entry.since == (3, 11) else " (from {}.{} on)".format(*entry.since)
            left_out[module].append(f"of `{name}` {tests}{since}: {entry.reason}")
    assert tables()["module run"] == [[f"`{module}`", "<br>".join(parts)] for module, parts in left_out.items()]


def test_modules_that_are_not_run(exclusions: ModuleType) -> None:
    rows = [[f"`{name}`", reason] for name, reason in exclusions.EXCLUDED_MODULES.items()]
    assert tables()["module not run"] == rows


def test_composed_suites_are_named(suites: ModuleType) -> None:
    line = re.search(r"Composed suites: (.*)\.\n", DOCUMENT)
    assert line is not None
    assert re.findall(r"`([^`]+)`", line[1]) == list(suites.MIXINS)


def test_what_is_left_out_belongs_to_modules_that_are_run(suites: ModuleType, exclusions: ModuleType) -> None:
    """Otherwise nothing would be left out by it."""
    listed = [*exclusions.EXCLUDED_CLASSES, *exclusions.EXCLUDED_TESTS]
    assert {name.partition(".")[0] for name in listed} <= set(suites.MODULES)
    assert set(exclusions.EXCLUDED_CLASSES).isdisjoint(exclusions.EXCLUDED_TESTS)


def test_no_failure_is_expected() -> None:
    """The document says so."""
    source = ast.parse((TESTS / "conformance" / "expected.py").read_text(encoding="utf-8"))
    (value,) = [
        node.value
        for node in source.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "EXPECTED"
    ]
    assert isinstance(value, ast.Tuple)
    assert value.elts == []
