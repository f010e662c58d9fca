"""The Python examples of README.md run as they stand."""

import re

import pytest

from support.loop_kinds import run_python
from support.project import ROOT

README = ROOT / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
# What an example prints, by its order in the text.
OUTPUTS = ["done\n", "[2]\n", "", "1\n"]


def test_every_example_is_found() -> None:
    assert len(BLOCKS) == len(OUTPUTS) == README.read_text(encoding="utf-8").count("```python")


@pytest.mark.parametrize("index", range(len(OUTPUTS)))
def test_example_runs(index: int) -> None:
    done = run_python("-c", BLOCKS[index])
    assert (done.stdout, done.stderr, done.returncode) == (OUTPUTS[index], "", 0)
