"""The benchmark harness: that it runs every workload and writes what it promises. No times are judged."""

from __future__ import annotations

import importlib
import json
import os
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from support.project import ROOT, path_with_tests

if TYPE_CHECKING:
    from pathlib import Path

BENCHMARKS = ROOT / "benchmarks"
LOOPS = ("asyncio", "pyloop")
COLD = [
    "import_first_loop",
    "nothing_first_loop",
    "first_1k",
    "first_10k",
    "first_100k",
    "first_100_requests",
    "first_1k_requests",
    "first_500_connections",
    "used_loop",
    "workers",
]
SHORT = [
    "callbacks_100",
    "callbacks_1k",
    "callbacks_10k",
    "callbacks_50k",
    "callbacks_100k",
    "loop_overhead",
    "timers_scheduled_100",
    "timers_scheduled_1k",
    "timers_scheduled_10k",
    "timers_cancelled",
    "sleep_zero",
    "task_create_await",
    "gather_10",
    "timeout_context",
    "threadsafe_flood",
    "threadsafe_wakeup",
    "executor",
]
WARM_ONLY = {"callbacks_arg", "burst_10k", "timers_5k", "timer_lateness"}
METRICS = {
    "used_loop": ["RSS", "VmSize", "threads"],
    "workers": ["PSS", "private"],
    "threadsafe_wakeup": ["mean", "p50", "p99"],
    "timer_lateness": ["mean", "p99", "max", "early"],
}
SHORTEST = ("--quick", "--rounds", "2", "--sample-ms", "1", "--warmup-ms", "0")


class MakeRival(Protocol):
    def __call__(self, loop: str, name: str = ...) -> None: ...


def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *arguments], capture_output=True, text=True, timeout=150, check=False
    )


def run_benchmark(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    finished = run_script("pyloop/bench_event_loop.py", *SHORTEST, *arguments, "--output", str(output))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished


@pytest.fixture(scope="module")
def result_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of everything, as short as it can be."""
    output = tmp_path_factory.mktemp("benchmarks") / "result.json"
    finished = run_benchmark(output, "--loops", ",".join(LOOPS))
    for title in ("first 100k callbacks", "callbacks, 100k", "timer lateness, early"):
        assert title in finished.stdout
    return output


@pytest.fixture
def result(result_file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(result_file.read_text())
    return loaded


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the benchmarks that makes load."""
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("benchmarks.harness.load")


@pytest.fixture
def rival(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakeRival:
    """A function that makes a package by another name of a loop of harnesses/programs/rivals.py."""
    directory = tmp_path / "rivals"
    directory.mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(directory), path_with_tests()]))

    def make(loop: str, name: str = "uvloop") -> None:
        text = f'from harnesses.programs.rivals import {loop} as new_event_loop\n__version__ = "0"\n'
        (directory / f"{name}.py").write_text(text)

    return make


def with_metrics(names: list[str]) -> list[tuple[str, str]]:
    return [(name, metric) for name in names for metric in METRICS.get(name, ["mean"])]


def test_every_line_and_metric_is_reported_once(result: dict[str, Any]) -> None:
    by_suite: dict[str, list[tuple[str, str]]] = {}
    for row in result["rows"]:
        assert row["load"] == "quiet"
        by_suite.setdefault(row["suite"], []).append((row["workload"], row["metric"]))
    assert list(by_suite) == ["cold", "short", "warm"]
    assert by_suite["cold"] == with_metrics(COLD)
    assert by_suite["short"] == with_metrics(SHORT)
    assert sorted(by_suite["warm"]) == sorted(with_metrics([*SHORT, *WARM_ONLY]))
    assert result["failures"] == []


def test_each_cell_has_its_rounds_and_comparisons(result: dict[str, Any]) -> None:
    for row in result["rows"]:
        assert tuple(row["loops"]) == LOOPS
        for cell in row["loops"].values():
            assert len(cell["rounds"]) == 2
            if row["workload"] == "timer_lateness":
                assert cell["vs_asyncio"] is None
            else:
                assert cell["value"] > 0
                assert cell["vs_asyncio"]["low"] <= cell["vs_asyncio"]["median"] <= cell["vs_asyncio"]["high"]
            assert cell["vs_best_rival"] is None


def test_comparison_is_the_median_of_the_comparisons_of_the_rounds(result: dict[str, Any]) -> None:
    compared = set()
    for row in result["rows"]:
        base, own = (row["loops"][loop]["rounds"] for loop in LOOPS)
        match row["comparison"]:
            case "ratio":
                expected = statistics.median(theirs / ours for theirs, ours in zip(base, own, strict=True))
            case "difference":
                expected = statistics.median(ours - theirs for theirs, ours in zip(base, own, strict=True))
            case _:
                continue
        compared.add(row["comparison"])
        assert row["loops"]["pyloop"]["vs_asyncio"]["median"] == pytest.approx(expected)
        assert row["loops"]["asyncio"]["vs_asyncio"]["median"] == (1 if row["comparison"] == "ratio" else 0)
    assert compared == {"ratio", "difference"}


