"""Libraries to link against instead of the machine's glibc, so that the engine needs an old one: see glibc-symbols.txt.

They hold the names alone, each under the version it was introduced with; nothing in them is ever run.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine_build.progress import BuildError, run

if TYPE_CHECKING:
    from pathlib import Path

#: Library, then version, then the symbols of that version.
Symbols = dict[str, dict[str, list[str]]]


def read_symbols(path: Path) -> Symbols:
    """Read native/glibc-symbols.txt: a line with library and version, then lines of symbols."""
    symbols: Symbols = defaultdict(lambda: defaultdict(list))
    current: list[str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words and words[0].startswith("lib"):
            library, version = words
            current = symbols[library][version]
        elif words:
            if current is None:
                raise BuildError(f"{path}: {words[0]} comes before the first library")
            current += words
    return symbols


def names(symbols: Symbols) -> set[str]:
    """All symbols, whatever their library."""
    return {name for versions in symbols.values() for version in versions.values() for name in version}


def make_libraries(symbols: Symbols, c_compiler: str, folder: Path) -> list[Path]:
    """Write the libraries into `folder` and return their paths."""
    libraries = []
    for library, versions in symbols.items():
        source, script, result = (folder / f"{library}{suffix}" for suffix in (".s", ".map", ""))
        source.write_text("".join(_stub(name) for version in versions.values() for name in version))
        script.write_text("".join(f"{version} {{ {'; '.join(held)}; }};\n" for version, held in versions.items()))
        options = ["-shared", "-nostdlib", f"-Wl,-soname,{library}", f"-Wl,--version-script,{script}"]
        run([c_compiler, *options, "-o", result, source], f"Making a library of the names in {library}")
        libraries.append(result)
    return libraries


def _stub(name: str) -> str:
    return f".globl {name}\n.type {name}, @function\n{name}:\n"
