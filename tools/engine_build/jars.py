"""The jars of the native-image builder: fetched by Maven, compared with the checksums in native/builder-jars.sha256."""

from __future__ import annotations

import hashlib
import shutil
import sys
from typing import TYPE_CHECKING

from engine_build.progress import BuildError, run

if TYPE_CHECKING:
    from pathlib import Path


def collect_jars(root: Path, folder: Path) -> None:
    """Fill `folder` with exactly the jars that the list names."""
    expected = _read_list(root / "native" / "builder-jars.sha256")
    if _checksums(folder) == expected:
        return
    shutil.rmtree(folder, ignore_errors=True)
    maven = [sys.executable, str(root / "tools" / "maven.py"), "-f", str(root / "native" / "pom.xml")]
    # The phase of pom.xml that copies them.
    run(
        [*maven, "--batch-mode", "--quiet", "prepare-package", f"-Dpyloop.jars={folder}"], "Fetching the builder's jars"
    )
    found = _checksums(folder)
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise BuildError(f"{name} is in native/builder-jars.sha256, but native/pom.xml does not bring it")
        if found[name] != expected.get(name):
            raise BuildError(
                f"{folder / name} has the SHA-256 {found[name]}; native/builder-jars.sha256 expects "
                f"{expected.get(name, 'no such file')}. Nothing of it is run."
            )


def _read_list(path: Path) -> dict[str, str]:
    """The format of sha256sum: a checksum and a file name on each line."""
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {name: checksum for checksum, name in pairs}


def _checksums(folder: Path) -> dict[str, str]:
    return {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
