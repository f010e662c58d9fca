"""A whole run of the suites without servers: it measures every row and writes what it promises. No times are judged."""

from __future__ import annotations

import importlib
import importlib.util
import json
import platform
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from harnesses.benchmark_rows import (
    BREAKDOWN,
    COLD,
    MEMORY,
    PACKAGES,
    SCALING,
    SECTIONS,
    SHORT,
    WARM_ONLY,
    with_metrics,
)
from harnesses.benchmark_runs import BENCHMARKS, LOOPS, WHOLE_RUN_SECONDS, run_benchmark
from support.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# The first test waits for the run of everything.
pytestmark = pytest.mark.timeout(WHOLE_RUN_SECONDS)


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
    assert by_section["loop/breakdown"] == with_metrics(BREAKDOWN)
    assert sorted(by_section["loop/warm"]) == sorted(with_metrics([*SHORT, *WARM_ONLY]))
    assert result["failures"] == []


def test_each_cell_has_its_rounds_and_comparisons(result: dict[str, Any]) -> None:
    for row in result["rows"]:
        assert tuple(row["contestants"]) == LOOPS
        for cell in row["contestants"].values():
            assert len(cell["rounds"]) == 2
            if row["comparison"] == "none":
                assert row["workload"] in {"timer_lateness", "timer_precision", "callback_call"}
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


def test_result_has_the_documented_form(result: dict[str, Any]) -> None:
    jsonschema.validate(result, json.loads((BENCHMARKS / "harness" / "result.schema.json").read_text()))


def test_control_is_taken_before_each_line_and_at_the_end(result: dict[str, Any]) -> None:
    lines = len(COLD) - len(result["missing"]) + 2 * len(SHORT) + len(MEMORY) + len(WARM_ONLY)
    lines += len(SCALING) + len(BREAKDOWN)
    assert len(result["control"]["samples"]) == lines + 1
    assert result["control"]["void"] == (result["control"]["drift"] > 0.15)


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
