"""What runs of the benchmarks do with rivals, loads, failures and sizes. No times are judged."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

import pytest

from harnesses.benchmark_runs import BENCHMARKS, LOOPS, run_benchmark, run_script
from support.project import ROOT, path_with_tests

if TYPE_CHECKING:
    from pathlib import Path

    from harnesses.benchmark_runs import MakeRival


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the benchmarks that makes load."""
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("benchmarks.harness.load")


def test_sizes_for_scaling_are_those_of_the_names(loop_workloads: Any) -> None:
    sizes: dict[str, list[int]] = {}
    for name, workload in loop_workloads.SCALING.items():
        assert workload.name == name
        assert workload.parameter == workload.operations
        assert f"{workload.parameter / 1000:g}k" in name or str(workload.parameter) in name
        sizes.setdefault(type(workload).__name__, []).append(workload.parameter)
    timers = [100, 500, 1_000, 2_500, 5_000, 10_000]
    assert sizes == {
        "Callbacks": [1_000, 5_000, 10_000, 25_000, 50_000, 100_000],
        "TimersFired": timers,
        "TimersScheduled": timers,
    }


def test_every_size_for_scaling_does_its_work(loop_workloads: Any) -> None:
    for workload in loop_workloads.SCALING.values():
        loop = asyncio.new_event_loop()
        workload.set_up(loop)
        (elapsed,) = workload.run(workload.operations)
        assert elapsed > 0
        workload.tear_down()
        loop.close()


def test_parts_of_a_callback_add_up(loop_workloads: Any) -> None:
    """The calls count twice: bare, and as a part of running."""
    for workload in loop_workloads.BREAKDOWN.values():
        loop = asyncio.new_event_loop()
        workload.set_up(loop)
        start = perf_counter_ns()
        calls, scheduling, iteration = workload.parts(workload.operations)
        whole = perf_counter_ns() - start
        assert min(calls, scheduling, iteration) > 0
        assert 2 * calls + scheduling + iteration <= whole
        workload.tear_down()
        loop.close()


def test_loaded_run_gives_the_rows_twice_and_the_effect_on_ratios(rival: MakeRival, tmp_path: Path) -> None:
    rival("Same")
    output = tmp_path / "result.json"
    chosen = ("--suites", "cold/short", "--workloads", "callbacks_1k,sleep_zero")
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
    run_benchmark(output, "--suites", "loop/warm", "--workloads", "callbacks_100", "--loops", "uvloop,rloop,pyloop")
    (row,) = json.loads(output.read_text())["rows"]
    assert row["best_rival"] == "uvloop"
    best, own = (row["contestants"][loop]["rounds"] for loop in ("uvloop", "pyloop"))
    expected = statistics.median(theirs / ours for theirs, ours in zip(best, own, strict=True))
    assert row["contestants"]["pyloop"]["vs_best_rival"]["median"] == pytest.approx(expected)


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
    assert [(entry["suite"], entry["workload"], entry["contestant"]) for entry in result["failures"]] == [
        ("cold", "first_1k", "uvloop"),
        ("cold", "callbacks_100", "uvloop"),
        ("loop", "callbacks_100", "uvloop"),
    ]
    assert all("this loop is broken" in entry["error"] for entry in result["failures"])
    assert [list(row["contestants"]) for row in result["rows"]] == [["asyncio"]] * 3
    assert "FAILED: uvloop, cold, first_1k, quiet" in finished.stdout


def test_failure_of_one_line_does_not_spread_to_the_next(rival: MakeRival, tmp_path: Path) -> None:
    rival("Unclosable")
    output = tmp_path / "result.json"
    chosen = ("--suites", "loop/warm", "--loops", "asyncio,uvloop", "--workloads", "timers_scheduled_100,sleep_zero")
    run_benchmark(output, *chosen)
    result: dict[str, Any] = json.loads(output.read_text())
    assert [(entry["workload"], entry["contestant"]) for entry in result["failures"]] == [
        ("timers_scheduled_100", "uvloop")
    ]
    assert [list(row["contestants"]) for row in result["rows"]] == [["asyncio"], ["asyncio", "uvloop"]]


def test_template_of_the_documentation_is_a_workload(loop_workloads: Any) -> None:
    """The first block of Python in the README of the benchmarks, on both loops."""
    (block, *_) = re.findall(r"```python\n(.*?)```", (BENCHMARKS / "README.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {"__name__": "benchmarks.loop.cancelled"}
    exec(block.replace("from .base", "from benchmarks.loop.base"), names)
    for module in ("asyncio", "data_bridge.pyloop"):
        workload = names["Cancelled"]()
        loop = importlib.import_module(module).new_event_loop()
        workload.set_up(loop)
        assert workload.run(100)[0] > 0
        workload.tear_down()
        loop.close()


def test_scaling_command_prints_throughput_and_speedup(tmp_path: Path) -> None:
    options = (
        "--rounds",
        "1",
        "--sample-ms",
        "1",
        "--warmup-ms",
        "0",
        "--workloads",
        "callbacks_1k,timers_scheduled_1k",
    )
    finished = run_script(
        "pyloop/bench_scaling.py", *options, "--loops", ",".join(LOOPS), "--output", str(tmp_path / "x")
    )
    assert finished.returncode == 0, finished.stderr
    tables = finished.stdout[finished.stdout.index("and operations a second") :].splitlines()
    assert tables[1].split() == ["number", "asyncio", "/s", "pyloop", "/s", "pyloop", "speed-up"]
    assert re.fullmatch(r" *1,000( +[\d,]+){2} +\d+\.\d\dx", tables[3])


def test_unknown_loop_is_refused() -> None:
    finished = run_script("pyloop/bench_event_loop.py", "--loops", "asyncio,nonsense")
    assert finished.returncode == 2
    assert "unknown: nonsense" in finished.stderr


@pytest.mark.parametrize("command", ["run", "list", "compare"])
def test_unknown_option_is_refused(command: str) -> None:
    arguments = [sys.executable, "-m", "benchmarks", command, "--nonsense"]
    finished = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 2
    assert "usage: python -m benchmarks" in finished.stderr
