"""Where the JDK is: the one rule, used when the loop boots, when the wheel is built and by the Makefile.

Standard library only, and nothing relative to the package: the build loads this file before the package exists.
As a script it prints the home of a JDK that can also compile.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MINIMUM_MAJOR", "JdkNotFoundError", "find_jdk"]

MINIMUM_MAJOR = 25
"""Oldest Java the engine runs on: its class files are of this release."""

_INSTALLATION_PATTERNS = ("/usr/lib/jvm/*", "~/.sdkman/candidates/java/*", "/opt/*jdk*")

_REMEDY = (
    f"Install a JDK {MINIMUM_MAJOR}, for example Eclipse Temurin {MINIMUM_MAJOR} (https://adoptium.net) or the Debian "
    f"package openjdk-{MINIMUM_MAJOR}-jdk-headless. If it is in none of the places above, set JAVA_HOME to its "
    "directory."
)


class JdkNotFoundError(ImportError):
    """No usable JDK; the text lists the places tried, what was found there, and the remedy."""


def find_jdk(*, compiler: bool = False) -> Path:
    """Return the home of the JDK to use; with `compiler`, one that has `javac` too.

    PYLOOP_JAVA_HOME decides alone when it is set. Otherwise the first usable one of JAVA_HOME, the usual places of
    installation, and `java` on PATH.
    """
    explicit = os.environ.get("PYLOOP_JAVA_HOME")
    if explicit:
        # Falling back to another JDK would hide a mistake in a setting made for PyLoop alone.
        home = Path(explicit)
        fault = _fault(home, compiler)
        if fault:
            raise JdkNotFoundError(f"PYLOOP_JAVA_HOME={explicit}: {fault}.\n{_REMEDY}")
        return home

    tried: list[str] = []
    for place, homes in _places():
        usable: list[Path] = []
        for home in homes:
            fault = _fault(home, compiler)
            if fault:
                tried.append(f"{place}: {fault}" if len(homes) == 1 else f"{place}: {home}: {fault}")
            else:
                usable.append(home)
        if usable:
            return min(usable, key=_preference)
        if not homes:
            tried.append(f"{place}: nothing there")
    lines = "\n".join(f"  {line}" for line in tried)
    raise JdkNotFoundError(f"PyLoop needs a JDK {MINIMUM_MAJOR} or newer and found none. Tried:\n{lines}\n{_REMEDY}")


def _places() -> Iterator[tuple[str, list[Path]]]:
    """Yield each place with the possible JDK homes in it, in the order of preference."""
    java_home = os.environ.get("JAVA_HOME")
    yield (f"JAVA_HOME={java_home}", [Path(java_home)]) if java_home else ("JAVA_HOME (not set)", [])
    for pattern in _INSTALLATION_PATTERNS:
        # Files beside the directories are no homes; Debian keeps a hidden alternatives file for each package.
        found = [Path(path) for path in sorted(glob.glob(os.path.expanduser(pattern)))]
        yield pattern, [path for path in found if path.is_dir()]
    java = shutil.which("java")
    if java is None:
        yield "java on PATH", []
    else:
        resolved = Path(java).resolve()
        yield f"java on PATH ({resolved})", [resolved.parent.parent]


def _preference(home: Path) -> tuple[bool, int, int, str]:
    """Sort key: the release the engine is tested on, then the oldest newer one; real directories before links."""
    major = _major(home) or 0
    return (major != MINIMUM_MAJOR, major, home.is_symlink(), str(home))


def _fault(home: Path, compiler: bool) -> str | None:
    """Say why `home` cannot be used, or return None."""
    if not home.is_dir():
        return "no such directory"
    major = _major(home)
    if major is None:
        return "not a JDK (no file 'release' with a JAVA_VERSION)"
    if major < MINIMUM_MAJOR:
        return f"Java {major} is too old"
    if not (home / "lib" / "server" / "libjvm.so").is_file():
        return f"Java {major}, but without lib/server/libjvm.so"
    if compiler and not (home / "bin" / "javac").is_file():
        return f"Java {major}, but without the compiler bin/javac"
    return None


def _major(home: Path) -> int | None:
    """Major version according to the `release` file of a JDK: starting a JVM to ask it would take too long."""
    try:
        release = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # Up to Java 8 versions were written 1.8.0_402, since then 25.0.3 or 25-ea.
    match = re.search(r'^JAVA_VERSION="?(?:1\.)?(\d+)', release, re.MULTILINE)
    return int(match[1]) if match else None


if __name__ == "__main__":
    try:
        print(find_jdk(compiler=True))
    except JdkNotFoundError as error:
        sys.exit(str(error))
