"""A boot leaves the process as it was, whether it succeeds or fails."""

from collections.abc import Callable
from pathlib import Path

import pytest

PREPARE = """
import asyncio, faulthandler, os, resource, signal, sys
import process_state
from data_bridge.pyloop._boot import boot
resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
signal.signal(signal.SIGUSR2, lambda *_: None)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
before, fatal = process_state.snapshot(), process_state.fatal_actions()
"""
CHECK = """
print(process_state.difference(before, process_state.snapshot()))
"""
# JVM options from the environment that would be fatal if the JVM saw them.
VARIABLES = {
    "LC_ALL": "C.UTF-8",
    "JAVA_TOOL_OPTIONS": "-XX:+NoSuchOption",
    "_JAVA_OPTIONS": "-XX:+NoSuchOption",
    "JDK_JAVA_OPTIONS": "-XX:+NoSuchOption",
    "_JAVA_SR_SIGNUM": "60",
}

FAILURES = {
    "no JDK": {"PYLOOP_JAVA_HOME": "/nonexistent"},
    "no engine": {"PYLOOP_ENGINE_JAR": "/nonexistent.jar"},
    "unknown option": {"PYLOOP_JVM_OPTIONS": "-XX:+NoSuchOption"},
    "process would end": {"PYLOOP_JVM_OPTIONS": "-XX:+UseParallelGC"},
    "process would end late": {"PYLOOP_JVM_OPTIONS": "--add-modules=no.such.module"},
}


def test_after_success(run_clean: Callable[..., str]) -> None:
    assert run_clean(PREPARE + "boot()" + CHECK, **VARIABLES) == "{}\n"


@pytest.mark.parametrize("variables", FAILURES.values(), ids=FAILURES)
def test_after_failure(run: Callable[..., object], variables: dict[str, str]) -> None:
    code = """
try:
    boot()
except ImportError:
    print("refused")
print(process_state.difference(fatal, process_state.fatal_actions()), faulthandler.is_enabled())
async def main():
    await asyncio.sleep(0.01)
    return "alive"
print(asyncio.run(main()))
"""
    result = run(PREPARE + code + CHECK, **VARIABLES, **variables)
    assert (result.returncode, result.stdout) == (0, "refused\n{} False\nalive\n{}\n"), result


def test_faulthandler_that_was_on_stays_on_after_failure(run_clean: Callable[..., str]) -> None:
    code = """
import faulthandler
faulthandler.enable()
import process_state
from data_bridge.pyloop._boot import boot
fatal = process_state.fatal_actions()
try:
    boot()
except ImportError:
    print(process_state.difference(fatal, process_state.fatal_actions()), faulthandler.is_enabled())
"""
    assert run_clean(code, PYLOOP_JVM_OPTIONS="-XX:+UseParallelGC") == "{} True\n"


def test_no_new_files(run_clean: Callable[..., str], tmp_path: Path) -> None:
    run_clean("from data_bridge.pyloop._boot import boot; boot()")
    assert list((tmp_path / "cwd").iterdir()) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_import_does_not_boot(run_clean: Callable[..., str]) -> None:
    code = """
import os, process_state
before = process_state.snapshot()
threads = os.listdir("/proc/self/task")
import data_bridge.pyloop
from data_bridge.pyloop import _boot
print(process_state.jvm_is_mapped(), os.listdir("/proc/self/task") == threads, _boot.is_booted())
print(process_state.difference(before, process_state.snapshot()))
"""
    assert run_clean(code) == "False True False\n{}\n"


def test_programs_started_later_inherit_the_same_ignored_signals(run_clean: Callable[..., str]) -> None:
    code = """
import subprocess
from data_bridge.pyloop._boot import boot
def ignored():
    command = ["grep", "SigIgn", "/proc/self/status"]
    return subprocess.run(command, restore_signals=False, capture_output=True, text=True).stdout
before = ignored()
boot()
print(before == ignored(), before.split()[1] != "0" * 16)
"""
    assert run_clean(code) == "True True\n"


def test_file_names_are_utf_8_in_the_c_locale(run_clean: Callable[..., str], tmp_path: Path) -> None:
    code = """
import os, pathlib, shutil
from data_bridge.pyloop._boot import boot, sequence
jar = pathlib.Path("\\u00e4\\u4e2d") / "engine.jar"
jar.parent.mkdir()
shutil.copy(sequence.find_jar(), jar)
os.environ["PYLOOP_ENGINE_JAR"] = str(jar)
boot()
print("booted")
"""
    assert run_clean(code, LC_ALL="C", options=("-X", "utf8")) == "booted\n"
