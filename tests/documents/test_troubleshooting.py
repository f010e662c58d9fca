"""docs/troubleshooting.md quotes what the sources say, and has every message that the package can give."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.project import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
PACKAGE = ROOT / "python" / "data_bridge" / "pyloop"
JAVA = ROOT / "src" / "main" / "java"
SUPPORT = ROOT / "native" / "support.c"

# A row of a table whose first column quotes messages.
_ROW = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)
_QUOTE = re.compile(r"`([^`]+)`")
_LEAST_WORDS = 4
_ANYTHING = "..."

# Texts of several words that are no messages of PyLoop.
_ASYNCIO_SAYS = {
    "%r got a new connection from %r: %r",
    "%r was closed by peer",
    "Connect call failed ...",
    "Connection closed by peer",
    "Connection is closed by peer",
    "Error on transport creation for incoming connection",
    "Exception in callback ...",
    "Executing %s took %.3f seconds",
    "Fatal error on SSL protocol",
    "Fatal read error on pipe transport",
    "Fatal write error on datagram transport",
    "Fatal write error on pipe transport",
    "Fatal write error on socket transport",
    "getaddrinfo() returned empty list",
    "sendfile is in progress",
    "socket.accept() out of system resource",
    "module ... has no attribute ...",
}
_NO_MESSAGES = {"<... running=... closed=... debug=...>"}


def _message_tables() -> str:
    text = PAGE.read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    return "\n".join(section for section in sections if section.startswith("Messages"))


def _quoted() -> list[str]:
    """What the first columns quote, without the names of exceptions."""
    quotes = [quote for row in _ROW.findall(_message_tables()) for quote in _QUOTE.findall(row)]
    return [quote for quote in quotes if len(quote.split()) >= _LEAST_WORDS]


def _template(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else _ANYTHING for part in node.values)


def _python_texts(path: Path) -> Iterator[str]:
    """The texts in a module, with dots for what an f-string fills in; docstrings are none."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    skipped |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            yield _template(node)


_STRING = r'"(?:[^"\\\n]|\\.)*"'
_JAVA_FAILURE = re.compile(
    r"(?:Singletons\.(?:RUNTIME_ERROR|RECURSION_ERROR|MEMORY_ERROR),|new LinkageError\(|StartErrors\.raise\("
    r"|(?:OUT_OF_\w+|WITHOUT_TEXT)\s*=\s*PyName\.of\(|[A-Z]+_TEXT\s*=\s*CGlobalDataFactory\.createCString\()"
    rf"([^;]*?{_STRING}[^;]*);"
)
# Why OpenSSL cannot be used, which is returned and not thrown.
_JAVA_REASON = re.compile(rf"\breturn (?:[\w.()]+ \? null : )?({_STRING})")


def _java_texts() -> Iterator[str]:
    """The texts of errors that are no mistakes in arguments, cut at what is filled in."""
    for path in sorted(JAVA.rglob("*.java")):
        code = path.read_text(encoding="utf-8")
        for expression in [*_JAVA_FAILURE.findall(code), *_JAVA_REASON.findall(code)]:
            joined = re.sub(r'"\s*\+\s*"', "", expression)
            yield from (text[1:-1] for text in re.findall(_STRING, joined))


def _c_texts() -> Iterator[str]:
    """What the C of the engine writes to standard error."""
    for line in SUPPORT.read_text(encoding="utf-8").splitlines():
        if " say(" in line:
            yield from (text[1:-1].removesuffix("\\n") for text in re.findall(_STRING, line))


# asyncio's own words, what only a change of the engine's own code could cause, and what the build alone says.
_JAVA_UNLISTED = {
    "Event loop is closed",
    "Cannot close a running event loop",
    "this transport has no file descriptor",
    "the transport is attached to a loop already",
    "Context.run has another calling convention on this Python: flags ",
    "' is no slot of the class on this Python",
    "no entry point ",
    "the classes have not gone through native/src/PrepareClasses.java",
    "the list of classes names one that is not there",
    "the list of entry points names a class that is not there",
}
_PYTHON_TEXTS = sorted(
    {
        text
        for path in PACKAGE.rglob("*.py")
        for text in _python_texts(path)
        if len(text.split()) >= _LEAST_WORDS and not text.startswith("usage: ")
    }
)
_JAVA_TEXTS = sorted({text for text in _java_texts() if len(text.split()) >= _LEAST_WORDS})
_C_TEXTS = sorted({text for text in _c_texts() if len(text.split()) >= _LEAST_WORDS})


def test_sources_and_page_are_read() -> None:
    assert len(_PYTHON_TEXTS) > 30
    assert len(_JAVA_TEXTS) > 15
    assert len(_C_TEXTS) == 2
    assert len(_quoted()) > 25


@pytest.mark.parametrize("quote", _quoted())
def test_what_the_page_quotes_is_said(quote: str) -> None:
    assert any(quote in text for text in (*_PYTHON_TEXTS, *_JAVA_TEXTS, *_C_TEXTS)), quote


@pytest.mark.parametrize("text", sorted(set(_PYTHON_TEXTS) - _ASYNCIO_SAYS - _NO_MESSAGES))
def test_what_the_package_says_is_on_the_page(text: str) -> None:
    assert any(quote in text for quote in _quoted_anywhere()), text


@pytest.mark.parametrize("text", sorted({*_JAVA_TEXTS, *_C_TEXTS} - _JAVA_UNLISTED))
def test_what_the_engine_says_is_on_the_page(text: str) -> None:
    assert any(quote in text for quote in _quoted_anywhere()), text


def test_exceptions_of_this_test_are_still_needed() -> None:
    assert set(_PYTHON_TEXTS) >= _ASYNCIO_SAYS | _NO_MESSAGES
    assert set(_JAVA_TEXTS) | set(_java_texts()) >= _JAVA_UNLISTED


def test_page_is_linked() -> None:
    assert "(docs/troubleshooting.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def _quoted_anywhere() -> list[str]:
    """What the tables of messages quote in any column."""
    return [quote for quote in _QUOTE.findall(_message_tables()) if len(quote.split()) >= _LEAST_WORDS]
