"""The prototypes in the Java sources take as many parameters as those of Python's C headers."""

import re
import sysconfig
from functools import cache
from pathlib import Path

import pytest

from support.java_sources import SOURCES, Binding, bindings

INCLUDE = Path(sysconfig.get_path("include"))

pytestmark = [
    pytest.mark.skipif(not SOURCES.is_dir(), reason="the Java sources are not beside the tests"),
    pytest.mark.skipif(not (INCLUDE / "Python.h").is_file(), reason="this Python has no C headers installed"),
]

PYTHON_BINDINGS = [binding for binding in bindings() if re.match("_?Py", binding.symbol)]


@cache
def header_text() -> str:
    """All headers without comments, macros and attributes of declarations."""
    text = "\n".join(path.read_text(errors="replace") for path in sorted(INCLUDE.rglob("*.h")))
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"//[^\n]*", " ", text)
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.)*(?:\\\n[^\n]*)*", " ", text, flags=re.MULTILINE)


def parameters(text: str) -> list[str]:
    """The parameters of a declaration, as written, from the text between its parentheses."""
    return [] if text.strip() in {"", "void"} else [parameter.strip() for parameter in text.split(",")]


def register_class(parameter: str) -> str:
    """Whether an argument travels in an integer or a floating-point register."""
    return "double" if "double" in parameter and "*" not in parameter else "integer"


@pytest.mark.parametrize("binding", PYTHON_BINDINGS, ids=str)
def test_parameters_match(binding: Binding) -> None:
    declarations = re.findall(
        rf"PyAPI_FUNC\(([^)]*)\)\s*{binding.symbol}\s*\(([^()]*)\)", header_text(), flags=re.DOTALL
    )
    if not declarations and binding.symbol == "PyErr_GetRaisedException":
        pytest.skip("this Python has no PyErr_GetRaisedException: it came with 3.12")
    assert declarations, f"{binding.symbol} is declared in no header"
    ours = parameters(binding.prototype[binding.prototype.index("(") + 1 : binding.prototype.rindex(")")])
    result = binding.prototype[: binding.prototype.index(binding.symbol)]
    for their_result, their_parameters in declarations:
        theirs = parameters(their_parameters)
        assert [register_class(one) for one in ours] == [register_class(one) for one in theirs]
        assert ("*" in result) == ("*" in their_result)
        assert (result.strip() == "void") == (their_result.strip() == "void")
