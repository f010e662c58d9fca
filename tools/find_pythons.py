"""Print the interpreters PyLoop supports and this machine has, one a line: those `make test-all` runs the tests on.

Looked for on PATH and among the versions of pyenv. One counts if it starts, has a GIL, and can make a venv.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

MINOR_VERSIONS = (11, 12, 13, 14, 15)

_PROBE = """
import sys, sysconfig, ensurepip, venv
usable = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
print("%d.%d" % sys.version_info[:2] if usable else "no")
"""


def candidates(minor: int) -> list[str]:
    """Commands that may be this Python, best first."""
    name = f"python3.{minor}"
    on_path = shutil.which(name)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    installed = sorted(pyenv.glob(f"versions/3.{minor}.*/bin/{name}"))
    return [*([on_path] if on_path else []), *(str(path) for path in reversed(installed))]


def is_usable(command: str, minor: int) -> bool:
    """Whether this is the Python its name promises, and one that can run the tests."""
    # A command on PATH may be a stand-in of a version manager, for a version that is not enabled.
    completed = subprocess.run([command, "-c", _PROBE], capture_output=True, text=True, check=False)
    return completed.stdout.strip() == f"3.{minor}"


def usable_pythons() -> list[str]:
    """The first usable candidate of each version."""
    found = (next((one for one in candidates(minor) if is_usable(one, minor)), None) for minor in MINOR_VERSIONS)
    return [command for command in found if command]


if __name__ == "__main__":
    print("\n".join(usable_pythons()))
