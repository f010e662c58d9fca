"""tests/README.md names every folder of tests and every helper that several folders use."""

import re

from support.project import TESTS

TEXT = (TESTS / "README.md").read_text(encoding="utf-8")


def test_every_folder_is_named() -> None:
    folders = [path for path in TESTS.iterdir() if path.is_dir() and any(path.rglob("test_*.py"))]
    assert len(folders) >= 8
    assert [path.name for path in folders if f"| `{path.name}/` |" not in TEXT] == []
    survival = {path.parent.name for path in TESTS.glob("survival/*/test_*.py")}
    assert [name for name in survival if f"| `survival/{name}/` |" not in TEXT] == []
    subjects = {path.parent.name for path in TESTS.glob("behaviour/*/test_*.py")}
    assert [name for name in subjects if f"| `{name}` |" not in TEXT] == []


def test_helpers_are_named_as_they_are() -> None:
    modules = {path.stem for path in [*TESTS.glob("support/*.py"), *TESTS.glob("support/peers/*.py")]} - {"__init__"}
    table = TEXT.partition("## Which helper")[2]
    named = set(re.findall(r"`(?:support\.(?:peers\.)?|\.)(\w+)`", table))
    assert named == modules
