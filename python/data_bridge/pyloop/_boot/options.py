"""Options of the embedded JVM: every one in one place, with its reason.

The environment variable PYLOOP_JVM_OPTIONS adds options, split like a shell command line; they come last and win.
"""

import os
import resource
import shlex
from pathlib import Path

MODULE = "databridge.pyloop"
EXTRA_OPTIONS_VARIABLE = "PYLOOP_JVM_OPTIONS"

_MIB = 1 << 20
_SMALLEST_STACK = 1 * _MIB
_LARGEST_STACK = 64 * _MIB
_UNLIMITED_STACK = 8 * _MIB


def jvm_options(jar: Path) -> list[str]:
    """Return the options of the JVM for an engine in `jar`."""
    temporary = os.environ.get("TMPDIR") or "/tmp"
    return [
        # The engine, and nothing else. An empty class path would mean the current directory.
        f"-Djava.class.path={jar}",
        f"--module-path={jar}",
        f"--add-modules={MODULE}",
        # Calling C is what the engine is for; without this the JVM prints a warning.
        f"--enable-native-access={MODULE}",
        # One collector thread at most and the smallest footprint; the engine makes no garbage per event.
        "-XX:+UseSerialGC",
        # Python objects live in Python's memory; the heap holds 24 bytes per pending timer and 8 per ready callback.
        "-Xms8m",
        "-Xmx256m",
        # Limits that let the process start under a tight address-space limit.
        "-XX:ReservedCodeCacheSize=32m",
        "-XX:CompressedClassSpaceSize=32m",
        # No garbage collection because compiled code has grown by so many per cent. A compiler thread would ask for it
        # at any time, also while exit() destroys static objects of the JVM, and the collector would use one of them.
        # Below a tenth of free room there still is one.
        "-XX:SweeperThreshold=100",
        # The number of threads, and with it the need for memory, does not grow with the machine.
        "-XX:CICompilerCount=2",
        # The engine's own code is optimised early, not after ten thousand runs: what happens once per wait or wakeup
        # never gets so hot. Not earlier still: with a profile from a few hundred runs, callbacks are 15 % slower for
        # ever. And for this code only, because compiling the JDK's would make the boot a third longer.
        "-XX:CompileCommand=quiet",
        f"-XX:CompileCommand=CompileThresholdScaling,{MODULE}.*::*,0.15",
        # Every change between C and Java needs a memory barrier; where the kernel can impose it on the rare other
        # side (membarrier, Linux 4.14), the two in each callback cost next to nothing.
        "-XX:+UseSystemMemoryBarrier",
        # SIGINT, SIGTERM, SIGHUP and SIGQUIT stay Python's.
        "-Xrs",
        # The JVM puts guard pages this far below the top of the main stack; a smaller value would shorten the
        # stack for all C and Python code.
        f"-Xss{main_stack_size()}",
        # The soft limit of open files stays as it is.
        "-XX:-MaxFDLimit",
        # No memory-mapped file in the temporary directory.
        "-XX:-UsePerfData",
        # No socket in the temporary directory, no thread waiting for a debugger, no SIGQUIT protocol.
        "-XX:+DisableAttachMechanism",
        # Standard output belongs to the program: first silence it, then send errors to standard error,
        # and what is not a log message, too: the text about a missing module is one.
        "-Xlog:disable",
        "-Xlog:all=error:stderr",
        "-XX:+DisplayVMOutputToStderr",
        # Nothing is written into the current directory, not even by a crash.
        f"-XX:ErrorFile={temporary}/pyloop_crash_%p.log",
        f"-XX:ReplayDataFile={temporary}/pyloop_replay_%p.log",
        *extra_options(),
    ]


def extra_options() -> list[str]:
    """Return the user's own options from PYLOOP_JVM_OPTIONS."""
    text = os.environ.get(EXTRA_OPTIONS_VARIABLE, "")
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ImportError(
            f"{EXTRA_OPTIONS_VARIABLE} cannot be split into options ({error}): {text!r}; check its quotes"
        ) from error


def main_stack_size() -> int:
    """Return the size of the main thread's stack in bytes, within the bounds the JVM is known to accept."""
    limit, _ = resource.getrlimit(resource.RLIMIT_STACK)
    if limit == resource.RLIM_INFINITY:
        return _UNLIMITED_STACK
    size = min(max(limit, _SMALLEST_STACK), _LARGEST_STACK)
    return size - size % 4096
