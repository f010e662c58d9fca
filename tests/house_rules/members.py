"""Which types and members of the product are public, and which of them have a comment."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from house_rules.sources import name_of

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*|/\*.*?\*/|[{};()]|[^{};()"\'/]+|.',
    re.DOTALL,
)
_TYPE = re.compile(r"\b(class|interface|record|enum)\s+(\w+)")
_ANNOTATION = re.compile(r"@(?!interface\b)[\w.]+(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?")
_NAME = re.compile(r"(\w+)\s*(?:[(=]|$)")


@dataclass(frozen=True)
class Member:
    """A public type, method, constructor or field."""

    path: str
    name: str
    documented: bool
    #: Whether it is a field of Java; all else is a type, a method, a constructor, a module, a class or a function.
    is_field: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.name}"


def java_members(path: Path) -> Iterator[Member]:
    """All types, and the public members; not those that override, which have the comment of what they override."""
    yield from java_members_in(path.read_text(encoding="utf-8"), name_of(path))


def java_members_in(code: str, path: str) -> Iterator[Member]:
    """The same of a text."""
    enclosing: list[str] = [""]  # the kind of type that each open brace belongs to; "body" for those of methods
    header, documented, parentheses = "", False, 0
    for token in _TOKEN.findall(code):
        if token.startswith(("//", "/*")):
            documented |= token.startswith(("///", "/**")) and not header.strip()
            continue
        if enclosing[-1] == "body" or parentheses or token not in "{};":
            parentheses += {"(": 1, ")": -1}.get(token, 0) if enclosing[-1] != "body" else 0
            if enclosing[-1] != "body" or token in "{}":
                header += token
            if enclosing[-1] == "body" and token in "{}":
                enclosing = [*enclosing, "body"] if token == "{" else enclosing[:-1]
                header, documented = "", False
            continue
        declaration = _ANNOTATION.sub("", header).strip()
        type_found = _TYPE.search(declaration.split("(")[0])
        if token == "{":
            if type_found:
                yield Member(path, type_found[2], documented)
            elif _is_public(declaration, enclosing[-1]) and "@Override" not in header:
                yield Member(path, _name_in(declaration), documented, is_field="=" in declaration)
            enclosing.append(type_found[1] if type_found else "body")
        elif token == "}":
            enclosing.pop()
        elif _is_public(declaration, enclosing[-1]) and "@Override" not in header:
            yield Member(path, _name_in(declaration), documented, is_field="(" not in declaration.partition("=")[0])
        header, documented = "", False


def _is_public(declaration: str, enclosing: str) -> bool:
    if not enclosing or not re.match(r"[\w<]", declaration):
        return False
    words = set(declaration.partition("(")[0].split())
    return "public" in words or (enclosing == "interface" and "private" not in words)


def _name_in(declaration: str) -> str:
    found = _NAME.search(declaration)
    return found[1] if found else declaration


def python_members(path: Path) -> Iterator[Member]:
    """Modules, and the classes, methods and functions whose names begin with no underscore."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield Member(name_of(path), "(module)", ast.get_docstring(tree) is not None)
    yield from _python_members(tree, name_of(path), "")


def _python_members(scope: ast.Module | ast.ClassDef, path: str, prefix: str) -> Iterator[Member]:
    for node in scope.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if any(re.search(r"\boverload$|\.setter$", ast.unparse(decorator)) for decorator in node.decorator_list):
            continue
        yield Member(path, f"{prefix}{node.name}", ast.get_docstring(node) is not None)
        if isinstance(node, ast.ClassDef):
            yield from _python_members(node, path, f"{prefix}{node.name}.")
