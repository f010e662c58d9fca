"""Whether the engine must be built anew: a hash over everything that it is made of."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine_build.toolchain import Toolchain

# Of these, every file counts.
_SOURCES = ("src/main/java", "native", "tools/engine_build", "tools/build_engine.py", "pom.xml")


def hash_of_inputs(root: Path, toolchain: Toolchain) -> str:
    """A hash of the sources, of the build itself, of the JDK and of the C compiler."""
    digest = hashlib.sha256()
    for path in sorted(_files(root)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)} {len(content)}\n".encode())
        digest.update(content)
    # Names the exact build of the JDK, wherever it is installed.
    digest.update((toolchain.java_home / "release").read_bytes())
    digest.update(subprocess.run([toolchain.c_compiler, "--version"], capture_output=True, check=False).stdout)
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in _SOURCES:
        top = root / name
        for path in [top, *top.rglob("*")]:
            if path.is_file() and path.suffix != ".pyc":
                yield path
