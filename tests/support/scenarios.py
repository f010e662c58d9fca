"""Several small programs in one module: an argument names the function to run."""

from collections.abc import Sequence
from typing import Any


def run_scenario(functions: dict[str, Any], arguments: Sequence[str]) -> None:
    """Call the function that the first argument names, with the other arguments."""
    name, *others = arguments
    functions[name](*others)
