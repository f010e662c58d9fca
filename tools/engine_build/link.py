"""From the builder's object file to the extension module: the C functions it needs, and a glibc that is old enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine_build import glibc
from engine_build.elf import ElfFile
from engine_build.progress import BuildError, run

if TYPE_CHECKING:
    from pathlib import Path

ENTRY_POINT = "PyInit__engine"

# Natives of JDK classes, which the JDK has in libraries that are not linked.
_JDK_NATIVE = re.compile(r"Java_\w+|JNI_OnLoad_\w+|JVM_\w+|SVM_\w+|InitializeEncoding|initialize")

# In support.c.
_ABORT = "_Noreturn void unexpected_call(const char *name);\n"
_STUB = 'void {0}(void) {{ unexpected_call("{0}"); }}\n'

_C_OPTIONS = [
    *("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-fPIC", "-fvisibility=hidden"),
    # Distributions turn these on by default, which would call other functions of glibc there.
    *("-fno-stack-protector", "-U_FORTIFY_SOURCE"),
]

_LINK_OPTIONS = [
    *("-shared", "-nostdlib", "-s"),
    # Every symbol must be found now, not at a user's; and within the library, whatever else the process has loaded.
    *("-Wl,-z,defs", "-Wl,-z,now", "-Wl,-Bsymbolic"),
    *("-Wl,-z,noexecstack", "-Wl,-z,relro", "-Wl,-z,text", "-Wl,--gc-sections", "-Wl,--build-id=sha1"),
]


def link(root: Path, object_file: Path, c_compiler: str, result: Path, include: Path | None = None) -> None:
    """Link the object file with support.c; `include` comes before native/include."""
    native, work = root / "native", result.parent
    compiled = ElfFile(object_file)
    if ENTRY_POINT not in compiled.defined_symbols():
        raise BuildError(f"The builder made no {ENTRY_POINT}: is the method with that @CEntryPoint still there?")
    symbols = glibc.read_symbols(native / "glibc-symbols.txt")

    folders = [f"-I{folder}" for folder in (include, native / "include") if folder]
    support = work / "support.o"
    run([c_compiler, *_C_OPTIONS, *folders, "-c", native / "support.c", "-o", support], "Compiling native/support.c")
    missing = compiled.undefined_symbols() - ElfFile(support).defined_symbols() - glibc.names(symbols)
    unknown = sorted(name for name in missing if not _JDK_NATIVE.fullmatch(name))
    if unknown:
        raise BuildError(
            f"The compiled engine calls {', '.join(unknown)}, which nothing defines. A function of glibc belongs into "
            "native/glibc-symbols.txt, one of the builder's runtime into native/support.c."
        )
    stubs = work / "stubs.c"
    stubs.write_text(_ABORT + "".join(_STUB.format(name) for name in sorted(missing)))
    run([c_compiler, *_C_OPTIONS, "-c", stubs, "-o", work / "stubs.o"], "Compiling the stubs")

    exports = work / "exports.map"
    exports.write_text(f"{{ global: {ENTRY_POINT}; local: *; }};\n")
    libraries = glibc.make_libraries(symbols, c_compiler, work)
    options = [*_LINK_OPTIONS, f"-Wl,--version-script,{exports}"]
    run([c_compiler, *options, "-o", result, object_file, support, work / "stubs.o", *libraries], "Linking the engine")
