"""The project's own source files, and the comments in them."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.project import ROOT

#: What users run: the engine, the package, and what builds them.
PRODUCT = ("src/main", "python", "tools", "native", "hatch_build.py")
#: What checks and measures it.
AROUND = ("src/test", "tests", "fuzz", "soak", "compat", "benchmarks", "examples")
DOCUMENTS = ("docs", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "tests/README.md")

#: Built, or copied from elsewhere as it is.
_NOT_OURS = {"target", "__pycache__", "certs"}
# What can stand in front of a comment in Java and is none: a text block, a string, a character.
_JAVA = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*|/\*.*?\*/', re.DOTALL
)
_MARKER = re.compile(r"^(?:/{2,3}|/\*{1,2}|\*/?|#+)")


@dataclass(frozen=True)
class CommentLine:
    """One line of a comment that has its line to itself."""

    path: str
    number: int
    text: str


def files(places: tuple[str, ...], *suffixes: str) -> list[Path]:
    """Files with these suffixes in these places, folders searched whole."""
    found = []
    for place in places:
        paths = sorted((ROOT / place).rglob("*")) if (ROOT / place).is_dir() else [ROOT / place]
        found += [path for path in paths if path.suffix in suffixes and not _NOT_OURS & set(path.parts)]
    return found


def name_of(path: Path) -> str:
    """The path below the project, as lists of exceptions have it."""
    return path.relative_to(ROOT).as_posix()


def java_comments(code: str) -> list[re.Match[str]]:
    """The comments of Java or C code, without what looks like one in a string."""
    return [match for match in _JAVA.finditer(code) if match[0].startswith(("//", "/*"))]


def comment_lines(path: Path) -> Iterator[CommentLine]:
    """The lines of a Java, C or Python file that are nothing but comment, without the marks of a comment."""
    code = path.read_text(encoding="utf-8")
    lines = code.split("\n")
    numbers: list[int] = []
    if path.suffix == ".py":
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip():
                numbers += [token.start[0]]
    else:
        for match in java_comments(code):
            first = code.count("\n", 0, match.start()) + 1
            if not lines[first - 1].split("/")[0].strip():
                numbers += range(first, first + match[0].count("\n") + 1)
    for number in numbers:
        text = _MARKER.sub("", lines[number - 1].strip()).removesuffix("*/").strip()
        yield CommentLine(name_of(path), number, text)
