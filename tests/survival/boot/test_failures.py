"""An engine that cannot be loaded is an ImportError that names cause and remedy, and the process survives it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import data_bridge.pyloop

TRY = """
import asyncio
import data_bridge.pyloop as pyloop
texts = set()
for _ in range(2):
    for use in (pyloop.new_event_loop, lambda: pyloop.PyLoop):
        try:
            use()
        except ImportError as error:
            texts.add(str(error))
assert asyncio.run(asyncio.sleep(0.001, "alive")) == "alive"
(text,) = texts
print(text)
"""

DAMAGES: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "text": b"not a library" * 1000,
    "cut short": b"\x7fELF\x02\x01\x01" + bytes(100),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_installation(run_clean: Callable[..., str], tmp_path: Path, damage: str) -> None:
    package = tmp_path / "copy" / "data_bridge" / "pyloop"
    original = Path(data_bridge.pyloop.__path__[0])
    shutil.copytree(original, package, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    engine = package / "_engine.abi3.so"
    content = DAMAGES[damage]
    if content is not None:
        engine.write_bytes(content)
    text = run_clean(TRY, PYTHONPATH=str(tmp_path / "copy"))
    assert text.startswith("PyLoop's engine")
    assert str(package) in text
    assert "_engine.abi3.so" in text
    assert "pip install --force-reinstall data-bridge-pyloop" in text


def test_installation_that_is_mended(run_clean: Callable[..., str], tmp_path: Path) -> None:
    package = tmp_path / "copy" / "data_bridge" / "pyloop"
    original = Path(data_bridge.pyloop.__path__[0])
    shutil.copytree(original, package, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    code = f"""
import importlib, shutil
import data_bridge.pyloop as pyloop
try:
    pyloop.new_event_loop()
except ImportError:
    print("refused")
shutil.copy({str(original / "_engine.abi3.so")!r}, {str(package)!r})
importlib.invalidate_caches()
pyloop.new_event_loop().close()
print("loaded")
"""
    assert run_clean(code, PYTHONPATH=str(tmp_path / "copy")) == "refused\nloaded\n"
