"""The differential fuzzer: programs of fixed seeds agree on asyncio and PyLoop, and it finds loops that are broken.

Its runs use signals and timeouts of their own, so each is a process, as `make fuzz` has it. See docs/fuzzing.md.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from support.project import ROOT

sys.path.append(str(ROOT))  # the fuzzer is no part of the package

from fuzz.generator import Generator
from fuzz.program import Program
from fuzz.shrinker import shrink

TIMEOUT = 580
BROKEN = "harnesses.fuzz_broken_loops"
TOTALS = re.compile(
    r"(\d+) programs, (\d+) operations, (\d+) different, (\d+) crashed, (\d+) unconfirmed, (\d+) discarded"
)


def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fuzz", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([*os.environ.get("PYTHONPATH", "").split(os.pathsep), "tests"]),
        },
    )


def totals(done: subprocess.CompletedProcess[str]) -> list[int]:
    """Programs, operations, and how many were different, crashed, unconfirmed, discarded."""
    found = TOTALS.findall(done.stdout)
    assert found, done.stdout + done.stderr
    return [int(number) for number in found[-1]]


@pytest.mark.timeout(600)
def test_programs_of_fixed_seeds_agree() -> None:
    done = fuzz("--seed=0", "--programs=300", "--no-shrink", "--verbose")
    programs, operations, different, crashed, unconfirmed, discarded = totals(done)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (programs, different, crashed) == (300, 0, 0), done.stdout
    assert operations > 10_000
    # A machine that stalls for long can make timeouts expire; more than a few mean that nothing is compared.
    assert unconfirmed + discarded <= 15, done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "lifo",
        "loses_cancelled_timers",
        "runs_cancelled_handles",
        "drops_a_write",
        "wrong_context",
        "loses_handler_calls",
        "forgets_ends_of_tls",
    ],
)
def test_it_finds_a_broken_loop(name: str) -> None:
    done = fuzz(f"--subject={BROKEN}:{name}", "--seed=0", "--programs=60", "--no-shrink", "--stop", "--time-limit=3")
    assert done.returncode == 1, done.stdout + done.stderr
    assert totals(done)[2] > 0, done.stdout
    assert re.search(r"repeat with: \S+ -m fuzz --seed \d+ --programs 1", done.stdout)


def test_it_finds_nothing_in_asyncio_itself() -> None:
    done = fuzz("--subject=asyncio:SelectorEventLoop", "--seed=0", "--programs=60", "--no-shrink", "--verbose")
    assert done.returncode == 0, done.stdout + done.stderr
    assert totals(done)[2:4] == [0, 0], done.stdout


def test_a_crash_names_its_program_and_the_others_still_run() -> None:
    done = fuzz(f"--subject={BROKEN}:kills_the_process", "--seed=0", "--programs=6", "--no-shrink")
    assert done.returncode == 1
    crashed = totals(done)[3]
    assert crashed > 0
    assert len(re.findall(r"seed \d+: the process ended with status -9", done.stdout)) == crashed


def test_a_loop_that_is_no_loop_is_no_success() -> None:
    done = fuzz(f"--subject={BROKEN}:no_such_loop", "--seed=0", "--programs=1")
    assert done.returncode == 1
    assert "the worker ended with status 1" in done.stderr


def test_a_broken_loop_is_shown_by_a_small_program() -> None:
    done = fuzz(f"--subject={BROKEN}:lifo", "--seed=1", "--programs=1")
    assert totals(done)[2] == 1, done.stdout
    program = re.search(r"or with: --program (\S+)", done.stdout)
    assert program
    file = ROOT / program[1]
    small = Program.from_json(file.read_text())
    assert 1 <= small.size <= 5, str(small)
    again = fuzz(f"--subject={BROKEN}:lifo", f"--program={file}", "--no-shrink")
    file.unlink()
    assert totals(again)[2] == 1, again.stdout


def test_a_seed_makes_one_program() -> None:
    for seed in range(50):
        program = Generator(seed).program()
        assert program == Generator(seed).program()
        assert Program.from_json(program.to_json()).to_json() == program.to_json()
        idents = [op.ident for op in program.root.walk()]
        assert len(set(idents)) == len(idents)
    assert Generator(1).program() != Generator(2).program()


def test_shrinking_keeps_what_is_needed() -> None:
    program = Generator(3).program()
    idents = [op.ident for op in program.root.walk() if not op.body][-7:]
    needed = {idents[0], idents[5]}

    def fails(candidate: Program) -> bool:
        return needed <= {op.ident for op in candidate.root.walk()}

    small = shrink(program, fails)
    assert fails(small)
    parents = [op for op in program.root.walk() if needed & {below.ident for below in op.walk()}]
    assert small.size == len(parents) - 1
