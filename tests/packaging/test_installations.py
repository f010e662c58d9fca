"""The wheel in fresh environments: on every CPython of the machine, read-only, moved, twice, and gone again."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from find_pythons import usable_pythons

from support.wheel_installations import FIRST_LOOP, contents, install, make_environment, pip, run_alone

PYTHONS = usable_pythons()


def _site_packages(python: Path) -> Path:
    (folder,) = python.parent.parent.glob("lib/python3.*/site-packages")
    return folder


@pytest.mark.parametrize("interpreter", PYTHONS, ids=lambda path: Path(path).name)
def test_every_python_read_only_and_moved(wheel: Path, tmp_path: Path, interpreter: str) -> None:
    python = make_environment(interpreter, tmp_path / "env")
    install(wheel, python)
    installed = contents(_site_packages(python))
    for path in [*_site_packages(python).rglob("*"), _site_packages(python)]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert f"{tmp_path}/env/" in run_alone(python, FIRST_LOOP)
    # Root may write in spite of the permissions, so that the absence of changes is what counts.
    assert contents(_site_packages(python)) == installed
    (tmp_path / "env").rename(tmp_path / "moved")
    assert f"{tmp_path}/moved/" in run_alone(tmp_path / "moved" / "bin" / "python", FIRST_LOOP)


@pytest.mark.parametrize("interpreter", PYTHONS, ids=lambda path: Path(path).name)
def test_processes_are_told_by_their_environment(wheel: Path, tmp_path: Path, interpreter: str) -> None:
    """The wheel brings the file that Python reads at its start."""
    python = make_environment(interpreter, tmp_path / "env")
    install(wheel, python)
    code = "import asyncio; loop = asyncio.new_event_loop(); print(type(loop).__name__); loop.close()"
    assert run_alone(python, code) == "_UnixSelectorEventLoop\n"
    assert run_alone(python, code, PYLOOP_INSTALL="1") == "PyLoop\n"


def test_uninstall_leaves_nothing(wheel: Path, tmp_path: Path) -> None:
    python = make_environment(sys.executable, tmp_path / "env")
    before = contents(tmp_path / "env")
    install(wheel, python)
    run_alone(python, FIRST_LOOP)
    pip("uninstall", "--quiet", "--yes", "data-bridge-pyloop", python=python)
    assert contents(tmp_path / "env") == before
    # pip may leave the folder of the namespace, which other distributions share, or remove all folders that are empty.
    assert list((tmp_path / "env").glob("lib/python3.*/site-packages/data_bridge/**/*")) == []


def test_in_an_emptied_environment(wheel: Path, tmp_path: Path) -> None:
    python = make_environment(sys.executable, tmp_path / "env")
    install(wheel, python)
    assert str(tmp_path) in run_alone(python, "import os\nos.environ.clear()\n" + FIRST_LOOP)


@pytest.fixture
def two_versions(wheel: Path, tmp_path: Path) -> list[Path]:
    """Two installed copies, the second with another version."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    version = folders[1] / "data_bridge" / "pyloop" / "_version.py"
    text = version.read_text()
    version.write_text(text.replace('__version__ = "', '__version__ = "99.'))
    assert version.read_text() != text
    return folders


def test_two_versions_in_two_processes(two_versions: list[Path]) -> None:
    one, two = (run_alone(Path(sys.executable), FIRST_LOOP, PYTHONPATH=str(folder)) for folder in two_versions)
    assert two.startswith("99." + one.split()[0])
    assert str(two_versions[0]) in one
    assert str(two_versions[1]) in two


def test_two_engines_in_one_process(two_versions: list[Path]) -> None:
    """With the symbols of each visible to the other, as programs that embed Python load extension modules."""
    code = f"""
import importlib, os, sys
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
program = {FIRST_LOOP!r}
for folder in {[str(folder) for folder in two_versions]!r} * 2:
    for name in [name for name in sys.modules if name.startswith("data_bridge")]:
        del sys.modules[name]
    sys.path.insert(0, folder)
    exec(program, {{}})
"""
    lines = run_alone(Path(sys.executable), code).splitlines()
    expected = [str(folder / "data_bridge" / "pyloop" / "_engine.abi3.so") for folder in two_versions] * 2
    assert [line.split()[1] for line in lines] == expected


def test_package_directory_moved_while_in_use(two_versions: list[Path]) -> None:
    code = f"import os\nos.rename({str(two_versions[0])!r}, {str(two_versions[0]) + '-moved'!r})\n"
    first = "from data_bridge import pyloop\npyloop.new_event_loop().close()\n"
    again = "loop = pyloop.new_event_loop()\nloop.call_soon(loop.stop)\nloop.run_forever()\nloop.close()\nprint('ok')"
    assert run_alone(Path(sys.executable), first + code + again, PYTHONPATH=str(two_versions[0])) == "ok\n"
    shutil.rmtree(f"{two_versions[0]}-moved")
