"""The search for a JDK: order of the places, what is refused, and what the error tells the user."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data_bridge.pyloop import _jdk

MakeJdk = Callable[..., Path]


@pytest.fixture
def make_jdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeJdk:
    """Let only places below tmp_path count; return a function that puts a JDK look-alike there."""
    monkeypatch.delenv("PYLOOP_JAVA_HOME", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    patterns = (f"{tmp_path}/jvm/*", "~/.sdkman/candidates/java/*", f"{tmp_path}/opt/*jdk*")
    monkeypatch.setattr(_jdk, "_INSTALLATION_PATTERNS", patterns)

    def make(where: str, version: str, *, libjvm: bool = True, javac: bool = True) -> Path:
        home = tmp_path / where
        (home / "bin").mkdir(parents=True)
        (home / "lib" / "server").mkdir(parents=True)
        (home / "release").write_text(f'IMPLEMENTOR="Nobody"\nJAVA_VERSION="{version}"\n')
        (home / "bin" / "java").touch(mode=0o755)
        if libjvm:
            (home / "lib" / "server" / "libjvm.so").touch()
        if javac:
            (home / "bin" / "javac").touch(mode=0o755)
        return home

    return make


def test_order_of_places(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_path = make_jdk("elsewhere/jdk", "25.0.1")
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "java").symlink_to(on_path / "bin" / "java")
    assert _jdk.find_jdk() == on_path
    opt = make_jdk("opt/openjdk-25", "25.0.1")
    assert _jdk.find_jdk() == opt
    sdkman = make_jdk("home/.sdkman/candidates/java/25.0.1-tem", "25.0.1")
    assert _jdk.find_jdk() == sdkman
    system = make_jdk("jvm/temurin-25", "25.0.1")
    assert _jdk.find_jdk() == system
    java_home = make_jdk("one", "25.0.1")
    monkeypatch.setenv("JAVA_HOME", str(java_home))
    assert _jdk.find_jdk() == java_home
    own = make_jdk("two", "25.0.1")
    monkeypatch.setenv("PYLOOP_JAVA_HOME", str(own))
    assert _jdk.find_jdk() == own


@pytest.mark.parametrize("version", ["25", "25.0.3", "25-ea", "26.0.1"])
def test_accepted_versions(make_jdk: MakeJdk, version: str) -> None:
    home = make_jdk("jvm/some", version)
    assert _jdk.find_jdk() == home


@pytest.mark.parametrize(("version", "major"), [("1.8.0_402", 8), ("17.0.15", 17), ("24.0.2", 24)])
def test_old_versions_are_refused_and_named(make_jdk: MakeJdk, version: str, major: int) -> None:
    make_jdk("jvm/some", version)
    with pytest.raises(_jdk.JdkNotFoundError, match=f"Java {major} is too old"):
        _jdk.find_jdk()


def test_tested_release_wins_over_newer_ones(make_jdk: MakeJdk) -> None:
    make_jdk("jvm/a-27", "27")
    make_jdk("jvm/b-26", "26")
    tested = make_jdk("jvm/c-25", "25.0.1")
    assert _jdk.find_jdk() == tested


def test_old_java_home_is_skipped(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make_jdk("old", "17.0.15")))
    usable = make_jdk("jvm/temurin-25", "25.0.3")
    assert _jdk.find_jdk() == usable


def test_wrong_explicit_setting_is_an_error(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch) -> None:
    make_jdk("jvm/temurin-25", "25.0.3")
    monkeypatch.setenv("PYLOOP_JAVA_HOME", "/no/such/jdk")
    with pytest.raises(_jdk.JdkNotFoundError, match="PYLOOP_JAVA_HOME=/no/such/jdk: no such directory"):
        _jdk.find_jdk()


def test_error_lists_places_findings_and_remedy(make_jdk: MakeJdk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make_jdk("old", "17.0.15")))
    make_jdk("jvm/first", "21.0.1")
    broken = make_jdk("jvm/second", "25.0.1", libjvm=False)
    with pytest.raises(ImportError) as caught:
        _jdk.find_jdk()
    text = str(caught.value)
    assert isinstance(caught.value, _jdk.JdkNotFoundError)
    assert f"JAVA_HOME={os.environ['JAVA_HOME']}: Java 17 is too old" in text
    assert "first: Java 21 is too old" in text
    assert f"{broken}: Java 25, but without lib/server/libjvm.so" in text
    assert "~/.sdkman/candidates/java/*: nothing there" in text
    assert "java on PATH: nothing there" in text
    assert "Install a JDK 25" in text
    assert "set JAVA_HOME" in text


def test_java_on_path_that_is_no_jdk(make_jdk: MakeJdk, tmp_path: Path) -> None:
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "java").write_text("#!/bin/sh\n")
    (tmp_path / "path" / "java").chmod(0o755)
    with pytest.raises(_jdk.JdkNotFoundError, match=r"java on PATH \(.*/path/java\): not a JDK"):
        _jdk.find_jdk()


def test_compiler_on_demand(make_jdk: MakeJdk) -> None:
    runtime = make_jdk("jvm/a-runtime", "25.0.1", javac=False)
    assert _jdk.find_jdk() == runtime
    with pytest.raises(_jdk.JdkNotFoundError, match="without the compiler"):
        _jdk.find_jdk(compiler=True)
    full = make_jdk("jvm/b-full", "25.0.1")
    assert _jdk.find_jdk(compiler=True) == full


def test_script_prints_the_home_or_the_reason(make_jdk: MakeJdk) -> None:
    """The build runs the file alone, so it must work without the package and without site-packages."""
    home = make_jdk("one", "25.0.1")

    def run(java_home: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYLOOP_JAVA_HOME": java_home}
        command = [sys.executable, "-I", "-S", _jdk.__file__]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    found = run(str(home))
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{home}\n", "")
    missing = run("/no/such/jdk")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "no such directory" in missing.stderr
    assert "Install a JDK 25" in missing.stderr
