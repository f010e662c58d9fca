"""The benchmark harness: that it runs every workload and writes what it promises. No times are judged."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks" / "pyloop"
LOOPS = ("asyncio", "pyloop")
WORKLOADS = [
    "callbacks_1k",
    "callbacks_10k",
    "callbacks_50k",
    "callbacks_100k",
    "callbacks_arg",
    "burst_10k",
    "loop_overhead",
    "timers_5k",
    "timers_scheduled",
    "timers_cancelled",
    "sleep_zero",
    "task_create_await",
    "threadsafe_flood",
    "threadsafe_wakeup",
    "timer_lateness",
]
METRICS = {"threadsafe_wakeup": ["mean", "p50", "p99"], "timer_lateness": ["mean", "p99", "max", "early"]}


def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *arguments], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def result_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of everything, as short as it can be."""
    output = tmp_path_factory.mktemp("benchmarks") / "result.json"
    short = ("--quick", "--rounds", "2", "--sample-ms", "1", "--warmup-ms", "0")
    finished = run_script("bench_event_loop.py", *short, "--loops", ",".join(LOOPS), "--output", str(output))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "callbacks, 100k" in finished.stdout
    return output


@pytest.fixture
def result(result_file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(result_file.read_text())
    return loaded


def test_every_workload_and_metric_is_reported_once(result: dict[str, Any]) -> None:
    expected = [(name, metric) for name in WORKLOADS for metric in METRICS.get(name, ["mean"])]
    assert [(row["workload"], row["metric"]) for row in result["rows"]] == expected
    assert result["failures"] == []


def test_each_cell_has_its_rounds_and_ratios(result: dict[str, Any]) -> None:
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


def test_ratio_is_the_median_of_the_ratios_of_the_rounds(result: dict[str, Any]) -> None:
    for row in result["rows"]:
        if row["workload"] == "timer_lateness":
            continue
        base, own = (row["loops"][loop]["rounds"] for loop in LOOPS)
        expected = statistics.median(theirs / ours for theirs, ours in zip(base, own, strict=True))
        assert row["loops"]["pyloop"]["vs_asyncio"]["median"] == pytest.approx(expected)
        assert row["loops"]["asyncio"]["vs_asyncio"]["median"] == 1


def test_metadata_names_software_and_machine_but_no_host(result: dict[str, Any]) -> None:
    assert set(result["metadata"]) == {
        "date", "python", "implementation", "machine", "processor", "cores", "kernel", "other_processes",
    }  # fmt: skip
    assert tuple(result["loops"]) == LOOPS
    assert all(about["version"] for about in result["loops"].values())
    assert result["loops"]["asyncio"]["jvm"] is None
    assert result["loops"]["pyloop"]["jvm"]
    assert result["settings"]["rounds"] == 2


def test_report_is_a_table_with_a_line_for_each_row(result_file: Path, result: dict[str, Any]) -> None:
    finished = run_script("report.py", str(result_file))
    assert finished.returncode == 0, finished.stderr
    lines = [line for line in finished.stdout.splitlines() if line.startswith("|")]
    assert len(lines) == len(result["rows"]) + 2
    assert len({line.count(" | ") for line in lines}) == 1


def test_unknown_loop_is_refused() -> None:
    finished = run_script("bench_event_loop.py", "--loops", "asyncio,nonsense")
    assert finished.returncode == 2
    assert "unknown: nonsense" in finished.stderr
