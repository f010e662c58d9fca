"""Where the JDK is that builds the engine: the one rule, for Maven, the ahead-of-time compiler and the Makefile.

Standard library only, and loadable by its path. As a script it prints that home.
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

__all__ = ["MAJOR", "JdkNotFoundError", "find_graalvm", "find_java_home", "find_jdk"]

MAJOR = 25
"""The Java whose JDK can run the compiler: native-image 25 works on no other, and later JDKs have no JVMCI."""

_INSTALLATION_PATTERNS = ("/usr/lib/jvm/*", "~/.sdkman/candidates/java/*", "/opt/*jdk*")

_REMEDY = (
    f"Install a JDK {MAJOR}, for example Eclipse Temurin {MAJOR} (https://adoptium.net) or the Debian package "
    f"openjdk-{MAJOR}-jdk-headless. If it is in none of the places above, set JAVA_HOME to its directory."
)


class JdkNotFoundError(Exception):
    """No usable JDK; the text lists the places tried, what was found there, and the remedy."""


def find_java_home() -> Path:
    """Return the home of the Java that builds: the GraalVM that was chosen, or else a JDK."""
    return find_graalvm() or find_jdk()


def find_graalvm() -> Path | None:
    """Return the GraalVM that GRAALVM_HOME names, or None if it is not set."""
    explicit = os.environ.get("GRAALVM_HOME")
    if not explicit:
        return None
    home = Path(explicit)
    fault = _fault(home)
    if not fault and not (home / "bin" / "native-image").is_file():
        fault = "no bin/native-image"
    if fault:
        raise JdkNotFoundError(f"GRAALVM_HOME={explicit}: {fault}. Set it to a GraalVM {MAJOR}, or not at all.")
    return home


def find_jdk() -> Path:
    """Return the home of the JDK to use.

    PYLOOP_JAVA_HOME decides alone when it is set. Otherwise the first usable one of JAVA_HOME, the usual places of
    installation, and `java` on PATH.
    """
    explicit = os.environ.get("PYLOOP_JAVA_HOME")
    if explicit:
        # Falling back to another JDK would hide a mistake in a setting made for PyLoop alone.
        home = Path(explicit)
        fault = _fault(home)
        if fault:
            raise JdkNotFoundError(f"PYLOOP_JAVA_HOME={explicit}: {fault}.\n{_REMEDY}")
        return home

    tried: list[str] = []
    for place, homes in _places():
        usable: list[Path] = []
        for home in homes:
            fault = _fault(home)
            if fault:
                tried.append(f"{place}: {fault}" if len(homes) == 1 else f"{place}: {home}: {fault}")
            else:
                usable.append(home)
        if usable:
            # Real directories before links to them.
            return min(usable, key=lambda home: (home.is_symlink(), str(home)))
        if not homes:
            tried.append(f"{place}: nothing there")
    lines = "\n".join(f"  {line}" for line in tried)
    raise JdkNotFoundError(f"The build needs a JDK {MAJOR} and found none. Tried:\n{lines}\n{_REMEDY}")


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


def _fault(home: Path) -> str | None:
    """Say why `home` cannot be used, or return None."""
    if not home.is_dir():
        return "no such directory"
    try:
        # Starting a JVM to ask it would take too long.
        release = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        release = ""
    # Up to Java 8 versions were written 1.8.0_402, since then 25.0.3 or 25-ea.
    version = re.search(r'^JAVA_VERSION="?(?:1\.)?(\d+)', release, re.MULTILINE)
    if version is None:
        return "not a JDK (no file 'release' with a JAVA_VERSION)"
    if int(version[1]) != MAJOR:
        return f"Java {version[1]}, not {MAJOR}"
    if not (home / "bin" / "javac").is_file():
        return f"Java {MAJOR}, but without the compiler bin/javac"
    if not re.search(r'^MODULES=".*\bjdk\.internal\.vm\.ci\b', release, re.MULTILINE):
        return f"Java {MAJOR}, but without JVMCI (the module jdk.internal.vm.ci)"
    return None


if __name__ == "__main__":
    try:
        print(find_java_home())
    except JdkNotFoundError as error:
        sys.exit(str(error))
