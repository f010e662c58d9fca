"""The wheel itself, and the checker that says so: it must find what it looks for."""

import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from check_wheel import faults_of_library, faults_of_wheel

from engine_build.toolchain import find_c_compiler


def test_nothing_is_wrong_with_the_wheel(wheel: Path) -> None:
    assert faults_of_wheel(wheel) == []


def test_index_accepts_the_wheel(wheel: Path) -> None:
    command: list[str | Path] = [sys.executable, "-m", "twine", "check", "--strict", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_metadata_names_licenses_and_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
        licenses = name.replace("METADATA", "licenses/")
        notice = archive.read(licenses + "NOTICE").decode()
        held = {file.removeprefix(licenses) for file in archive.namelist() if file.startswith(licenses)}
    assert metadata["License-Expression"] == ("Apache-2.0 AND GPL-2.0-only WITH Classpath-exception-2.0 AND UPL-1.0")
    assert set(metadata.get_all("License-File", [])) == held
    for source in ("svm-25.0.4-sources.jar", "https://github.com/openjdk/jdk25u"):
        assert source in notice


def test_wheel_names_the_exact_openjdk(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("openjdk-release.txt"))
        release = archive.read(name).decode()
    assert 'JAVA_VERSION="25' in release
    assert "SOURCE" in release


@pytest.fixture
def compile_library(tmp_path: Path) -> object:
    """A function that makes a shared library of C source."""

    def compile_it(source: str, *options: str) -> Path:
        path = tmp_path / "library.so"
        (tmp_path / "library.c").write_text(source)
        compiler = find_c_compiler()
        assert compiler is not None
        command: list[str | Path] = [compiler, "-shared", "-fPIC", *options, "-o", path, tmp_path / "library.c"]
        subprocess.run(command, check=True, timeout=60)
        return path

    return compile_it


@pytest.mark.parametrize(
    ("source", "options", "fault"),
    [
        ("void other(void) {}", ("-s",), "it exports ['other']"),
        ("void PyInit__engine(void) {}", ("-g",), "it is not stripped"),
        ("void PyInit__engine(void) {}", ("-s", "-Wl,-rpath,/somewhere"), "it looks for libraries in ['/somewhere']"),
        ('const char *PyInit__engine = "/home/somebody/file.c";', ("-s",), "it holds the path /home/somebody/file.c"),
        ("int getentropy(void *, long); int PyInit__engine(void) { return getentropy(0, 0); }", ("-s",), "GLIBC_2.25"),
        ("void PyInit__engine(void) {}", ("-s", "-Wl,--no-as-needed", "-lgcc_s"), "it needs libgcc_s.so.1"),
    ],
)
def test_checker_finds_faults_of_libraries(
    compile_library: object, source: str, options: tuple[str, ...], fault: str
) -> None:
    assert callable(compile_library)
    found = faults_of_library(compile_library(source, *options), 17)
    assert any(fault in text for text in found), found


def test_checker_finds_faults_of_wheels(wheel: Path, tmp_path: Path) -> None:
    newer = tmp_path / wheel.name.replace("manylinux_2_17", "manylinux_2_39")
    shutil.copyfile(wheel, newer)
    assert any("is not cp311-abi3-manylinux_2_28" in fault for fault in faults_of_wheel(newer))
    empty = tmp_path / wheel.name
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("large", b"x" * 8_000_001)
    faults = faults_of_wheel(empty)
    for expected in ("its libraries are []", "it lacks dist-info/licenses/NOTICE", "more than 8,000,000"):
        assert any(expected in fault for fault in faults), faults
