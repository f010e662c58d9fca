"""An engine that cannot be loaded is an ImportError that names cause and remedy, and the process survives it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import data_bridge.pyloop
from support.project import TESTS

MODULE = "survival.boot.programs.failures"

DAMAGES: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "text": b"not a library" * 1000,
    "cut short": b"\x7fELF\x02\x01\x01" + bytes(100),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_installation(run_module_clean: Callable[..., str], tmp_path: Path, damage: str) -> None:
    package = tmp_path / "copy" / "data_bridge" / "pyloop"
    original = Path(data_bridge.pyloop.__path__[0])
    shutil.copytree(original, package, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    engine = package / "_engine.abi3.so"
    content = DAMAGES[damage]
    if content is not None:
        engine.write_bytes(content)
    text = run_module_clean(MODULE, "refused", PYTHONPATH=f"{tmp_path / 'copy'}:{TESTS}")
    assert text.startswith("PyLoop's engine")
    assert str(package) in text
    assert "_engine.abi3.so" in text
    assert "pip install --force-reinstall data-bridge-pyloop" in text


def test_installation_that_is_mended(run_module_clean: Callable[..., str], tmp_path: Path) -> None:
    package = tmp_path / "copy" / "data_bridge" / "pyloop"
    original = Path(data_bridge.pyloop.__path__[0])
    shutil.copytree(original, package, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    engine = str(original / "_engine.abi3.so")
    path = f"{tmp_path / 'copy'}:{TESTS}"
    assert run_module_clean(MODULE, "mended", engine, str(package), PYTHONPATH=path) == "refused\nloaded\n"


def test_no_thread_specific_key_is_left(run_module_clean: Callable[..., str]) -> None:
    """Until somebody gives one back; a thread that runs a loop then has it."""
    refusal = (
        "PyLoop's engine needs a thread-specific key (pthread_key_create), and other libraries have taken all that a"
        " process can have: create the first loop before they do\n"
    )
    assert run_module_clean(MODULE, "no_key_left") == 3 * refusal + 4 * "works\n"