def test_memory_is_compared_by_difference_in_bytes(result: dict[str, Any]) -> None:
    units = {(row["workload"], row["metric"]): row["unit"] for row in result["rows"] if row["comparison"] != "ratio"}
    assert units["used_loop", "RSS"] == units["used_loop", "VmSize"] == units["workers", "PSS"] == "bytes"
    assert units["used_loop", "threads"] == units["timer_lateness", "early"] == "count"
    for row in result["rows"]:
        if row["workload"] == "workers":
            assert all(1 << 20 < value < 1 << 30 for cell in row["loops"].values() for value in cell["rounds"])


def test_metadata_names_software_and_machine_but_no_host(result: dict[str, Any]) -> None:
    assert set(result["metadata"]) == {
        "date", "python", "implementation", "machine", "processor", "cores", "kernel", "other_processes",
    }  # fmt: skip
    assert tuple(result["loops"]) == LOOPS
    assert all(about["version"] for about in result["loops"].values())
    assert result["loops"]["asyncio"]["engine"] is None
    assert result["loops"]["pyloop"]["engine"]
    assert {name: timing["rounds"] for name, timing in result["settings"]["suites"].items()} == {
        "cold": 2,
        "short": 2,
        "warm": 2,
    }


def test_loaded_run_gives_the_rows_twice_and_the_effect_on_ratios(rival: MakeRival, tmp_path: Path) -> None:
    rival("Same")
    output = tmp_path / "result.json"
    chosen = ("--suites", "short", "--workloads", "callbacks_1k,sleep_zero")
    finished = run_benchmark(output, "--loaded", "--loops", "asyncio,uvloop,pyloop", *chosen)
    result: dict[str, Any] = json.loads(output.read_text())
    assert [(row["workload"], row["load"]) for row in result["rows"]] == [
        (workload, load) for workload in ("callbacks_1k", "sleep_zero") for load in ("quiet", "loaded")
    ]
    assert "one other process computes on each processor" in finished.stdout
    assert [effect["workload"] for effect in result["effects_of_load"]] == ["callbacks_1k", "sleep_zero"]
    for effect in result["effects_of_load"]:
        assert effect["rival"] == "uvloop"
        assert effect["change"] == pytest.approx(effect["loaded"]["median"] / effect["quiet"]["median"] - 1)


def test_best_rival_is_the_one_with_the_lowest_figure(rival: MakeRival, tmp_path: Path) -> None:
    rival("Same")
    rival("Slow", "rloop")
    output = tmp_path / "result.json"
    run_benchmark(output, "--suites", "warm", "--workloads", "callbacks_100", "--loops", "uvloop,rloop,pyloop")
    (row,) = json.loads(output.read_text())["rows"]
    assert row["best_rival"] == "uvloop"
    best, own = (row["loops"][loop]["rounds"] for loop in ("uvloop", "pyloop"))
    expected = statistics.median(theirs / ours for theirs, ours in zip(best, own, strict=True))
    assert row["loops"]["pyloop"]["vs_best_rival"]["median"] == pytest.approx(expected)


def test_load_is_one_process_on_each_processor_and_ends(load: Any) -> None:
    with load.put_on("quiet") as burners:
        assert burners == []
    with load.put_on("loaded") as burners:
        affinities = [os.sched_getaffinity(pid) for pid in burners]
        assert sorted(affinities, key=min) == [{processor} for processor in sorted(os.sched_getaffinity(0))]
    for pid in burners:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_load_ends_with_its_parent() -> None:
    """Whatever becomes of a run, no process may go on computing."""
    command = [sys.executable, "-m", "harnesses.programs.killed_parent", str(BENCHMARKS / "harness" / "burner.py")]
    environment = {**os.environ, "PYTHONPATH": path_with_tests()}
    # communicate() returns when the burner, which inherits standard error, has ended too.
    killed = subprocess.run(command, env=environment, stderr=subprocess.PIPE, timeout=60, check=False)
    assert killed.returncode == -9


def test_failing_loop_is_named_and_has_no_figure(rival: MakeRival, tmp_path: Path) -> None:
    """A rival that raises is a result, not the end of the run."""
    rival("Broken")
    output = tmp_path / "result.json"
    chosen = ("--loops", "asyncio,uvloop", "--workloads", "first_1k,callbacks_100")
    finished = run_benchmark(output, *chosen)
    result: dict[str, Any] = json.loads(output.read_text())
    assert [(entry["suite"], entry["workload"], entry["loop"]) for entry in result["failures"]] == [
        ("cold", "first_1k", "uvloop"),
        ("short", "callbacks_100", "uvloop"),
        ("warm", "callbacks_100", "uvloop"),
    ]
    assert all("this loop is broken" in entry["error"] for entry in result["failures"])
    assert [list(row["loops"]) for row in result["rows"]] == [["asyncio"]] * 3
    assert "FAILED: uvloop, cold, first_1k, quiet" in finished.stdout


def test_unknown_loop_is_refused() -> None:
    finished = run_script("pyloop/bench_event_loop.py", "--loops", "asyncio,nonsense")
    assert finished.returncode == 2
    assert "unknown: nonsense" in finished.stderr
