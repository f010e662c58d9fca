"""What the Java sources say of C: the prototypes they bind and the symbols they look up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from support.project import ROOT

SOURCES = ROOT / "src" / "main" / "java"

_TEXT = r'"(?:[^"\\]|\\.)*"'
_CONCATENATED = rf"{_TEXT}(?:\s*\+\s*{_TEXT})*"
# What is bound by `unnamed` has an address and no symbol.
# ErrnoFunction hands what it is given, named `prototype` there, on to CFunction.
_MAKER = r"\b(?:CFunction|ErrnoFunction)\.(of|blocking|optional|optionalBlocking)\((?!prototype\))"
_BINDING = re.compile(rf"{_MAKER}\s*({_CONCATENATED})\s*\)")
_SYMBOL = re.compile(r'\b(?:NativeLinker\.(?:symbol|optionalSymbol)|Symbol\.of)\(\s*"(\w+)"\s*\)')
_EXCEPTION = re.compile(r'\bexception\("(\w+)"\)')
_NAME = re.compile(r"(\w+)\s*\(")


@dataclass(frozen=True)
class Binding:
    """A C function that Java calls by name."""

    symbol: str
    prototype: str
    file: str
    #: Whether Java has another way where the symbol is missing.
    optional: bool
    #: Whether it may wait while another thread holds the GIL.
    blocking: bool

    def __str__(self) -> str:
        return self.symbol


def sources() -> Iterator[tuple[str, str]]:
    """Each file by its path below `SOURCES`, and its code without the lines that are comments."""
    for path in sorted(SOURCES.rglob("*.java")):
        lines = path.read_text(encoding="utf-8").splitlines()
        code = "\n".join("" if line.lstrip().startswith("//") else line for line in lines)
        yield path.relative_to(SOURCES).as_posix(), code


def bindings() -> list[Binding]:
    """Every C function that is bound by its prototype, in the order of files and lines."""
    found = []
    for file, code in sources():
        for match in _BINDING.finditer(code):
            prototype = "".join(text[1:-1] for text in re.findall(_TEXT, match[2]))
            name = _NAME.search(prototype)
            assert name, f"no function name in {prototype!r} of {file}"
            maker = match[1].lower()
            found.append(Binding(name[1], prototype, file, "optional" in maker, "blocking" in maker))
    return found


def count_of_bindings() -> int:
    """How often a binding is made, whatever its argument: none may go unseen by `bindings()`."""
    return sum(len(re.findall(_MAKER, code)) for _, code in sources())


def data_symbols() -> list[str]:
    """Every symbol that is looked up for its address, and the exceptions, which share a prefix."""
    found = set()
    for _, code in sources():
        found.update(_SYMBOL.findall(code))
        found.update(f"PyExc_{name}" for name in _EXCEPTION.findall(code))
    return sorted(found)
