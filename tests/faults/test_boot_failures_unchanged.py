"""Whatever makes the boot fail, the process is as before: the error says what to do, and all else is unchanged.

One row for each way to fail; `tests/boot/test_failures.py` has more of each kind.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PROGRAM = """
import asyncio, ctypes, faulthandler, mmap, os, resource, signal, sys
import encodings.ascii, encodings.idna
import process_state
import data_bridge.pyloop._boot.sequence
from data_bridge.pyloop import new_event_loop
from data_bridge.pyloop._boot import boot, sequence
resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
signal.signal(signal.SIGUSR2, lambda *_: None)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
PREPARE
before, fatal = process_state.snapshot(), process_state.fatal_actions()
def attempt():
    try:
        new_event_loop().close()
    except (ImportError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    return "booted"
texts = {attempt(), attempt()}
if "booted" not in texts:
    print(process_state.difference(fatal, process_state.fatal_actions()), faulthandler.is_enabled())
print(process_state.difference(before, process_state.snapshot()))
async def main():
    await asyncio.sleep(0.01)
    return "alive"
with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
    print(runner.run(main()))
print(len(texts), *texts)
sys.exit(7)
"""
# What the JVM would obey, or leave changed.
VARIABLES = {
    "LC_ALL": "C.UTF-8",
    "JAVA_TOOL_OPTIONS": "-XX:+NoSuchOption",
    "_JAVA_OPTIONS": "-XX:+NoSuchOption",
    "JDK_JAVA_OPTIONS": "-XX:+NoSuchOption",
    "_JAVA_SR_SIGNUM": "60",
}

ADDRESS_SPACE = """
size = int(open("/proc/self/statm").read().split()[0]) * mmap.PAGESIZE
resource.setrlimit(resource.RLIMIT_AS, (size + (MEBIBYTES << 20), resource.RLIM_INFINITY))
"""
CREATE_JVM = """
for name in (b"JAVA_TOOL_OPTIONS", b"_JAVA_OPTIONS", b"JDK_JAVA_OPTIONS"):
    ctypes.CDLL(None).unsetenv(name)
from data_bridge.pyloop._boot import jvm, options
texts = options.jvm_options(sequence.find_jar())
records = (jvm._Option * len(texts))(*[jvm._Option(os.fsencode(text), None) for text in texts])
arguments = jvm._InitArgs(jvm.JNI_VERSION, len(texts), records, 0)
pointers = ctypes.c_void_p(), ctypes.c_void_p()
library = ctypes.CDLL(str(sequence.find_library()))
assert library.JNI_CreateJavaVM(*map(ctypes.byref, pointers), ctypes.byref(arguments)) == 0
"""
NO_EXECUTABLE_MEMORY = """
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:
    sys.exit("no PR_SET_MDWE")
"""
ONE_PROCESS = """
os.setgroups([])
user = 100_000 + os.getpid()  # nobody else's, also when several Pythons are tested at once
os.setresgid(user, user, user)
os.setresuid(user, user, user)
resource.setrlimit(resource.RLIMIT_NPROC, (COUNT, COUNT))
"""

# The preparation, the environment, and how the error begins and what else it says.
ROWS: dict[str, tuple[str, dict[str, str], str, tuple[str, ...]]] = {
    "no JDK": (
        "",
        {"PYLOOP_JAVA_HOME": "/nonexistent"},
        "JdkNotFoundError: ",
        ("/nonexistent", "Install a JDK 25"),
    ),
    "a JVM runs already": (
        CREATE_JVM,
        {},
        "RuntimeError: another Java virtual machine is already loaded into this process (",
        ("libjvm.so",),
    ),
    "unknown -XX option": (
        "",
        {"PYLOOP_JVM_OPTIONS": "-XX:+NoSuchOption"},
        "ImportError: the Java virtual machine ",
        ("returned JNI_EINVAL (-6) and said \"Unrecognized VM option 'NoSuchOption'\"", "PYLOOP_JVM_OPTIONS"),
    ),
    "unknown -X option": (
        "",
        {"PYLOOP_JVM_OPTIONS": "-Xnosuchoption"},
        "ImportError: the Java virtual machine ",
        ('returned JNI_ERR (-1) and said "Unrecognized option: -Xnosuchoption"',),
    ),
    "malformed -Xmx": (
        "",
        {"PYLOOP_JVM_OPTIONS": "-Xmxmany"},
        "ImportError: the Java virtual machine ",
        ('said "Invalid maximum heap size: -Xmxmany"',),
    ),
    "two collectors": (
        "",
        {"PYLOOP_JVM_OPTIONS": "-XX:+UseParallelGC"},
        "ImportError: the Java virtual machine ",
        ("gave up and said", "Multiple garbage collectors selected"),
    ),
    "heap too small": (
        "",
        {"PYLOOP_JVM_OPTIONS": "-Xms1m -Xmx1m"},
        "ImportError: the Java virtual machine ",
        ("Too small maximum heap",),
    ),
    "no address space for the heap": (
        "",
        # All there is: beside a program at a fixed address nearly all of it is in one piece.
        {"PYLOOP_JVM_OPTIONS": "-Xmx131072g"},
        "ImportError: the Java virtual machine ",
        ("heap", "PYLOOP_JVM_OPTIONS"),
    ),
    "address-space limit": (
        ADDRESS_SPACE.replace("MEBIBYTES", "600"),
        {},
        "RuntimeError: PyLoop needs ",
        ("ulimit -v",),
    ),
    "damaged engine": (
        "",
        {"PYLOOP_ENGINE_JAR": "/dev/null"},
        "ImportError: PyLoop's engine is not at /dev/null, where PYLOOP_ENGINE_JAR points",
        ("correct or unset it",),
    ),
    "memory-deny-write-execute": (
        NO_EXECUTABLE_MEMORY,
        {},
        "RuntimeError: PyLoop needs a just-in-time compiler",
        ("MemoryDenyWriteExecute=no",),
    ),
    "no thread at all": (
        ONE_PROCESS.replace("COUNT", "1"),
        {},
        "RuntimeError: PyLoop cannot start a thread for the Java virtual machine",
        ("ulimit -u",),
    ),
    "too few threads": (ONE_PROCESS.replace("COUNT", "3"), {}, "ImportError: the Java virtual machine ", ("limit",)),
}


@pytest.mark.parametrize("row", ROWS)
def test_process_is_unchanged_by_a_failure(run: Run, row: str) -> None:
    prepare, variables, beginning, parts = ROWS[row]
    if prepare.startswith("\nos.setgroups") and os.geteuid() != 0:
        pytest.skip("only root can become a user that runs no other process")
    result = run(PROGRAM.replace("PREPARE", prepare), **VARIABLES, **variables)
    if "no PR_SET_MDWE" in result.stderr:
        pytest.skip("this kernel is older than 6.3 and knows no memory-deny-write-execute")
    assert result.returncode == 7, result
    assert result.stderr == "", result
    fatal, difference, alive, text = result.stdout.split("\n", 3)
    assert (fatal, difference, alive) == ("{} False", "{}", "alive"), result
    # 1: the second attempt says what the first said.
    assert text.startswith(f"1 {beginning}"), text
    for part in parts:
        assert part in text, text


def test_module_that_is_missing(run: Run) -> None:
    """The JVM's Java half speaks on standard error itself; all else as above."""
    result = run(PROGRAM.replace("PREPARE", ""), **VARIABLES, PYLOOP_JVM_OPTIONS="--add-modules=no.such.module")
    assert result.returncode == 7, result
    assert "no.such.module" in result.stderr
    fatal, difference, alive, text = result.stdout.splitlines()
    assert (fatal, difference, alive) == ("{} False", "{}", "alive"), result
    assert text.startswith("1 ImportError: the Java virtual machine ")
    assert "--add-modules=no.such.module" in text


# What a boot has to succeed in all the same: preparation and environment.
SUCCESSES: dict[str, tuple[str, dict[str, str]]] = {
    "nothing special": ("", {}),
    "address space that suffices": (ADDRESS_SPACE.replace("MEBIBYTES", "1600"), {}),
    "temporary directory that is missing": ("", {"TMPDIR": "/nonexistent"}),
    "temporary directory that is read-only": ("", {"TMPDIR": "/proc"}),
    "library path of another JDK": ("", {"LD_LIBRARY_PATH": "OTHER_JDK"}),
    "limit of the main stack": ("resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, resource.RLIM_INFINITY))", {}),
}


def other_jdk() -> Path | None:
    """The library directory of a JDK other than the one in use."""
    from data_bridge.pyloop._boot import sequence

    found = sequence.find_library().resolve()
    for library in sorted(Path("/usr/lib/jvm").glob("*/lib/server/libjvm.so")):
        if library.resolve() != found:
            return library.parent
    return None


@pytest.mark.parametrize("row", SUCCESSES)
def test_process_is_unchanged_by_a_success(run: Run, row: str) -> None:
    prepare, variables = SUCCESSES[row]
    if "OTHER_JDK" in variables.values():
        other = other_jdk()
        if other is None:
            pytest.skip("no second JDK in /usr/lib/jvm")
        variables = {"LD_LIBRARY_PATH": f"{other}:{other.parent}"}
    result = run(PROGRAM.replace("PREPARE", prepare), **VARIABLES, **variables)
    assert (result.returncode, result.stdout, result.stderr) == (7, "{}\nalive\n1 booted\n", ""), result
