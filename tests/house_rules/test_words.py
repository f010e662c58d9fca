"""The words that docs/glossary.md gives up are in no source and no document."""

import re

from house_rules.sources import AROUND, DOCUMENTS, PRODUCT, files, name_of
from support.project import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
# The table itself, and its test.
ALLOWED = {"docs/glossary.md", "tests/house_rules/test_words.py"}


def unwanted_words(text: str) -> list[str]:
    """The first column of the table "Words not used"; a cell can hold several."""
    table = text.partition("\n## Words not used\n")[2].partition("\n\nSome words are right")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row)]


def lines_with(word: str, text: str) -> list[int]:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    return [number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def test_words_are_not_used() -> None:
    words = unwanted_words(GLOSSARY.read_text(encoding="utf-8"))
    paths = files((*PRODUCT, *AROUND, *DOCUMENTS), ".java", ".py", ".pyi", ".c", ".h", ".md")
    texts = {name_of(path): path.read_text(encoding="utf-8") for path in paths}
    found = [
        f"{name}:{number}: {word}"
        for name, text in texts.items()
        if name not in ALLOWED
        for word in words
        for number in lines_with(word, text)
    ]
    assert found == []


def test_glossary_has_a_table_of_words() -> None:
    assert {"kin", "room", "last words"} <= set(unwanted_words(GLOSSARY.read_text(encoding="utf-8")))


def test_words_are_found_whole_and_in_their_spelling() -> None:
    assert lines_with("room", "headroom\nRoom\nthe room;\nroom_left") == [3]
    assert lines_with("last words", "its last words.") == [1]
