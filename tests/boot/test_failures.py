"""Every failure of the boot is an exception that names cause and remedy, and the process survives it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

TRY = """
import asyncio, os, sys
from data_bridge.pyloop._boot import boot
def attempt():
    try:
        return f"no error: {boot()}"
    except (ImportError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
{prepare}
first = attempt()
assert attempt() == first, (first, attempt())
async def main():
    await asyncio.sleep(0.01)
    return "alive"
assert asyncio.run(main()) == "alive"
print(first)
sys.exit(7)
"""


@pytest.fixture
def fail(run: Callable[..., object]) -> Callable[..., str]:
    """A function that runs code, tries the boot twice and returns the error's type and text.

    It checks that the second error equals the first, that asyncio still works, that the exit code is the program's,
    and that nothing else is on standard output.
    """

    def attempt(prepare: str = "", *, silent: bool = True, **variables: str) -> str:
        result = run(TRY.replace("{prepare}", prepare), **variables)
        assert result.returncode == 7, result
        assert not silent or result.stderr == "", result
        return result.stdout

    return attempt


def _older_jdk() -> Path:
    """A JDK older than 25 in one of the usual places."""
    for release in sorted(Path("/usr/lib/jvm").glob("*/release")) + sorted(Path("/opt").glob("*jdk*/release")):
        for line in release.read_text(errors="replace").splitlines():
            name, _, version = line.partition("=")
            major = version.strip('"').split(".")[0]
            library = release.parent / "lib" / "server" / "libjvm.so"
            if name == "JAVA_VERSION" and major.isdigit() and int(major) < 25 and library.is_file():
                return release.parent
    pytest.skip("no JDK older than 25 in /usr/lib/jvm or /opt: the refusal needs one")


def test_no_jdk(fail: Callable[..., str], tmp_path: Path) -> None:
    text = fail(PYLOOP_JAVA_HOME=str(tmp_path / "none"))
    assert text.startswith("JdkNotFoundError: ")
    assert str(tmp_path / "none") in text
    assert "Install a JDK 25" in text


def test_old_jdk(fail: Callable[..., str]) -> None:
    home = _older_jdk()
    text = fail(PYLOOP_JAVA_HOME=str(home))
    assert text.startswith("JdkNotFoundError: ")
    assert str(home) in text
    assert "too old" in text


def test_old_jvm_in_a_directory_that_claims_to_be_new(fail: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "release").write_text('JAVA_VERSION="25.0.1"\n')
    (tmp_path / "lib").symlink_to(_older_jdk() / "lib")
    text = fail(PYLOOP_JAVA_HOME=str(tmp_path))
    assert text.startswith("ImportError: PyLoop needs Java 25, and ")
    assert "install JDK 25" in text


def test_damaged_jvm_library(fail: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "release").write_text('JAVA_VERSION="25.0.1"\n')
    (tmp_path / "lib" / "server").mkdir(parents=True)
    for name in ("modules", "libjimage.so", "libjava.so", "server/libjvm.so"):
        (tmp_path / "lib" / name).write_text("not a library")
    text = fail(PYLOOP_JAVA_HOME=str(tmp_path))
    assert text.startswith("ImportError: the Java virtual machine cannot be loaded from ")
    assert "install JDK 25" in text


@pytest.mark.parametrize("missing", ["modules", "libjimage.so", "libjava.so"])
def test_incomplete_jdk(fail: Callable[..., str], tmp_path: Path, missing: str) -> None:
    (tmp_path / "release").write_text('JAVA_VERSION="25.0.1"\n')
    (tmp_path / "lib" / "server").mkdir(parents=True)
    for name in {"modules", "libjimage.so", "libjava.so", "server/libjvm.so"} - {missing}:
        (tmp_path / "lib" / name).touch()
    text = fail(PYLOOP_JAVA_HOME=str(tmp_path))
    assert text.startswith(f"ImportError: the JDK at {tmp_path} lacks lib/{missing}")
    assert "install it anew" in text


def test_no_engine(fail: Callable[..., str], tmp_path: Path) -> None:
    jar = tmp_path / "none.jar"
    text = fail(PYLOOP_ENGINE_JAR=str(jar))
    assert (
        text == f"ImportError: PyLoop's engine is not at {jar}, where PYLOOP_ENGINE_JAR points; correct or unset it\n"
    )


def test_colon_in_the_path_of_the_engine(fail: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "a:b").mkdir()
    jar = tmp_path / "a:b" / "engine.jar"
    jar.touch()
    text = fail(PYLOOP_ENGINE_JAR=str(jar))
    assert text.startswith("ImportError: PyLoop's engine is in a directory with a colon in its name")


def test_damaged_engine(fail: Callable[..., str], tmp_path: Path) -> None:
    jar = tmp_path / "damaged.jar"
    jar.write_text("not a jar")
    text = fail(silent=False, PYLOOP_ENGINE_JAR=str(jar))
    assert text.startswith("ImportError: the Java virtual machine ")
    assert "reason on standard error" in text
    assert "reinstall the package" in text


# Options of the user, and what the error says about them besides their own text. The first two make the JVM return
# an error code; the others make it end the process, which must not happen.
OPTIONS = {
    "-XX:+NoSuchOption": "returned JNI_EINVAL (-6) and said \"Unrecognized VM option 'NoSuchOption'\"",
    "-Xnosuchoption": 'returned JNI_ERR (-1) and said "Unrecognized option: -Xnosuchoption"',
    "-Xmxmany": 'returned JNI_EINVAL (-6) and said "Invalid maximum heap size: -Xmxmany"',
    "-XX:+UseParallelGC": "Multiple garbage collectors selected",
    "-Xms1m -Xmx1m": "Too small maximum heap",
    "-agentlib:nosuchagent": "Could not find agent library nosuchagent",
    "-XX:AOTMode=on -XX:AOTCache=/nonexistent": "Unable to use AOT cache",
}


@pytest.mark.parametrize(("option", "said"), OPTIONS.items(), ids=OPTIONS)
def test_bad_option(fail: Callable[..., str], option: str, said: str) -> None:
    text = fail(PYLOOP_JVM_OPTIONS=option)
    assert text.startswith("ImportError: the Java virtual machine ")
    assert said in text
    assert f"check PYLOOP_JVM_OPTIONS={option!r} first" in text


def test_missing_module(fail: Callable[..., str]) -> None:
    text = fail(silent=False, PYLOOP_JVM_OPTIONS="--add-modules=no.such.module")
    assert text.startswith("ImportError: the Java virtual machine ")
    assert "check PYLOOP_JVM_OPTIONS='--add-modules=no.such.module' first" in text


def test_unbalanced_quotes_in_options(fail: Callable[..., str]) -> None:
    text = fail(PYLOOP_JVM_OPTIONS="-Dname='value")
    assert text.startswith("ImportError: PYLOOP_JVM_OPTIONS cannot be split into options (No closing quotation)")
    assert "check its quotes" in text


@pytest.mark.parametrize(
    ("limit", "mebibytes", "said"),
    [("RLIMIT_AS", 100, "ulimit -v"), ("RLIMIT_AS", 1140, "ulimit -v"), ("RLIMIT_DATA", 90, "ulimit -d")],
)
def test_memory_limit(fail: Callable[..., str], limit: str, mebibytes: int, said: str) -> None:
    prepare = f"""
import mmap, resource
size = int(open("/proc/self/statm").read().split()[{0 if limit == "RLIMIT_AS" else 5}]) * mmap.PAGESIZE
resource.setrlimit(resource.{limit}, (size + ({mebibytes} << 20), resource.RLIM_INFINITY))
"""
    text = fail(prepare)
    assert text.startswith("RuntimeError: PyLoop needs ")
    assert said in text


def test_memory_that_suffices(run_clean: Callable[..., str]) -> None:
    code = """
import mmap, resource
from data_bridge.pyloop._boot import boot, host
fields = [int(field) * mmap.PAGESIZE for field in open("/proc/self/statm").read().split()]
for limit, used, needed in (
    (resource.RLIMIT_AS, fields[0], host._NEEDED_ADDRESS_SPACE),
    (resource.RLIMIT_DATA, fields[5], host._NEEDED_DATA),
):
    resource.setrlimit(limit, (used + needed + (16 << 20), resource.RLIM_INFINITY))
boot()
print("booted")
"""
    assert run_clean(code) == "booted\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that runs no other process")
@pytest.mark.parametrize("threads", [1, 2, 3, 5, 8])
def test_thread_limit(fail: Callable[..., str], threads: int) -> None:
    # As that user the process cannot read files of its own installation that it has not loaded yet.
    prepare = f"""
import encodings.ascii, encodings.idna, resource
import data_bridge.pyloop._boot.sequence
os.setgroups([])
user = 100_000 + os.getpid()  # nobody else's, also when several Pythons are tested at once
os.setresgid(user, user, user)
os.setresuid(user, user, user)
resource.setrlimit(resource.RLIMIT_NPROC, ({threads}, {threads}))
"""
    text = fail(prepare)
    assert text.startswith("RuntimeError: PyLoop cannot start a thread" if threads == 1 else "ImportError: ")
    assert "limit" in text


def test_another_jvm_is_loaded(fail: Callable[..., str]) -> None:
    prepare = """
import ctypes
from data_bridge.pyloop._boot import sequence
ctypes.CDLL(str(sequence.find_library()))
"""
    text = fail(prepare)
    assert text.startswith("RuntimeError: another Java virtual machine is already loaded into this process (")
    assert "libjvm.so" in text


def test_memory_that_was_written_must_not_become_code(fail: Callable[..., str]) -> None:
    prepare = """
import ctypes
import data_bridge.pyloop._boot.sequence
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:
    print("no PR_SET_MDWE")
    sys.exit(7)
"""
    text = fail(prepare)
    if text == "no PR_SET_MDWE\n":
        pytest.skip("this kernel is older than 6.3 and knows no memory-deny-write-execute")
    assert text.startswith("RuntimeError: PyLoop needs a just-in-time compiler")
    assert "MemoryDenyWriteExecute=no" in text


def test_directory_is_gone(fail: Callable[..., str]) -> None:
    text = fail('os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")')
    assert text.startswith("RuntimeError: PyLoop cannot start its engine because the current directory")
    assert "change to a directory that exists" in text


def test_small_thread_stack(fail: Callable[..., str]) -> None:
    prepare = """
import threading
threading.stack_size(128 << 10)
in_main_thread = attempt
def attempt():
    results = []
    thread = threading.Thread(target=lambda: results.append(in_main_thread()))
    thread.start()
    thread.join()
    return results[0]
"""
    text = fail(prepare)
    assert text == (
        "RuntimeError: PyLoop needs a thread stack of at least 256 KiB, this thread's has 128 KiB;"
        " create the loop in the main thread, or raise threading.stack_size() or the limit of stacks (ulimit -s)\n"
    )


def test_refusal_before_the_jvm_is_loaded_can_be_mended(run_clean: Callable[..., str]) -> None:
    code = """
import os
from data_bridge.pyloop._boot import boot
jar = os.environ.pop("PYLOOP_ENGINE_JAR", None)
os.environ["PYLOOP_ENGINE_JAR"] = "/nonexistent.jar"
try:
    boot()
except ImportError as error:
    print("refused")
del os.environ["PYLOOP_ENGINE_JAR"]
if jar:
    os.environ["PYLOOP_ENGINE_JAR"] = jar
boot()
print("booted")
"""
    assert run_clean(code) == "refused\nbooted\n"
