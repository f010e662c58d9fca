"""The programs that the build of the engine needs, and what to install where one is missing."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_build.progress import BuildError
from jdk import JdkNotFoundError, find_graalvm, find_jdk

if TYPE_CHECKING:
    from pathlib import Path

C_COMPILER_REMEDY = (
    "a C compiler: none of gcc, cc and clang is on PATH. Install one (e.g. the Debian packages gcc and libc6-dev) or "
    "name it in CC."
)


@dataclass(frozen=True)
class Toolchain:
    """What was found on this machine."""

    java_home: Path
    #: Whether java_home is a GraalVM, whose own native-image is then used.
    is_graalvm: bool
    c_compiler: str


def find_toolchain() -> Toolchain:
    """Find everything, or raise a BuildError that says what is missing."""
    try:
        graalvm = find_graalvm()
        java_home = graalvm or find_jdk()
    except JdkNotFoundError as error:
        raise BuildError(str(error)) from None
    compiler = find_c_compiler()
    if compiler is None:
        raise BuildError("missing: " + C_COMPILER_REMEDY)
    return Toolchain(java_home, graalvm is not None, compiler)


def find_c_compiler() -> str | None:
    """The path of the C compiler: that of CC, or else the first of the usual names."""
    chosen = os.environ.get("CC")
    # The builder can be told the name of a compiler, not its options.
    names = shlex.split(chosen)[:1] if chosen else ["gcc", "cc", "clang"]
    return next((path for name in names if (path := shutil.which(name))), None)
