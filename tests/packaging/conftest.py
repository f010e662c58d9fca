"""Fixtures of the packaging tests: the wheel and the sdist as `make wheel` packs them."""

import subprocess
import sys
from pathlib import Path

import pytest
from build_engine import ROOT


def _pack(*arguments: str) -> None:
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the sources; the engine in it is built only if that of the last build is out of date."""
    folder = tmp_path_factory.mktemp("wheel")
    _pack("pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.iterdir()
    return wheel


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked sources that are published."""
    folder = tmp_path_factory.mktemp("sdist")
    _pack("build", "--no-isolation", "--sdist", "--outdir", str(folder), str(ROOT))
    (archive,) = folder.iterdir()
    subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
    return next(path for path in folder.iterdir() if path.is_dir())
