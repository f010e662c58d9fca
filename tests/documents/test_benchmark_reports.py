"""Reports of benchmarks: README.md and docs/benchmarks are what published results make, and they say what is so."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from documents.benchmark_results import memory, result, row, scaling, without
from documents.made_reports import PAGES, module, page, reports, section
from support.project import ROOT

PUBLISHED = sorted((ROOT / "benchmarks" / "results" / "published").glob("*.json"))
pytestmark = pytest.mark.usefixtures("benchmarks")
published = pytest.mark.skipif(not PUBLISHED, reason="no published results yet")


def made_of_published() -> Any:
    causes = module("causes")
    return module("documents").make([module("runs").read(path) for path in PUBLISHED], causes.read())


def changed_files(folder: Path, files: dict[str, str]) -> list[str]:
    """The files that are not what they should be, among them those that should not be there."""
    kept = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.suffix in (".md", ".html", ".svg")
    }
    wrong = [name for name, path in kept.items() if files.get(name) != path.read_text(encoding="utf-8")]
    return sorted({*wrong, *(files.keys() - kept.keys())})


@published
def test_documents_are_those_of_the_published_results() -> None:
    assert changed_files(ROOT / "docs" / "benchmarks", made_of_published().files) == []


@published
def test_figures_of_readme_are_those_of_the_published_results() -> None:
    readme = module("readme")
    assert readme.shown((ROOT / "README.md").read_text(encoding="utf-8")) == made_of_published().readme


@published
def test_published_results_answer_every_question() -> None:
    main = module("runs").read(PUBLISHED[0])
    assert not main.void
    assert [question.program for question in module("questions").unanswered(main)] == []
    assert len(module("headline").picked(main)) == len(module("headline").ROWS)


@published
def test_no_cause_is_left_of_a_row_that_is_not_lost() -> None:
    runs = [module("runs").read(path) for path in PUBLISHED]
    causes = module("causes")
    assert causes.unused(causes.read(), runs) == []


def test_causes_can_be_read() -> None:
    assert all(text.strip() for text in module("causes").read().values())


def test_a_run_that_is_loaded_for_a_part_is_told_apart() -> None:
    settings = {"kind": "full", "loaded": True, "sections": {}}
    run = module("runs").Run(result(row("callbacks_10k"), settings=settings))
    assert (run.label, run.slug) == ("CPython 3.11, quiet and loaded", "cpython-3.11-quiet-and-loaded")


def test_readme_has_one_place_for_the_figures() -> None:
    assert module("readme").shown((ROOT / "README.md").read_text(encoding="utf-8"))


def test_edited_files_are_found(tmp_path: Path) -> None:
    made = reports(result(row("callbacks_10k"), row("timers_cancelled")))
    module("documents").write(made, tmp_path)
    assert changed_files(tmp_path, made.files) == []
    edited = tmp_path / "BENCHMARK_RESULTS.md"
    edited.write_text(edited.read_text(encoding="utf-8").replace("1.50", "9.50"), encoding="utf-8")
    (tmp_path / "plots" / "old.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "index.html").unlink()
    assert changed_files(tmp_path, made.files) == ["BENCHMARK_RESULTS.md", "index.html", "plots/old.svg"]


def test_command_writes_files_and_the_block(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, readme = tmp_path / "run.json", tmp_path / "README.md"
    source.write_text(json.dumps(result(row("callbacks_10k"))), encoding="utf-8")
    readme.write_text("above\n<!-- benchmarks:begin -->\nOUTDATED\n<!-- benchmarks:end -->\nbelow\n", encoding="utf-8")
    arguments = [str(source), "--output", str(tmp_path / "out"), "--readme", str(readme)]
    assert module("__main__").main(arguments) == 0
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("above\n<!-- benchmarks:begin -->\n")
    assert text.endswith("\n<!-- benchmarks:end -->\nbelow\n")
    assert "| a callback, of 10,000 | 300 ns | 150 ns | 100 ns | 3.00 (2.90-3.10) | uvloop 1.50 (1.40-1.60) |" in text
    assert "OUTDATED" not in text
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*PAGES, "plots"}
    assert "README.md" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [("nonsense", "run.json is no JSON"), ('{"format": 2}', "has format 2, but this program reads format 3")],
)
def test_other_files_are_refused(
    content: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "run.json"
    source.write_text(content, encoding="utf-8")
    assert module("__main__").main([str(source), "--output", str(tmp_path / "out")]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_text_without_marks_is_refused() -> None:
    readme = module("readme")
    for text in ("", readme.BEGIN, readme.END + readme.BEGIN, (readme.BEGIN + readme.END) * 2):
        with pytest.raises(readme.MarksError):
            readme.replaced(text, "block")


def test_lost_rows_have_a_table_with_their_causes() -> None:
    run = result(
        row("executor", rival=0.8), row("spawn", rival=0.7), row("gather_10", rival=1.05), row("callbacks_10k")
    )
    text = page("BENCHMARK_RESULTS.md", run, causes={"loop/executor/mean": "two threads hand over the GIL"})
    lost = section(text, "Rows in which PyLoop is behind")
    assert re.findall(r"^\| (.*?) \|.* \| (.*?) \|$", lost, flags=re.MULTILINE)[2:] == [
        ("The loop alone, warmed up: executor", "two threads hand over the GIL"),
        ("The loop alone, warmed up: spawn", "not explained yet"),
    ]
    assert "uvloop 80.0 ns | 0.80 (0.70-0.90)" in lost
    assert "| gather 10 | 300 ns | 105 ns | 155 ns | 100 ns | 3.00 (2.90-3.10) | uvloop 1.05 (0.95-1.15) ≈ |" in text
    assert "uvloop **0.80 (0.70-0.90)**" in text
    assert "ahead of asyncio and of the best rival in 1, within noise in 1, and behind in 2." in text


def test_row_that_asyncio_wins_is_lost_though_the_rivals_are_slower() -> None:
    lost = section(page("BENCHMARK_RESULTS.md", result(row("spawn", asyncio=0.6))), "Rows in which PyLoop is behind")
    assert "asyncio 60.0 ns | 0.60 (0.50-0.70) | not explained yet" in lost


def test_no_lost_row_is_said() -> None:
    text = page("BENCHMARK_RESULTS.md", result(row("callbacks_10k")))
    assert section(text, "Rows in which PyLoop is behind").strip() == "None."


def test_more_memory_is_a_lost_row_and_less_is_none() -> None:
    text = page("BENCHMARK_RESULTS.md", result(memory("used_loop", 8 * 2**20), memory("workers", -(2**20), "PSS")))
    lost = section(text, "Rows in which PyLoop is behind")
    assert "+8.00 MiB" in lost
    assert "workers" not in lost
    assert "| -1.00 MiB (-1.00 to -1.00) |" in text


def test_missing_and_failing_contestants_are_named() -> None:
    failure = {"suite": "loop", "load": "quiet", "workload": "spawn", "contestant": "rloop", "error": "it hangs"}
    run = result(
        without(row("spawn"), "rloop"),
        without(row("executor"), "uvloop", "rloop"),
        without(row("callbacks_10k"), "pyloop"),
        missing={"zuvloop": "no module"},
        failures=[failure],
    )
    text = page("BENCHMARK_RESULTS.md", run)
    assert "- Left out: zuvloop (no module)" in text
    assert "- **Failed**: rloop in loop, spawn, quiet: it hangs" in text
    assert "| spawn | 300 ns | 150 ns | - | 100 ns |" in text
    assert "| executor | 300 ns | - | - | 100 ns | 3.00 (2.90-3.10) | - |" in text
    assert "| callbacks 10k | 300 ns | 150 ns | 200 ns | - | - | - |" in text


@pytest.mark.parametrize("name", PAGES)
def test_void_run_says_so_in_large_letters_on_top(name: str) -> None:
    control = {"name": "asyncio", "drift": 0.31, "void": True, "disturbed": 0.5, "samples": [1.0, 1.31]}
    good, void = result(row("callbacks_10k")), result(row("callbacks_10k"), control=control)
    assert "VOID" not in page(name, good)
    text = page(name, void)
    head = '<p class="large">VOID - DO NOT QUOTE</p>' if name.endswith(".html") else "# VOID - DO NOT QUOTE"
    assert head in text[: text.index("PyLoop is" if name.endswith(".html") else "\n# ", 200)]
    assert "asyncio, changed by 31 %" in text
    assert reports(void).readme.split("\n\n")[1] == "# VOID - DO NOT QUOTE"
    assert all(">VOID - " in text for path, text in reports(void).files.items() if path.endswith(".svg"))


def test_noisy_and_quick_runs_are_called_so() -> None:
    run = result(row("callbacks_10k"), settings={"kind": "quick", "loaded": False, "sections": {}})
    run["metadata"]["other_processes"] = 0.7
    for text in (*(page(name, run) for name in PAGES[2:]), page(PAGES[0], run), reports(run).readme):
        assert "other processes used 0.7 cores" in text
        assert "indicative only" in text


def test_scaling_says_what_changes_with_the_number() -> None:
    rows = scaling("callbacks", {1000: 2.0, 10_000: 1.05, 100_000: 0.5})
    rows[2]["contestants"]["pyloop"]["value"] = 200.0
    text = page("SCALING_ANALYSIS.md", result(*rows))
    assert "From 1,000 to 100,000, PyLoop's throughput falls by 50 %, 10.0 M/s to 5.00 M/s" in text
    assert "(best at 1,000, worst at 100,000)" in text
    assert "asyncio's throughput hardly changes" in text
    assert "PyLoop is ahead at 1,000 (uvloop)." in text
    assert "PyLoop is within noise at 10,000 (uvloop)." in text
    assert "PyLoop is behind at 100,000 (uvloop)." in text
    assert "| 100,000 | 20.0 ms | 5,000,000 | 200 | 50 % |" in text
    assert "loop-scaling-callbacks-cpython-3.11-dark.svg" in text


def answer(run: dict[str, Any], program: str) -> list[str]:
    line = re.search(rf"^\| {program} \|(.*)\|$", page("QUICK_REFERENCE.md", run), flags=re.MULTILINE)
    assert line, f"no line of {program}"
    return [cell.strip() for cell in line[1].split("|")]


@pytest.mark.parametrize(
    ("rival", "asyncio", "expected"),
    [
        (1.5, 3.0, "Yes"),
        (1.05, 3.0, "Yes, level with uvloop"),
        (0.7, 3.0, "Faster than asyncio, **not yet** than uvloop"),
        (0.7, 1.0, "**Not yet**"),
        (1.5, 0.7, "**Not yet**"),
        (1.5, 1.0, "No clear difference"),
    ],
)
def test_questions_are_answered_by_the_intervals(rival: float, asyncio: float, expected: str) -> None:
    run = result(row("executor", rival=rival, asyncio=asyncio))
    found = answer(run, "executors")
    assert found[0] == expected
    assert f"{asyncio:.2f}" in found[1]
    assert f"{rival:.2f}" in found[2]


def test_answer_follows_its_worst_row_and_advice_its_answer() -> None:
    run = result(
        row("task_create_await"), row("gather_10", rival=0.7), row("callbacks_10k"), memory("used_loop", 2**23)
    )
    assert answer(run, "many tasks")[0] == "Faster than asyncio, **not yet** than uvloop"
    advice = section(page("QUICK_REFERENCE.md", run), "When PyLoop, when not")
    assert "- **PyLoop**: many callbacks (3.00)." in advice
    assert "- **PyLoop rather than asyncio, but another loop is faster**: many tasks (3.00)." in advice
    assert "- **Not yet PyLoop**: memory (+8.00 MiB)." in advice
    assert "Not measured in this run: web server," in page("QUICK_REFERENCE.md", run)


def test_comparison_with_a_rival_that_is_not_the_best_comes_from_the_rounds() -> None:
    made = module("runs").Row(row("executor"))
    assert made.compared("rloop").median == pytest.approx(2.0)
    higher = module("runs").Row(row("executor", better="higher", unit="per_second", shown_unit="/s"))
    assert higher.compared("rloop").median == pytest.approx(0.5)
    assert module("runs").Row(row("executor", comparison="none")).compared("rloop") is None


def test_several_runs_are_reported_under_their_pythons() -> None:
    newer = result(row("callbacks_10k", rival=0.8), python="3.14.2")
    text = page("BENCHMARK_RESULTS.md", result(row("callbacks_10k")), newer)
    assert "\n## CPython 3.11\n" in text
    assert "\n## CPython 3.14\n" in text
    assert "CPython 3.14 |" in section(text, "Rows in which PyLoop is behind")
    assert "On CPython 3.14, it is ahead of uvloop in 0 rows" in reports(result(row("callbacks_10k")), newer).readme


def test_run_without_control_says_so() -> None:
    assert "| drift of the control | not measured |" in page(PAGES[0], result(row("callbacks_10k"), control=None))
