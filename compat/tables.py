"""The results of a run in a file, and the tables of docs/compatibility.md made from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from compat.services import SERVICES, SUITES

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results.json")
DOCUMENT = ROOT / "docs" / "compatibility.md"
_BEGIN, _END = "<!-- made by make compat -->\n", "<!-- end of what is made -->\n"


def line(row: dict[str, str]) -> str:
    """A row for the terminal."""
    name = f"{row['name']} {row['version']}".strip()
    return f"{name:28} {row.get('left_out') or ' | '.join(f'{key}: {row[key]}' for key in ('asyncio', 'PyLoop'))}"


def write(python: str, results: dict[str, list[dict[str, str]]]) -> None:
    """Put the results into their file, and the tables into the document. What was not run stays as it was."""
    known = results_of_file() if RESULTS.is_file() else {}
    found: dict[str, Any] = {"python": python}
    for kind, order in (("services", SERVICES), ("suites", SUITES)):
        # Results of two Pythons do not mix.
        kept: list[dict[str, str]] = known[kind] if known.get("python") == python else []
        rows = {row["name"]: row for row in [*kept, *results[kind]]}
        found[kind] = [rows[entry.name] for entry in order if entry.name in rows]
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    DOCUMENT.write_text(before + _BEGIN + made(results_of_file()) + _END + rest.partition(_END)[2], encoding="utf-8")


def results_of_file() -> dict[str, Any]:
    """What the last run that wrote found."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def shown(document: str) -> str:
    """The tables as they are in the document."""
    return document.partition(_BEGIN)[2].partition(_END)[0]


def made(results: dict[str, Any]) -> str:
    """The tables as they have to be."""
    lines = [f"CPython {results['python']}:\n", "| service | server | on asyncio | on PyLoop |", "|---|---|---|---|"]
    lines += [_row(row, row["server"]) for row in results["services"]]
    lines += ["", "| suite | on asyncio | on PyLoop |", "|---|---|---|"]
    lines += [_row(row) for row in results["suites"]]
    return "\n".join(lines) + "\n"


def _row(row: dict[str, str], *cells: str) -> str:
    name = f"{row['name']} {row['version']}".strip()
    both = (row["left_out"], row["left_out"]) if "left_out" in row else (row["asyncio"], row["PyLoop"])
    return "| " + " | ".join([name, *cells, *both]) + " |"
