"""A file is about one thing: below 300 lines, tests below 400."""

import pytest

from house_rules.known_exceptions import LONG_FILES
from house_rules.sources import AROUND, PRODUCT, files, name_of

LIMIT, LIMIT_OF_TESTS = 300, 400
CODE = (".java", ".py", ".pyi", ".c", ".h")


def long_files(places: tuple[str, ...], limit: int) -> dict[str, int]:
    paths = files(places, *CODE)
    assert paths, f"no sources in {places}"
    lengths = {name_of(path): path.read_text(encoding="utf-8").count("\n") for path in paths}
    return {name: length for name, length in lengths.items() if length >= limit}


def test_product() -> None:
    assert set(long_files(PRODUCT, LIMIT)) == set(LONG_FILES), "see known_exceptions.py"


def test_exceptions_have_reasons() -> None:
    assert len(LONG_FILES) <= 5
    assert all(len(reason.split()) >= 4 for reason in LONG_FILES.values())


@pytest.mark.parametrize("place", AROUND)
def test_what_is_around_the_product(place: str) -> None:
    assert long_files((place,), LIMIT_OF_TESTS if place == "tests" else LIMIT) == {}


def test_long_files_are_found() -> None:
    assert "tests/house_rules/sources.py" in long_files(("tests/house_rules",), 50)
