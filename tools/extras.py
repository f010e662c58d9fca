"""Install extras of pyproject.toml into the Python that runs this, without the project itself.

python tools/extras.py EXTRA...             all of them, or fail
python tools/extras.py --each EXTRA...      one by one; report those that this Python or index does not have
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

#: Python alone, of which there is no wheel.
SOURCES = "curio"
PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def requirements(extras: list[str]) -> list[str]:
    """The requirements of the named extras, as written."""
    with PYPROJECT.open("rb") as file:
        optional: dict[str, list[str]] = tomllib.load(file)["project"]["optional-dependencies"]
    return [requirement for extra in extras for requirement in optional[extra]]


def pip_install(arguments: list[str], *, quiet_failure: bool = False) -> bool:
    """Install with the pip of this Python; return whether that worked."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", *arguments]
    completed = subprocess.run(command, stderr=subprocess.PIPE if quiet_failure else None, check=False)
    return completed.returncode == 0


def install_each(wanted: list[str]) -> None:
    """Install what can be installed; wheels only, since a compiler for each of them is too much to ask for."""
    binary = ["--only-binary", ":all:", "--no-binary", SOURCES]
    for requirement in wanted:
        if not pip_install([*binary, requirement], quiet_failure=True):
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            print(f"left out: {requirement} (no wheel of it for Python {version} was found)", flush=True)


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    if arguments[:1] == ["--each"]:
        install_each(requirements(arguments[1:]))
        return 0
    return 0 if pip_install(requirements(arguments)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
