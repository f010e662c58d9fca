"""The file of a run: JSON, whose form `result.schema.json` describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 3

Result = dict[str, Any]


class ResultError(Exception):
    """The file is not the result of a run of these benchmarks."""


def write(result: Result, target: Path) -> None:
    """Write a result; directories are made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n")


def read(source: Path) -> Result:
    """Read one; raises ResultError that says what is wrong with the file."""
    try:
        found: Any = json.loads(source.read_text())
    except OSError as error:
        raise ResultError(f"{source.name}: {error.strerror}") from None
    except ValueError as error:
        raise ResultError(f"{source.name} is no JSON: {error}") from None
    version = found.get("format") if isinstance(found, dict) else None
    if version != FORMAT:
        raise ResultError(f"{source.name} has format {version}, but this program reads format {FORMAT}: run again")
    checked: Result = found
    return checked
