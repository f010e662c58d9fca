"""The build of the engine: when it is repeated, what it links and refuses to link, which jars it runs."""

import ctypes
import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from build_engine import ROOT

from engine_build import jars
from engine_build.elf import ElfFile
from engine_build.inputs import hash_of_inputs
from engine_build.jars import collect_jars
from engine_build.link import link
from engine_build.progress import BuildError
from engine_build.toolchain import Toolchain, find_c_compiler, find_toolchain


@pytest.fixture
def compiler() -> str:
    """The C compiler of this machine."""
    found = find_c_compiler()
    assert found is not None
    return found


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A small tree with a file of each kind that the engine is made of."""
    names = [
        "src/main/java/A.java",
        "native/support.c",
        "pom.xml",
        "tools/build_engine.py",
        "tools/engine_build/link.py",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture
def toolchain(tmp_path: Path, compiler: str) -> Toolchain:
    """A JDK look-alike, of which the hash reads the release alone."""
    home = tmp_path / "jdk"
    home.mkdir()
    (home / "release").write_text('JAVA_VERSION="25.0.1"')
    return Toolchain(home, is_graalvm=False, c_compiler=compiler)


def test_only_contents_count_for_the_hash(sources: Path, toolchain: Toolchain) -> None:
    before = hash_of_inputs(sources, toolchain)
    os.utime(sources / "pom.xml", (1, 1))
    (sources / "README").write_text("not part of the engine")
    assert hash_of_inputs(sources, toolchain) == before


@pytest.mark.parametrize(
    "changed", ["src/main/java/A.java", "src/main/java/b/New.java", "native/support.c", "pom.xml", "jdk/release"]
)
def test_every_input_counts_for_the_hash(sources: Path, toolchain: Toolchain, changed: str) -> None:
    before = hash_of_inputs(sources, toolchain)
    (sources / changed).parent.mkdir(exist_ok=True)
    (sources / changed).write_text("other")
    assert hash_of_inputs(sources, toolchain) != before


@pytest.fixture
def link_c(tmp_path: Path, compiler: str) -> Callable[[str], Path]:
    """A function that links C source as if the builder had made the object file of it."""

    def link_it(source: str) -> Path:
        (tmp_path / "engine.c").write_text(source)
        command: list[str | Path] = [compiler, "-c", "-w", "-fPIC", "-o", tmp_path / "engine.o", tmp_path / "engine.c"]
        subprocess.run(command, check=True, timeout=60)
        result = tmp_path / "_engine.abi3.so"
        link(ROOT, tmp_path / "engine.o", compiler, result)
        return result

    return link_it


def test_moved_functions_are_linked_at_their_old_versions(link_c: Callable[[str], Path]) -> None:
    library = link_c("""
        int pthread_key_create(unsigned *, void *); void *pthread_getspecific(unsigned); void *dlsym(void *, char *);
        int PyInit__engine(void) {
            unsigned key;
            return dlsym(0, "malloc") != 0 && pthread_key_create(&key, 0) == 0 && pthread_getspecific(key) == 0;
        }
    """)
    elf = ElfFile(library)
    assert elf.needed_versions() == {"libdl.so.2": {"GLIBC_2.2.5"}, "libpthread.so.0": {"GLIBC_2.2.5"}}
    assert elf.exported_symbols() == {"PyInit__engine"}
    # This machine's own glibc, whatever its age, finds them all.
    assert ctypes.CDLL(str(library)).PyInit__engine() == 1


def test_unused_natives_of_the_jdk_become_stubs(link_c: Callable[[str], Path]) -> None:
    library = link_c("void Java_java_io_Console_echo(void); void PyInit__engine(void) { Java_java_io_Console_echo(); }")
    assert b"Java_java_io_Console_echo\0" in library.read_bytes()
    assert ElfFile(library).exported_symbols() == {"PyInit__engine"}


def test_unknown_functions_are_refused_by_name(link_c: Callable[[str], Path]) -> None:
    with pytest.raises(BuildError, match="calls getrandom, quick_exit, which nothing defines"):
        link_c("void getrandom(void); void quick_exit(void); void PyInit__engine(void) { getrandom(); quick_exit(); }")


def test_missing_entry_point_is_an_error(link_c: Callable[[str], Path]) -> None:
    with pytest.raises(BuildError, match="made no PyInit__engine"):
        link_c("void other(void) {}")


@pytest.mark.parametrize(
    ("delivered", "message"),
    [
        ({"a.jar": b"changed"}, "a.jar has the SHA-256 .* Nothing of it is run"),
        ({"a.jar": b"good", "b.jar": b"more"}, "b.jar has the SHA-256 .* expects no such file"),
        ({}, "a.jar is in native/builder-jars.sha256, but"),
    ],
)
def test_jars_that_are_not_in_the_list_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delivered: dict[str, bytes], message: str
) -> None:
    _deliver(tmp_path, monkeypatch, delivered)
    with pytest.raises(BuildError, match=message):
        collect_jars(tmp_path, tmp_path / "jars")


def test_jars_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _deliver(tmp_path, monkeypatch, {"a.jar": b"good"})
    collect_jars(tmp_path, tmp_path / "jars")
    collect_jars(tmp_path, tmp_path / "jars")
    assert len(calls) == 1


def _deliver(root: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> list[object]:
    """Let Maven bring these files; a.jar with the content "good" is in the list. Returns its future calls."""
    calls: list[object] = []

    def run(command: object, what: str) -> None:
        calls.append(command)
        (root / "jars").mkdir()
        for name, content in files.items():
            (root / "jars" / name).write_bytes(content)

    monkeypatch.setattr(jars, "run", run)
    (root / "native").mkdir()
    (root / "native" / "builder-jars.sha256").write_text(f"# Jars.\n{hashlib.sha256(b'good').hexdigest()}  a.jar\n")
    return calls


def test_missing_tools_are_named_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    find_toolchain()
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BuildError, match="missing: a C compiler"):
        find_toolchain()
    monkeypatch.setenv("PYLOOP_JAVA_HOME", "/no/such/jdk")
    with pytest.raises(BuildError, match="Install a JDK 25"):
        find_toolchain()
