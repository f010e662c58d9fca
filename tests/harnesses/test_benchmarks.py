"""The benchmark harness: that it runs every workload and writes what it promises. No times are judged."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Protocol

import jsonschema
import pytest

from support.project import ROOT, path_with_tests

if TYPE_CHECKING:
    from pathlib import Path

BENCHMARKS = ROOT / "benchmarks"
LOOPS = ("asyncio", "pyloop")
COLD = [
    "import_first_loop",
    "nothing_first_loop",
    "first_100",
    "first_1k",
    "first_10k",
    "first_100k",
    "first_100_requests",
    "first_1k_requests",
    "first_500_connections",
    "script",
    "pytest_asyncio",
    "pytest_anyio",
]
PACKAGES = {"pytest_asyncio": "pytest_asyncio", "pytest_anyio": "anyio"}
MEMORY = [
    "held_import",
    "held_loop",
    "held_100",
    "held_1000",
    "held_10000",
    "held_100000",
    "used_loop",
    "workers",
    "one_handle",
    "one_timer",
    "one_task",
    "one_connection",
    "idle_connections_10k",
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
    "getaddrinfo_literal",
    "spawn",
]
WARM_ONLY = {
    "callbacks_arg",
    "burst_10k",
    "exceptions",
    "loop_overhead_250",
    "loops_in_threads_2",
    "loops_in_threads_4",
    "timers_5k",
    "timers_100us",
    "timers_completed",
    "timers_overdue",
    "due_batch_5k",
    "producers_1",
    "producers_2",
    "producers_4",
    "producers_1_lateness",
    "producers_2_lateness",
    "producers_4_lateness",
    "mixed_patterns",
    "idle_wakeup",
    "idle_cpu",
    "pipes_1KiB",
    "timer_lateness",
    "timer_precision",
}
METRICS = {
    **{name: ["RSS", "PSS"] for name in MEMORY if name.startswith("held_")},
    **{name: ["RSS", "blocks"] for name in MEMORY if name.startswith("one_")},
    "used_loop": ["RSS", "VmSize", "threads"],
    "workers": ["PSS", "private"],
    "idle_connections_10k": ["RSS", "blocks", "connections"],
    **{name: ["p50", "p99"] for name in WARM_ONLY if name.startswith("producers_") and name.endswith("_lateness")},
    "threadsafe_wakeup": ["mean", "p50", "p99"],
    "mixed_patterns": ["immediate", "delayed", "burst"],
    "idle_wakeup": ["mean", "p50", "p99"],
    "timer_lateness": ["mean", "p99", "max", "early"],
    "timer_precision": ["mean", "p99", "max", "early"],
}
WHOLE_RUN_SECONDS = 400
# The first test waits for the run of everything.
pytestmark = pytest.mark.timeout(WHOLE_RUN_SECONDS)
SECTIONS = ["cold/start", "cold/short", "memory/process", "loop/warm", "loop/scaling"]
SCALING = [
    *(f"callbacks_{size}" for size in ("1k", "5k", "10k", "25k", "50k", "100k")),
    *(
        f"{kind}_{size}"
        for kind in ("timers", "timers_scheduled")
        for size in ("100", "500", "1k", "2.5k", "5k", "10k")
    ),
]
SHORTEST = ("--full", "--rounds", "2", "--sample-ms", "1", "--warmup-ms", "0")


class MakeRival(Protocol):
    def __call__(self, loop: str, name: str = ...) -> None: ...


def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *arguments],
        capture_output=True,
        text=True,
        timeout=WHOLE_RUN_SECONDS,
        check=False,
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
def loop_workloads(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The package with the workloads of the loop."""
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("benchmarks.loop")


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
    by_section: dict[str, list[tuple[str, str]]] = {}
    for row in result["rows"]:
        assert row["load"] == "quiet"
        by_section.setdefault(f"{row['suite']}/{row['section']}", []).append((row["workload"], row["metric"]))
    missing = {name for name, package in PACKAGES.items() if importlib.util.find_spec(package) is None}
    assert result["missing"] == {name: f"the package {PACKAGES[name]} is not installed" for name in missing}
    assert list(by_section) == SECTIONS
    assert by_section["cold/start"] == with_metrics([name for name in COLD if name not in missing])
    assert by_section["cold/short"] == with_metrics(SHORT)
    assert by_section["memory/process"] == with_metrics(MEMORY)
    assert by_section["loop/scaling"] == with_metrics(SCALING)
    assert sorted(by_section["loop/warm"]) == sorted(with_metrics([*SHORT, *WARM_ONLY]))
    assert result["failures"] == []


