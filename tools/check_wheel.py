"""Check a wheel before it is published: `python3 tools/check_wheel.py WHEEL`; exit code 0 if nothing is wrong.

What would go wrong at a user's and not here: a library that needs a newer system than the tag promises, symbols that
other extension modules may meet, paths of the machine that built it, a missing licence, a size that surprises.
"""

from __future__ import annotations

import re
import sys
import tempfile
import zipfile
from pathlib import Path

from engine_build.elf import ElfFile

MAXIMUM_SIZE = 8_000_000

# The libraries that PEP 600 lets every manylinux wheel expect.
_SYSTEM_LIBRARIES = {"libc.so.6", "libdl.so.2", "libpthread.so.0", "libm.so.6", "librt.so.1"}
_TAG = re.compile(r"-cp311-abi3-manylinux_2_(\d+)_x86_64\.whl$")
_NEWEST_GLIBC = 28
_LICENSES = {"LICENSE", "LICENSES/GPL-2.0-with-classpath-exception.txt", "LICENSES/UPL-1.0.txt", "NOTICE"}
# Where sources, JDKs and homes lie on machines that build.
_PATH = re.compile(rb"(?:/home/|/root/|/tmp/|/usr/lib/jvm/|/opt/|/work/|/builds?/|/workspace)[\w.@+-]+(?:/[\w.@+-]+)*")


def faults_of_wheel(wheel: Path) -> list[str]:
    """One text for each thing that is wrong with the wheel."""
    faults = []
    tag = _TAG.search(wheel.name)
    if tag is None or int(tag[1]) > _NEWEST_GLIBC:
        faults.append(f"the tag of {wheel.name} is not cp311-abi3-manylinux_2_{_NEWEST_GLIBC}_x86_64 or older")
    if wheel.stat().st_size > MAXIMUM_SIZE:
        faults.append(f"it has {wheel.stat().st_size:,} bytes, more than {MAXIMUM_SIZE:,}")
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        names = archive.namelist()
        libraries = [name for name in names if re.search(r"\.so(\.|$)", name)]
        if libraries != ["data_bridge/pyloop/_engine.abi3.so"]:
            faults.append(f"its libraries are {libraries}, not the engine alone")
        for name in libraries:
            path = Path(archive.extract(name, folder))
            faults += [f"{name}: {fault}" for fault in faults_of_library(path, int(tag[1]) if tag else _NEWEST_GLIBC)]
        held = {name.split(".dist-info/licenses/", 1)[1] for name in names if ".dist-info/licenses/" in name}
        faults += [f"it lacks dist-info/licenses/{name}" for name in sorted(_LICENSES - held)]
    return faults


def faults_of_library(path: Path, glibc: int) -> list[str]:
    """What is wrong with a library for systems with glibc 2.`glibc`."""
    library = ElfFile(path)
    faults = []
    exports = library.exported_symbols()
    if exports != {"PyInit__engine"}:
        faults.append(f"it exports {sorted(exports)[:5]}, not PyInit__engine alone")
    foreign = [name for name in library.needed_libraries() if name not in _SYSTEM_LIBRARIES]
    faults += [f"it needs {name}, which not every system has" for name in foreign]
    for name, versions in library.needed_versions().items():
        for version in sorted(versions):
            number = re.fullmatch(r"GLIBC_2\.(\d+)(?:\.\d+)?", version)
            if number is None or int(number[1]) > glibc:
                faults.append(f"it needs {version} of {name}; its tag promises that glibc 2.{glibc} is enough")
    if library.search_paths():
        faults.append(f"it looks for libraries in {library.search_paths()}")
    if library.has_symbol_table():
        faults.append("it is not stripped")
    paths = {match[0].decode() for match in _PATH.finditer(path.read_bytes())}
    faults += [f"it holds the path {found}" for found in sorted(paths)]
    return faults


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    (wheel,) = map(Path, arguments)
    faults = faults_of_wheel(wheel)
    for fault in faults:
        print(f"{wheel.name}: {fault}", file=sys.stderr)
    if not faults:
        print(f"{wheel.name}: {wheel.stat().st_size:,} bytes, nothing wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
