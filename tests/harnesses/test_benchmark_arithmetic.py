"""The arithmetic of the benchmarks: intervals, chance, the control, and what counts as a regression."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    Load = Callable[[str], ModuleType]


@pytest.mark.parametrize(
    ("count", "low", "high", "confidence"),
    [(1, 0, 0, 0.0), (2, 0, 1, 0.5), (5, 0, 4, 0.9375), (6, 0, 5, 0.9688), (9, 1, 7, 0.9609), (15, 3, 11, 0.9648)],
)
def test_interval_has_the_median_with_the_confidence_of_the_binomial_distribution(
    load_module: Load, count: int, low: int, high: int, confidence: float
) -> None:
    """By hand: 9 figures; the median is not between the 2nd and the 8th with 2 * (1 + 9) / 2**9."""
    values = random.Random(1).sample(range(count), count)
    found = load_module("harness.statistics").interval(values)
    assert found == {"median": (count - 1) / 2, "low": low, "high": high, "confidence": confidence}


def test_chance_counts_the_splits_with_as_high_ranks(load_module: Load) -> None:
    """Three and three figures can be split in 20 ways; one has all the high ones together, ten have at least 11."""
    chance = load_module("harness.statistics").chance
    assert chance([1, 2, 3], [4, 5, 6]) == 1 / 20
    assert chance([4, 5, 6], [1, 2, 3]) == 1
    # Ranks 1 + 4 + 6; of the 20 sums of three ranks from 6 to 15, ten are 11 or more.
    assert chance([2, 3, 50], [1, 4, 60]) == 10 / 20


def test_chance_takes_equal_figures_as_equal(load_module: Load) -> None:
    assert load_module("harness.statistics").chance([7, 7, 7], [7, 7, 7]) == 1


def test_chance_of_many_figures_that_are_all_higher_is_small_and_not_zero(load_module: Load) -> None:
    chance = load_module("harness.statistics").chance
    assert chance(range(15), range(15, 30)) == pytest.approx(1 / 155_117_520)
    assert chance(range(0, 30, 2), range(1, 31, 2)) > 0.1


def test_chances_are_raised_by_their_number(load_module: Load) -> None:
    """Holm: the lowest times 3, the next times 2, and none below the one before."""
    assert load_module("harness.statistics").holm([0.04, 0.01, 0.015]) == pytest.approx([0.04, 0.03, 0.03])


def test_drift_is_between_the_thirds_of_a_run_undisturbed(load_module: Load) -> None:
    control = load_module("harness.control")
    assert control.drift_of([1.0] * 9) == 0
    assert control.drift_of([1.0] * 4 + [1.2] * 4 + [1.0] * 4) == pytest.approx(0.2)
    # Half of the samples are disturbed, everywhere alike: the machine is the same.
    assert control.drift_of([1.0, 2.0] * 6) == 0
    assert control.drift_of([1.0, 2.0]) == 0


def test_part_of_disturbed_samples_is_counted(load_module: Load) -> None:
    control = load_module("harness.control")
    assert control.disturbed_part([1.0, 1.1, 1.3, 2.0]) == 0.25
    verdict = control.verdict("asyncio", [1.0, 2.0] * 6)
    assert (verdict["disturbed"], verdict["void"]) == (0.5, False)
    assert control.verdict("asyncio", [1.0] * 6 + [1.3] * 6)["void"]


def a_result(factor: float = 1.0, *, seed: int = 0, void: bool = False) -> dict[str, Any]:
    """With 20 rows of 15 rounds, whose times vary by 3 %, and in one of which PyLoop's are multiplied."""
    draw = random.Random(seed)

    def rounds(value: float) -> dict[str, Any]:
        return {"rounds": [value * draw.lognormvariate(0, 0.03) for _ in range(15)]}

    place = {"suite": "cold", "section": "short", "load": "quiet", "metric": "mean", "comparison": "ratio"}
    rows = [
        {
            **place,
            "workload": f"line {number}",
            "title": f"line {number}",
            "contestants": {"asyncio": rounds(400), "pyloop": rounds(100 * (factor if number == 3 else 1))},
        }
        for number in range(20)
    ]
    about = {"python": "3.11.7", "processor": "one", "cores": 2}
    return {"format": 3, "metadata": about, "control": {"void": void}, "rows": rows}


def compared(directory: Path, before: dict[str, Any], now: dict[str, Any], *options: str) -> tuple[int, str]:
    paths = [directory / "before.json", directory / "now.json"]
    for path, result in zip(paths, (before, now), strict=True):
        path.write_text(json.dumps(result))
    command = [sys.executable, "-m", "benchmarks", "compare", *map(str, paths), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def test_slower_row_is_a_regression_that_is_named(tmp_path: Path) -> None:
    status, said = compared(tmp_path, a_result(), a_result(1.25, seed=1))
    assert status == 1
    marked = [line for line in said.splitlines() if line.endswith("SLOWER")]
    assert [line.split("  ")[0] for line in marked] == ["line 3"]


@pytest.mark.parametrize("factor", [1.0, 1.05, 0.5], ids=["the same", "less than counts", "faster"])
def test_what_is_not_much_slower_is_none(tmp_path: Path, factor: float) -> None:
    status, said = compared(tmp_path, a_result(), a_result(factor, seed=1))
    assert status == 0, said
    assert "SLOWER" not in said


def test_noise_is_no_regression_in_a_hundred_runs(load_module: Load) -> None:
    baseline = load_module("harness.baseline")
    before = a_result()
    found = [baseline.changes(before, a_result(seed=seed)) for seed in range(1, 101)]
    assert not any(change.significant(baseline.LEAST_SLOWDOWN) for changes in found for change in changes)


def test_a_machine_that_is_slower_as_a_whole_is_no_regression(load_module: Load) -> None:
    baseline = load_module("harness.baseline")
    slower = copy.deepcopy(a_result(seed=1))
    for row in slower["rows"]:
        for cell in row["contestants"].values():
            cell["rounds"] = [figure * 1.5 for figure in cell["rounds"]]
    changes = baseline.changes(a_result(), slower)
    assert not any(change.significant(baseline.LEAST_SLOWDOWN) for change in changes)


def test_runs_that_differ_are_not_compared_unless_asked_for(tmp_path: Path) -> None:
    other = a_result(seed=1)
    other["metadata"]["processor"] = "another"
    status, said = compared(tmp_path, a_result(), other)
    assert status == 2
    assert "processor: one in the baseline, another now" in said
    assert compared(tmp_path, a_result(), other, "--anyway")[0] == 0


def test_a_void_run_is_not_compared(tmp_path: Path) -> None:
    status, said = compared(tmp_path, a_result(), a_result(seed=1, void=True))
    assert status == 2
    assert "the current run is void" in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [('{"format": 2}', "has format 2, but this program reads format 3"), ("[]", "format None"), ("x", "is no JSON")],
)
def test_other_files_are_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    command = [sys.executable, "-m", "benchmarks", "compare", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert reason in done.stderr
