"""The sdist: all that the engine is made of is in it, and a wheel can be built from it."""

import shutil
import subprocess
import sys
from pathlib import Path

from build_engine import ENGINE, OPENJDK_RELEASE, ROOT, STAMP

from engine_build.inputs import hash_of_inputs
from engine_build.toolchain import find_toolchain


def test_engine_would_be_the_same(sdist: Path) -> None:
    toolchain = find_toolchain()
    assert hash_of_inputs(sdist, toolchain) == hash_of_inputs(ROOT, toolchain)


def test_wheel_builds_from_it(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    """Its inputs being the same, the engine of these sources is taken as built, which saves minutes."""
    work = sdist / "target" / "native"
    work.mkdir(parents=True)
    for path in (ENGINE, OPENJDK_RELEASE, STAMP):
        shutil.copy2(path, work)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-input",
        "--no-deps",
        "--wheel-dir",
        tmp_path,
        sdist,
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = tmp_path.glob("*.whl")
    assert (built.name, built.read_bytes()) == (wheel.name, wheel.read_bytes())
