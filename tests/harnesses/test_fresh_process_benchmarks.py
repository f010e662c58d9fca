"""Rows whose samples are processes of their own: programs of pyperformance, and the same programs on frameworks."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.project import ROOT

if TYPE_CHECKING:
    from types import ModuleType

RUN = ROOT / "benchmarks" / "frameworks" / "run.py"
PYPERFORMANCE = (
    "asyncio_tcp",
    "asyncio_tcp_ssl",
    "asyncio_websockets",
    "async_tree_none",
    "async_tree_io",
    "async_tree_io_tg",
    "async_tree_memoization",
    "async_tree_cpu_io_mixed",
    "async_tree_eager",
)
FRAMEWORKS = ("asyncio", "uvloop", "trio", "curio", "gevent", "anyio+pyloop", "pyloop")
PROGRAMS = ("spawn", "checkpoints", "queue", "timers", "echo")


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def frameworks(root: None) -> ModuleType:
    return importlib.import_module("benchmarks.frameworks")


@pytest.fixture
def apps(root: None) -> ModuleType:
    return importlib.import_module("benchmarks.apps")


@pytest.fixture
def contestants(root: None) -> dict[str, Any]:
    found: dict[str, Any] = importlib.import_module("benchmarks.harness.contestants").CONTESTANTS
    return found


def run_program(framework: str, loop: str, program: str, count: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RUN), f"{framework}_programs", loop, program, str(count)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_program_runs_on_every_framework(name: str, frameworks: ModuleType, contestants: dict[str, Any]) -> None:
    admission = importlib.import_module("benchmarks.harness.admission")
    admitted, missing = admission.admit([contestants[name]])
    if missing:
        pytest.skip(missing[name])
    assert admitted[name]["version"]
    for program in PROGRAMS:
        contestant = contestants[name]
        finished = run_program(contestant.framework or "asyncio", contestant.loop or "", program, 20)
        assert finished.returncode == 0, f"{program}: {finished.stderr}"
        (nanoseconds,) = map(int, finished.stdout.strip().strip("[]").split(","))
        assert nanoseconds > 0


def test_rows_admit_the_frameworks_and_no_other_loop(frameworks: ModuleType, contestants: dict[str, Any]) -> None:
    rows = frameworks.FRAMEWORK_PROGRAMS
    assert list(rows) == [f"frameworks_{program}" for program in PROGRAMS]
    for row in rows.values():
        assert {name for name, contestant in contestants.items() if row.admits(contestant)} == set(FRAMEWORKS)


def test_a_row_of_frameworks_gives_one_figure(frameworks: ModuleType, contestants: dict[str, Any]) -> None:
    row = frameworks.FRAMEWORK_PROGRAMS["frameworks_timers"]
    (nanoseconds,) = row.run(contestants["asyncio"])
    assert row.figure([nanoseconds], "mean") == nanoseconds
    # All sleep at the same time, but none less than a millisecond.
    assert nanoseconds >= 1_000_000


def test_what_cannot_be_imported_is_said(contestants: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    admission = importlib.import_module("benchmarks.harness.admission")
    monkeypatch.setattr(admission, "installed", lambda _package: True)
    monkeypatch.setitem(sys.modules, "trio", None)  # as if it were not there
    _, missing = admission.admit([contestants["trio"]])
    assert "trio cannot be imported: ModuleNotFoundError" in missing["trio"]


def test_a_program_that_does_not_do_its_work_is_a_failure(root: None) -> None:
    checks = importlib.import_module("benchmarks.frameworks.checks")
    with pytest.raises(RuntimeError, match="messages: expected 10, got 5"):
        checks.expect("messages", 5, 10)
    # An odd number cannot be sent to and fro.
    finished = run_program("asyncio", "asyncio", "queue", 21)
    assert finished.returncode == 1
    assert "messages: expected 21, got 20" in finished.stderr


@pytest.mark.parametrize("loop", ["asyncio", "pyloop"])
@pytest.mark.parametrize("name", PYPERFORMANCE)
def test_programs_of_pyperformance_run(name: str, loop: str, apps: ModuleType, contestants: dict[str, Any]) -> None:
    row = apps.APPS[f"pyperformance_{name}"]
    if reason := row.obstacle():
        pytest.skip(reason)
    (nanoseconds,) = row.run(contestants[loop])
    assert nanoseconds > 1_000_000


def test_every_program_of_pyperformance_is_tried(apps: ModuleType) -> None:
    assert [f"pyperformance_{name}" for name in PYPERFORMANCE] == list(apps.APPS)


def test_programs_run_on_the_loop_that_is_measured(
    apps: ModuleType, contestants: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A factory of something else fails: what is measured is nothing but what it makes."""
    row = apps.APPS["pyperformance_async_tree_none"]
    if reason := row.obstacle():
        pytest.skip(reason)
    failed = importlib.import_module("benchmarks.harness.failures").FailedError
    loops = importlib.import_module("benchmarks.harness.loops")
    monkeypatch.setitem(loops.LOOPS, "asyncio", loops.LoopSpec("broken", "builtins", "int"))
    with pytest.raises(failed, match="must be an instance of AbstractEventLoop or None, not 'int'"):
        row.run(contestants["asyncio"])
