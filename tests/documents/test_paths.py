"""Files and folders that documents name exist, tests above all."""

import re
from pathlib import Path

import pytest

from support.project import ROOT, TESTS

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), TESTS / "README.md"])
FOLDERS = "|".join(
    sorted(path.name for path in [*ROOT.iterdir(), *TESTS.iterdir()] if path.is_dir() and path.name[0] != ".")
)
# A path from the project's folder, or, as tables of tests have it, from tests/.
PATH = re.compile(rf"(?<![\w/.>-])(?:{FOLDERS})/[\w./*-]*[\w*]")
# Written by the build.
BUILT = re.compile(r"target/|dist/|build/")


def missing(text: str) -> list[str]:
    """The paths named in the text at which there is nothing."""
    found = sorted({path for path in PATH.findall(text) if not BUILT.match(path)})
    return [path for path in found if not any([*ROOT.glob(path)] or [*TESTS.glob(path)])]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_paths_exist(document: Path) -> None:
    assert missing(document.read_text(encoding="utf-8")) == []


def test_missing_paths_are_seen() -> None:
    text = "`tests/unit/test_a.py`, `survival/boot/test_forks.py`, `docs/*.md`, `behaviour/test_none.py::test_it`"
    assert missing(text) == ["behaviour/test_none.py", "tests/unit/test_a.py"]
