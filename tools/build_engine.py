"""Build the engine, target/native/_engine.abi3.so, from its Java; do nothing if it is up to date.

python3 tools/build_engine.py [--quick] [--copy]

--quick   optimise less: for development, in which a slower engine now is worth more than a fast one later
--copy    put it into the package too, for a package that is used where it lies

The steps: Maven compiles the Java; the bytecode step adds the entry points that C calls; the native-image builder
compiles the class files to an object file; the C compiler links it with native/support.c. A hash of all inputs is kept
beside the result, so that the wheels of several Pythons share one engine. What the steps are made of is in
tools/engine_build and native.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import sys
from pathlib import Path

from engine_build.image import add_entry_points, compile_to_object
from engine_build.inputs import hash_of_inputs
from engine_build.link import link
from engine_build.progress import BuildError, run, say
from engine_build.toolchain import Toolchain, find_toolchain

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "native"
ENGINE = WORK / "_engine.abi3.so"
IN_PACKAGE = ROOT / "python" / "data_bridge" / "pyloop" / ENGINE.name
#: Names the exact build of OpenJDK whose class library is in the engine, and where its sources are.
OPENJDK_RELEASE = WORK / "openjdk-release.txt"
STAMP = WORK / "built-from.json"


def build(*, is_quick: bool) -> None:
    """Build the engine if that is necessary. A fully optimised one is good enough for a quick build."""
    toolchain = find_toolchain()
    inputs = hash_of_inputs(ROOT, toolchain)
    built_from = _read_stamp()
    if ENGINE.exists() and built_from.get("inputs") == inputs and (is_quick or not built_from.get("quick")):
        say(f"{ENGINE.relative_to(ROOT)} is up to date")
        return
    STAMP.unlink(missing_ok=True)
    _build(toolchain, inputs, is_quick=is_quick)
    STAMP.write_text(json.dumps({"inputs": inputs, "quick": is_quick}), encoding="utf-8")


def _build(toolchain: Toolchain, inputs: str, *, is_quick: bool) -> None:
    say(f"1/4 compiling the Java with Maven, on {toolchain.java_home}")
    maven = [sys.executable, str(ROOT / "tools" / "maven.py"), "--quiet", "--batch-mode", "--no-transfer-progress"]
    run([*maven, "compile", "-DskipTests"], "Maven", cwd=ROOT)
    say("2/4 adding the entry points")
    classes = WORK / "classes"
    add_entry_points(ROOT, toolchain.java_home, ROOT / "target" / "classes", classes)
    say("3/4 compiling it ahead of time" + (", with less optimisation" if is_quick else "") + ": 1 to 2 minutes")
    object_file = compile_to_object(ROOT, toolchain, classes, WORK, inputs, is_quick=is_quick)
    say("4/4 linking")
    # A GraalVM brings its own order of the features of a CPU.
    headers = toolchain.java_home / "lib" / "svm" / "clibraries" / "linux-amd64" / "include"
    link(ROOT, object_file, toolchain.c_compiler, ENGINE, headers if toolchain.is_graalvm else None)
    shutil.copyfile(toolchain.java_home / "release", OPENJDK_RELEASE)
    say(f"done: {ENGINE.relative_to(ROOT)}, {ENGINE.stat().st_size / 1e6:.1f} MB")


def copy_to_package() -> None:
    """Replace the engine in the package; a process that has the old one loaded keeps it."""
    if IN_PACKAGE.exists() and IN_PACKAGE.read_bytes() == ENGINE.read_bytes():
        return
    fresh = IN_PACKAGE.with_suffix(".new")
    shutil.copyfile(ENGINE, fresh)
    os.replace(fresh, IN_PACKAGE)


def _read_stamp() -> dict[str, str | bool]:
    try:
        stamp: dict[str, str | bool] = json.loads(STAMP.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return stamp


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description="Build the engine if it is not up to date.")
    parser.add_argument("--quick", action="store_true", help="optimise less")
    parser.add_argument("--copy", action="store_true", help="put it into the package too")
    options = parser.parse_args(arguments)
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        # Two builds at the same time would overwrite each other's files.
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            build(is_quick=options.quick)
            if options.copy:
                copy_to_package()
        except BuildError as error:
            print(f"\nerror: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
