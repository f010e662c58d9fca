"""The version is written in two places, for Python and for Maven; users must not see two versions."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from data_bridge import pyloop
from support.project import ROOT


def test_pom_has_the_version_of_the_package() -> None:
    project = ElementTree.parse(ROOT / "pom.xml").getroot()
    assert project.findtext("{http://maven.apache.org/POM/4.0.0}version") == pyloop.__version__


def test_version_is_of_the_usual_form() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc|\.dev|\.post)\d+)?", pyloop.__version__)


def test_changelog_mentions_the_version() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert any(pyloop.__version__ in heading for heading in headings)


def test_supported_pythons_agree() -> None:
    """The oldest Python of `requires-python` is the first of the classifiers."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = re.search(r'requires-python = ">=3\.(\d+)"', text)
    classifiers = [int(minor) for minor in re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', text)]
    assert oldest
    assert int(oldest[1]) == min(classifiers)
    assert classifiers == list(range(min(classifiers), max(classifiers) + 1))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_documents_name_the_oldest_python(name: str) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = re.search(r'requires-python = ">=(3\.\d+)"', text)
    assert oldest
    assert f"CPython {oldest[1]}" in (ROOT / name).read_text(encoding="utf-8")
