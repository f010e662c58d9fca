"""Where asyncio has no event loop policies, as from Python 3.16 on, PyLoop works, and `install()` does without them.

Python 3.16 is simulated in a child process: what it no longer has is taken away before PyLoop is imported.
"""

from pathlib import Path

import pytest

from support.loop_kinds import run_python
from support.project import path_with_tests

# A text: a test writes it into a directory that holds nothing else.
PROBE = """
import asyncio

async def main():
    print(type(asyncio.get_running_loop()).__name__)

asyncio.run(main())
"""


def says(expected: str, program: str, *arguments: str) -> None:
    module = "abi.programs.uses_without_policies"
    environment = {"PYTHONPATH": path_with_tests()}
    done = run_python("-W", "error", "-m", module, program, *arguments, environment=environment)
    assert (done.stdout, done.stderr, done.returncode) == (expected, "", 0)


def test_loops_are_made_and_run() -> None:
    says("PyLoop\nPyLoop\nPyLoop\n_UnixSelectorEventLoop\n", "make_and_run_loops")


def test_install_and_uninstall() -> None:
    says(
        "False\nTrue PyLoop\nPyLoop\nPyLoop\nPyLoop\nFalse _UnixSelectorEventLoop\nTrue\nPyLoop\n",
        "install_and_uninstall",
    )


def test_current_loop_can_be_set() -> None:
    says("True\n", "set_the_current_loop")


def test_uninstall_leaves_what_somebody_else_has_installed() -> None:
    says("False\nTrue\n", "uninstall_after_somebody_else")


def test_public_names() -> None:
    says("install PyLoop\nFalse False\n", "import_public_names")


@pytest.mark.parametrize("as_module", [False, True])
def test_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_module: bool) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    monkeypatch.chdir(tmp_path)
    arguments = ["-m", "probe"] if as_module else ["probe.py"]
    says("PyLoop\n", "run_command_line", *arguments)
