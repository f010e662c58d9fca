"""The search for a JDK: order of the places, what is refused, and what the error tells the user."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import jdk

MakeJdk = Callable[..., Path]


@pytest.fixture
def make_jdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeJdk:
    """Let only places below tmp_path count; return a function that puts a JDK look-alike there."""
    for name in ("PYLOOP_JAVA_HOME", "JAVA_HOME", "GRAALVM_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    patterns = (f"{tmp_path}/jvm/*", "~/.sdkman/candidates/java/*", f"{tmp_path}/opt/*jdk*")
    monkeypatch.setattr(jdk, "_INSTALLATION_PATTERNS", patterns)

    def make(where: str, version: str, *, jvmci: bool = True, javac: bool = True) -> Path:
        home = tmp_path / where
        (home / "bin").mkdir(parents=True)
        modules = "java.base jdk.internal.vm.ci java.xml" if jvmci else "java.base java.xml"
        (home / "release").write_text(f'IMPLEMENTOR="Nobody"\nJAVA_VERSION="{version}"\nMODULES="{modules}"\n')
        (home / "bin" / "java").touch(mode=0o755)
        if javac:
            (home / "bin" / "javac").touch(mode=0o755)
        return home

    return make


def test_order_of_places(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_path = make_jdk("elsewhere/jdk", "25.0.1")
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "java").symlink_to(on_path / "bin" / "java")
    assert jdk.find_jdk() == on_path
    opt = make_jdk("opt/openjdk-25", "25.0.1")
    assert jdk.find_jdk() == opt
    sdkman = make_jdk("home/.sdkman/candidates/java/25.0.1-tem", "25.0.1")
    assert jdk.find_jdk() == sdkman
    system = make_jdk("jvm/temurin-25", "25.0.1")
    assert jdk.find_jdk() == system
    java_home = make_jdk("one", "25.0.1")
    monkeypatch.setenv("JAVA_HOME", str(java_home))
    assert jdk.find_jdk() == java_home
    own = make_jdk("two", "25.0.1")
    monkeypatch.setenv("PYLOOP_JAVA_HOME", str(own))
    assert jdk.find_jdk() == own


@pytest.mark.parametrize("version", ["25", "25.0.3", "25-ea"])
def test_accepted_versions(make_jdk: MakeJdk, version: str) -> None:
    home = make_jdk("jvm/some", version)
    assert jdk.find_jdk() == home


@pytest.mark.parametrize(("version", "major"), [("1.8.0_402", 8), ("17.0.15", 17), ("24.0.2", 24), ("26.0.1", 26)])
def test_other_versions_are_refused_and_named(make_jdk: MakeJdk, version: str, major: int) -> None:
    make_jdk("jvm/some", version)
    with pytest.raises(jdk.JdkNotFoundError, match=f"Java {major}, not 25"):
        jdk.find_jdk()


def test_a_directory_is_preferred_to_a_link(make_jdk: MakeJdk, tmp_path: Path) -> None:
    home = make_jdk("jvm/temurin-25", "25.0.1")
    (tmp_path / "jvm" / "a-link").symlink_to(home)
    assert jdk.find_jdk() == home


def test_java_home_of_another_version_is_skipped(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make_jdk("old", "17.0.15")))
    usable = make_jdk("jvm/temurin-25", "25.0.3")
    assert jdk.find_jdk() == usable


def test_wrong_explicit_setting_is_an_error(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch) -> None:
    make_jdk("jvm/temurin-25", "25.0.3")
    monkeypatch.setenv("PYLOOP_JAVA_HOME", "/no/such/jdk")
    with pytest.raises(jdk.JdkNotFoundError, match="PYLOOP_JAVA_HOME=/no/such/jdk: no such directory"):
        jdk.find_jdk()


def test_error_lists_places_findings_and_remedy(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make_jdk("old", "17.0.15")))
    make_jdk("jvm/first", "21.0.1")
    broken = make_jdk("jvm/second", "25.0.1", jvmci=False)
    with pytest.raises(jdk.JdkNotFoundError) as caught:
        jdk.find_jdk()
    text = str(caught.value)
    assert f"JAVA_HOME={os.environ['JAVA_HOME']}: Java 17, not 25" in text
    assert "first: Java 21, not 25" in text
    assert f"{broken}: Java 25, but without JVMCI" in text
    assert "~/.sdkman/candidates/java/*: nothing there" in text
    assert "java on PATH: nothing there" in text
    assert "Install a JDK 25" in text
    assert "set JAVA_HOME" in text


def test_java_on_path_that_is_no_jdk(make_jdk: MakeJdk, tmp_path: Path) -> None:
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "java").write_text("#!/bin/sh\n")
    (tmp_path / "path" / "java").chmod(0o755)
    with pytest.raises(jdk.JdkNotFoundError, match=r"java on PATH \(.*/path/java\): not a JDK"):
        jdk.find_jdk()


def test_runtime_without_compiler_is_skipped(make_jdk: MakeJdk) -> None:
    make_jdk("jvm/a-runtime", "25.0.1", javac=False)
    with pytest.raises(jdk.JdkNotFoundError, match="without the compiler bin/javac"):
        jdk.find_jdk()
    full = make_jdk("jvm/b-full", "25.0.1")
    assert jdk.find_jdk() == full


def test_graalvm_counts_only_if_named(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_jdk("graalvm", "25.0.1")
    assert jdk.find_graalvm() is None
    monkeypatch.setenv("GRAALVM_HOME", str(home))
    with pytest.raises(jdk.JdkNotFoundError, match="no bin/native-image"):
        jdk.find_graalvm()
    (home / "bin" / "native-image").touch(mode=0o755)
    assert jdk.find_graalvm() == home


def test_script_prints_the_home_or_the_reason(make_jdk: MakeJdk) -> None:
    """The file works alone, without site-packages."""
    home = make_jdk("one", "25.0.1")

    def run(java_home: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYLOOP_JAVA_HOME": java_home}
        command = [sys.executable, "-I", "-S", jdk.__file__]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    found = run(str(home))
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{home}\n", "")
    missing = run("/no/such/jdk")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "no such directory" in missing.stderr
    assert "Install a JDK 25" in missing.stderr
