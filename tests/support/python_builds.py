"""The builds of supported CPythons on this machine: static and shared, ordinary and debug."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAMES = [f"python3.{minor}{suffix}" for minor in (11, 12, 13, 14, 15) for suffix in ("", "-dbg", "d")]
_FACTS = """
import json, sys, sysconfig
with open("/proc/self/maps") as maps:
    shared = "/libpython3." in maps.read()
supported = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
print(json.dumps([supported, sys.version_info[:3], shared, hasattr(sys, "gettotalrefcount")]))
"""


@dataclass(frozen=True)
class PythonBuild:
    """An interpreter and how it was built."""

    executable: str
    version: tuple[int, ...]
    #: Whether the interpreter is in a libpython of its own, not in the executable.
    shared: bool
    debug: bool

    def __str__(self) -> str:
        version = ".".join(map(str, self.version))
        return f"{version}-{'shared' if self.shared else 'static'}{'-debug' if self.debug else ''}"


@cache
def builds() -> list[PythonBuild]:
    """One interpreter of each kind: the tests' own, and those on PATH, beside the system's and in pyenv."""
    found: dict[str, PythonBuild] = {}
    for executable in [sys.executable, *_candidates()]:
        build = _look_at(executable)
        if build is not None:
            found.setdefault(str(build), build)
    return list(found.values())


def _candidates() -> list[str]:
    paths = [os.environ.get("PATH", ""), "/usr/bin", "/usr/local/bin"]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    paths += sorted(str(path) for path in pyenv.glob("3.*/bin"))
    return [found for name in _NAMES for path in paths if (found := shutil.which(name, path=path))]


def _look_at(executable: str) -> PythonBuild | None:
    """None if the file only stands for an interpreter, or if it is one that PyLoop does not support."""
    command = [executable, "-I", "-c", _FACTS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        return None
    supported, version, shared, debug = json.loads(done.stdout)
    return PythonBuild(executable, tuple(version), shared, debug) if supported else None
