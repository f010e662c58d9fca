"""Say what is missing to build and test PyLoop, and how to get it; exit code 0 if nothing is.

Kept free of new syntax, so that a Python that is too old can still run it and be told so.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys

MINIMUM_PYTHON = (3, 11)
MINIMUM_MAVEN = (3, 8)


def missing() -> list[str]:
    """One text for each requirement that is not met."""
    found = []
    if sys.platform != "linux" or platform.machine() != "x86_64":
        found.append(f"Linux on x86-64: this is {sys.platform} on {platform.machine()}.")
    if sys.version_info < MINIMUM_PYTHON:
        found.append(
            f"Python 3.11 or newer: {sys.executable} is {platform.python_version()}. Install one (e.g. the Debian "
            "packages\n  python3.13 and python3.13-venv) and name it: make PYTHON=python3.13 ..."
        )
        # The remaining checks need the syntax of a newer Python.
        return found
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        found.append(
            f"Python's venv ({error}): install the package that holds it, e.g. Debian's "
            f"python{sys.version_info.major}.{sys.version_info.minor}-venv."
        )
    # The scripts that follow are beside this one, and newer than what an old Python can read.
    from engine_build.toolchain import C_COMPILER_REMEDY, find_c_compiler
    from jdk import JdkNotFoundError, find_java_home

    home = None
    try:
        home = find_java_home()
    except JdkNotFoundError as error:
        found.append("JDK 25: " + str(error).replace("\n", "\n  "))
    if find_c_compiler() is None:
        found.append(C_COMPILER_REMEDY)
    maven = shutil.which("mvn")
    if maven is None:
        found.append("Maven 3.8 or newer: no command mvn on PATH. Install it, e.g. the Debian package maven.")
    elif home is not None:
        environment = {**os.environ, "JAVA_HOME": str(home)}
        command = [maven, "-B", "--version"]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        match = re.search(r"Apache Maven (\d+)\.(\d+)", answer.stdout)
        if match is None:
            found.append(f"Maven 3.8 or newer: `{maven} --version` failed:\n  {answer.stdout}{answer.stderr}")
        elif (int(match[1]), int(match[2])) < MINIMUM_MAVEN:
            found.append(f"Maven 3.8 or newer: {maven} is {match[1]}.{match[2]}. Install a newer one.")
    return found


if __name__ == "__main__":
    texts = missing()
    for text in texts:
        print("missing: " + text, file=sys.stderr)
    sys.exit(1 if texts else 0)
