"""From class files to an object file: the bytecode step and the native-image builder.

The builder is an ordinary Java program in the jars of Maven's org.graalvm.nativeimage:svm. A GraalVM starts it through
its command native-image; here a JDK runs it as that command would, with two classes of native/patch put into it.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import uuid
from typing import TYPE_CHECKING

from engine_build.jars import collect_jars
from engine_build.progress import BuildError, run, run_with_log, say

if TYPE_CHECKING:
    from pathlib import Path

    from engine_build.toolchain import Toolchain

_MODULE = "org.graalvm.nativeimage.builder"
_MAIN_CLASS = "com.oracle.svm.hosted.StartOnPlainJdk"
# May change the modules of the JDK: what StartOnPlainJdk calls.
_OPENER = "java.base/jdk.internal.module"

# More than the engine needs: a smaller heap costs time, and the machine may have no more.
_HEAP = "-Xmx2g"
# The JVM's best compiler takes more time on two cores than it saves the builder within a minute.
_JIT = "-XX:TieredStopAtLevel=1"

_PROPERTIES = {
    "com.oracle.graalvm.isaot": "true",
    "java.awt.headless": "true",
    # Lambdas must not be initialised in the builder, or it would find them in the image.
    "java.lang.invoke.InnerClassLambdaMetafactory.initializeLambdas": "false",
    "java.system.class.loader": "com.oracle.svm.hosted.NativeImageSystemClassLoader",
    "jdk.internal.lambda.disableEagerInitialization": "true",
    "org.graalvm.nativeimage.imagecode": "buildtime",
    "org.graalvm.vendor": "PyLoop",
    "org.graalvm.vendorversion": "assembled from Maven Central",
    "substratevm.HostLibC": "glibc",
    # The builder looks for the JDK it was released with; any build of 25 has what it needs.
    "substratevm.IgnoreGraalVersionCheck": "true",
}

#: The class of the bytecode step, a program in one source file.
_BYTECODE_STEP = "native/src/PrepareClasses.java"


def add_entry_points(root: Path, java_home: Path, classes: Path, result: Path) -> None:
    """Run the bytecode step."""
    shutil.rmtree(result, ignore_errors=True)
    run([java_home / "bin" / "java", root / _BYTECODE_STEP, classes, result], "The bytecode step")


def compile_to_object(
    root: Path, toolchain: Toolchain, classes: Path, work: Path, inputs: str, *, is_quick: bool
) -> Path:
    """Compile the class files ahead of time, which takes minutes; return the object file."""
    scratch = work / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    options = [
        *_read_options(root / "native" / "native-image.options"),
        f"-H:Optimize={'b' if is_quick else '3'}",
        f"-H:CCompilerPath={toolchain.c_compiler}",
        f"-H:CLibraryPath={root / 'native'}",
        f"-H:Path={scratch}",
        f"-H:TempDirectory={scratch}",
        "-H:Name=engine",
        # The same for the same inputs, instead of a random one.
        f"-H:ImageBuildID={uuid.uuid5(uuid.NAMESPACE_OID, inputs)}",
    ]
    if toolchain.is_graalvm:
        command = [
            str(toolchain.java_home / "bin" / "native-image"),
            f"-J{_HEAP}",
            f"-J{_JIT}",
            *_exports_to_engine(root),
        ]
        command += ["-cp", str(classes), *options]
    else:
        jars, patch = work / "jars", work / "patch"
        collect_jars(root, jars)
        _compile_patch(root, toolchain.java_home, jars, patch)
        command = [*_builder_command(toolchain.java_home, jars, patch), "-imagecp", str(classes), *options]
    environment = {**os.environ, "JVMCI_VERSION_CHECK": "ignore"}
    # They would change the builder's JVM and print a line.
    for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"):
        environment.pop(name, None)
    run_with_log(
        command,
        "The native-image builder",
        log=work / "builder.log",
        environment=environment,
        # Such as: [6/8] Compiling methods...   [*****]
        show=lambda line: line.startswith("[") and "/8]" in line,
    )
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    say(f"  the builder took up to {megabytes:,} MB of memory")
    found = list(scratch.rglob("engine.o"))
    if len(found) != 1:
        raise BuildError(f"The builder left {len(found)} files engine.o in {scratch}, expected one.")
    return found[0]


def _builder_command(java_home: Path, jars: Path, patch: Path) -> list[str]:
    (compiler,) = jars.glob("compiler-*.jar")
    return [
        str(java_home / "bin" / "java"),
        *("-XX:+UseParallelGC", "-XX:+UnlockExperimentalVMOptions", "-XX:+EnableJVMCI", "-Xss10m", _HEAP, _JIT),
        *(f"-D{name}={value}" for name, value in _PROPERTIES.items()),
        # The engine says it in --info.
        f"-Dorg.graalvm.version={compiler.stem.removeprefix('compiler-')}",
        f"--add-exports={_OPENER}={_MODULE},org.graalvm.nativeimage.base",
        "--add-modules=ALL-DEFAULT,ALL-MODULE-PATH",
        f"--enable-native-access={_MODULE},ALL-UNNAMED",
        # Takes the place of the compiler that is in the JDK.
        f"--upgrade-module-path={compiler}",
        f"--module-path={jars}",
        f"--patch-module={_MODULE}={patch}",
        *("--module", f"{_MODULE}/{_MAIN_CLASS}"),
    ]


def _compile_patch(root: Path, java_home: Path, jars: Path, result: Path) -> None:
    sources = root / "native" / "patch"
    (compiler,) = jars.glob("compiler-*.jar")
    command: list[str | Path] = [
        java_home / "bin" / "javac",
        *("-proc:none", "-d", str(result)),
        f"--add-exports={_OPENER}={_MODULE}",
        f"--upgrade-module-path={compiler}",
        f"--module-path={jars}",
        f"--patch-module={_MODULE}={sources}",
        *sorted(sources.rglob("*.java")),
    ]
    run(command, "Compiling native/patch")


def _exports_to_engine(root: Path) -> list[str]:
    """What StartOnPlainJdk does without a GraalVM: internals of the runtime that the engine names."""
    imported = re.compile(r"^import (?:static )?(com\.oracle\.svm\.core[a-z.\d]*)\.[A-Z]", re.MULTILINE)
    sources = (path.read_text(encoding="utf-8") for path in (root / "src" / "main" / "java").rglob("*.java"))
    packages = {package for source in sources for package in imported.findall(source)}
    return [f"-J--add-exports={_MODULE}/{package}=ALL-UNNAMED" for package in sorted(packages)]


def _read_options(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