def test_each_cell_has_its_rounds_and_comparisons(result: dict[str, Any]) -> None:
    for row in result["rows"]:
        assert tuple(row["contestants"]) == LOOPS
        for cell in row["contestants"].values():
            assert len(cell["rounds"]) == 2
            if row["comparison"] == "none":
                assert row["workload"] in {"timer_lateness", "timer_precision"}
                assert cell["vs_asyncio"] is None
            else:
                assert cell["value"] > 0
                assert cell["vs_asyncio"]["low"] <= cell["vs_asyncio"]["median"] <= cell["vs_asyncio"]["high"]
            assert cell["vs_best_rival"] is None


def test_comparison_is_the_median_of_the_comparisons_of_the_rounds(result: dict[str, Any]) -> None:
    compared = set()
    for row in result["rows"]:
        base, own = (row["contestants"][loop]["rounds"] for loop in LOOPS)
        match row["comparison"]:
            case "ratio":
                expected = statistics.median(theirs / ours for theirs, ours in zip(base, own, strict=True))
            case "difference":
                expected = statistics.median(ours - theirs for theirs, ours in zip(base, own, strict=True))
            case _:
                continue
        compared.add(row["comparison"])
        assert row["contestants"]["pyloop"]["vs_asyncio"]["median"] == pytest.approx(expected)
        assert row["contestants"]["asyncio"]["vs_asyncio"]["median"] == (1 if row["comparison"] == "ratio" else 0)
    assert compared == {"ratio", "difference"}


def test_memory_is_compared_by_difference_in_bytes(result: dict[str, Any]) -> None:
    units = {(row["workload"], row["metric"]): row["unit"] for row in result["rows"] if row["comparison"] != "ratio"}
    assert units["used_loop", "RSS"] == units["used_loop", "VmSize"] == units["workers", "PSS"] == "bytes"
    assert units["used_loop", "threads"] == units["timer_lateness", "early"] == "count"
    for row in result["rows"]:
        if row["workload"] == "workers":
            assert all(1 << 20 < value < 1 << 30 for cell in row["contestants"].values() for value in cell["rounds"])


def test_metadata_names_software_and_machine_but_no_host(result: dict[str, Any]) -> None:
    assert set(result["metadata"]) == {
        "date", "python", "implementation", "machine", "processor", "cores", "kernel", "commit", "pyperf",
        "other_processes",
    }  # fmt: skip
    assert platform.node() not in json.dumps(result["metadata"])
    assert tuple(result["contestants"]) == LOOPS
    assert all(about["version"] for about in result["contestants"].values())
    assert result["contestants"]["asyncio"]["engine"] is None
    assert result["contestants"]["pyloop"]["engine"]
    sections = result["settings"]["sections"]
    assert list(sections) == SECTIONS
    assert {timing["rounds"] for timing in sections.values()} == {2}


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


def test_result_has_the_documented_form(result: dict[str, Any]) -> None:
    jsonschema.validate(result, json.loads((BENCHMARKS / "harness" / "result.schema.json").read_text()))


def test_control_is_taken_before_each_line_and_at_the_end(result: dict[str, Any]) -> None:
    lines = len(COLD) - len(result["missing"]) + 2 * len(SHORT) + len(MEMORY) + len(WARM_ONLY) + len(SCALING)
    assert len(result["control"]["samples"]) == lines + 1
    assert result["control"]["void"] == (result["control"]["drift"] > 0.15)


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


def test_figures_can_be_read_by_pyperf(result_file: Path, tmp_path: Path) -> None:
    pyperf = pytest.importorskip("pyperf", reason="pyperf is not installed")
    output = tmp_path / "pyloop.json"
    command = [sys.executable, "-m", "benchmarks", "pyperf", str(result_file), "--contestant", "pyloop"]
    subprocess.run([*command, "--output", str(output)], cwd=ROOT, check=True, timeout=60)
    found = {each.get_name(): each for each in pyperf.BenchmarkSuite.load(str(output)).get_benchmarks()}
    rows = json.loads(result_file.read_text())["rows"]
    (row,) = (each for each in rows if (each["section"], each["workload"]) == ("warm", "callbacks_10k"))
    seconds = [figure / 1e9 for figure in row["contestants"]["pyloop"]["rounds"]]
    assert found["loop/warm: callbacks, 10k"].get_values() == pytest.approx(seconds)


def test_unknown_loop_is_refused() -> None:
    finished = run_script("pyloop/bench_event_loop.py", "--loops", "asyncio,nonsense")
    assert finished.returncode == 2
    assert "unknown: nonsense" in finished.stderr
