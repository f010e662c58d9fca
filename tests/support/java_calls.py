"""What the Java sources call in Python: methods, by names that are strings there."""

import re
from dataclasses import dataclass

from support.java_sources import sources

_CONSTANT = re.compile(r'\b(\w+)\s*=\s*PyName\.of\(\s*"([^"]*)"\s*\)')
# The name of the method that gets the arguments if they are not those one parameter.
_PARAMETER = re.compile(r'\bnew\s+(?:\w+\.)?Parameter\(\s*"(\w+)"')
_CALL = re.compile(r"\b(callMethod|callMethodOf|forward|CallApi\.run|InterruptedCalls\.call)\(")
# In the definitions of these functions, and in calls that pass on the name they were given.
_NAME_OF_THE_CALLER = re.compile(r"PyName name|name|parameter\.\w+")
_INNERMOST_PARENTHESES = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class PythonCall:
    """A place in Java that calls a method of a Python object."""

    method: str
    #: How many arguments it passes, the object itself included; None where only the running program knows.
    arguments: int | None
    file: str


def python_names() -> set[str]:
    """Every text that Java has as a Python string and that can be the name of something."""
    return {text for _, code in sources() for _, text in _CONSTANT.findall(code) if text.isidentifier()}


def python_calls() -> list[PythonCall]:
    """Every call of a method of a Python object, in the order of files and lines."""
    texts = {}
    for file, code in sources():
        for constant, text in _CONSTANT.findall(code):
            texts[_class(file), constant] = text
    found = []
    for file, code in sources():
        found += [PythonCall(method, None, file) for method in _PARAMETER.findall(code)]
        for match in _CALL.finditer(code):
            name, *arguments = _arguments(code, match.end())
            if match[1].startswith("InterruptedCalls"):
                name, *arguments = arguments  # after the engine
            if _NAME_OF_THE_CALLER.fullmatch(name):
                continue
            *owner, constant = name.split(".")
            method = texts[owner[-1] if owner else _class(file), constant]
            found.append(PythonCall(method, _count(match[1], arguments), file))
    return found


def _class(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".java")


def _arguments(code: str, start: int) -> list[str]:
    """The arguments of a call whose parenthesis ends before `start`; calls among them lose their own."""
    depth = 1
    end = start
    while depth:
        depth += {"(": 1, ")": -1}.get(code[end], 0)
        end += 1
    text = code[start : end - 1]
    while (shorter := _INNERMOST_PARENTHESES.sub("", text)) != text:
        text = shorter
    return [argument.strip() for argument in text.split(",")]


def _count(function: str, arguments: list[str]) -> int | None:
    if function == "forward":
        return None
    if function == "callMethodOf":
        return int(arguments[-1]) if arguments[-1].isdigit() else None
    return len(arguments)
