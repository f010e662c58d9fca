"""Classes that documents name exist, and the layers drawn in ARCHITECTURE.md are those that a Java test holds."""

import asyncio
import asyncio.sslproto
import builtins
import contextvars
import re
from pathlib import Path

import pytest

from support.project import ROOT

JAVA = ROOT / "src"
LAYERS = JAVA / "test" / "java" / "databridge" / "pyloop" / "ArchitectureTest.java"
DOCUMENTS = [
    ROOT / "ARCHITECTURE.md",
    ROOT / "docs" / "glossary.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
# A class in backticks, perhaps with a member: `Reception`, `TransportEngine.descriptor`, `TypeDef#build`.
NAME = re.compile(r"`([A-Z][A-Z0-9]*[a-z][A-Za-z0-9]*)(?:[.#](\w+))?(?:\([^`]*\))?`")
# Stand for any name.
PLACEHOLDERS = {"XLayout", "XEngine", "XType"}
JAVA_TYPE = re.compile(r"\b(?:class|interface|record|enum)\s+(\w+)")
PYTHON_CLASS = re.compile(r"^\s*class (\w+)", re.MULTILINE)

pytestmark = pytest.mark.skipif(
    not JAVA.is_dir(), reason="the Java sources are not beside the tests: they are compared"
)


def java_types() -> dict[str, str]:
    """The sources in which each class of Java is declared."""
    found: dict[str, str] = {}
    for path in [*JAVA.rglob("*.java"), *(ROOT / "native").rglob("*.java")]:
        code = path.read_text(encoding="utf-8")
        for name in {*JAVA_TYPE.findall(code), path.stem}:
            found[name] = found.get(name, "") + code
    return found


def python_classes() -> set[str]:
    found = set()
    for path in [*(ROOT / "python").rglob("*.py"), *(ROOT / "python").rglob("*.pyi")]:
        found |= set(PYTHON_CLASS.findall(path.read_text(encoding="utf-8")))
    return found


def unknown_names(text: str, types: dict[str, str], others: set[str]) -> list[str]:
    """Names of no class, or of a member that its Java class does not have."""
    found = []
    for name, member in NAME.findall(text):
        if name in types:
            if member and not re.search(rf"\b{member}\b", types[name]):
                found.append(f"{name}.{member}")
        elif name not in others and not any(hasattr(module, name) for module in _STANDARD):
            found.append(name)
    return found


_STANDARD = (asyncio, asyncio.sslproto, builtins, contextvars)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_classes_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8").partition("\n## Words not used\n")[0]
    assert unknown_names(text, java_types(), python_classes() | PLACEHOLDERS) == []


def test_unknown_classes_are_seen() -> None:
    types = {"Refs": "final class Refs { static void clear() {} }"}
    text = "`Refs`, `Refs.clear`, `Refs.gone()`, `Gone`, `Handle`, `PyLoop`, `PyObject`, `REFS`, Gone"
    assert unknown_names(text, types, {"PyLoop", "PyObject"}) == ["Refs.gone", "Gone"]


def drawn_layers() -> dict[str, set[str]]:
    """What each package may use, as ARCHITECTURE.md draws it."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    (\w+) +-> (.+)$", text, re.MULTILINE)
    names = [name for name, _ in lines]
    drawn = {name: set(re.findall(r"\w+", uses)) for name, uses in lines}
    for name, uses in lines:
        if uses == "nothing":
            drawn[name] = set()
        elif uses == "all packages below":
            drawn[name] = set(names[names.index(name) + 1 :])
    return drawn


def enforced_layers() -> dict[str, set[str]]:
    """The same, as ArchitectureTest holds it."""
    code = LAYERS.read_text(encoding="utf-8")
    declared = re.search(r"LAYERS = Set\.of\(([^)]*)\)", code)
    assert declared
    layers = set(re.findall(r'"(\w+)"', declared[1]))
    allowed = {layer: set(layers) - {layer} for layer in layers}
    closed_to: dict[str, set[str]] = {}
    for layer, rule, names in re.findall(r'whereLayer\("(\w+)"\)\s*\.(\w+)\(([^)]*)\)', code):
        others = set(re.findall(r'"(\w+)"', names))
        if rule.startswith("mayOnlyAccess") or rule == "mayNotAccessAnyLayer":
            allowed[layer] &= others
        else:
            closed_to[layer] = layers - others - {layer}
    return {
        layer: {used for used in uses if layer not in closed_to.get(used, set())} for layer, uses in allowed.items()
    }


def test_layers_are_drawn_as_they_are_enforced() -> None:
    assert drawn_layers() == enforced_layers()
