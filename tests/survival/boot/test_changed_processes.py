"""Programs that change what the process has and is, while loops are there or have been: descriptors, user, root."""

import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import ASYNCIO, LoopKind, only_pyloop

Run = Callable[..., subprocess.CompletedProcess[str]]

PROGRAMS = "survival.boot.programs."
#: The exit status of a program to which this machine refuses such a change.
UNAVAILABLE = 77


def check(run_module: Run, expected: str, *arguments: str) -> None:
    result = run_module(*arguments)
    if result.returncode == UNAVAILABLE:
        pytest.skip(f"this machine does not let a test do it: {' '.join(arguments[2:])}")
    assert (result.returncode, result.stdout, result.stderr) == (0, expected, ""), result


@pytest.mark.parametrize("where", ["outside", "inside"])
@pytest.mark.parametrize("past", ["new", "used"])
def test_closed_descriptors_of_an_open_loop(run_module: Run, kind: LoopKind, past: str, where: str) -> None:
    """Every use of the loop is refused at once, its end, too, and a new loop works."""
    uses = 4 if where == "inside" else 3
    expected = f"{' '.join(['OSError 9'] * uses)} and OSError 9 works works\n"
    check(run_module, expected, PROGRAMS + "lost_descriptors", kind.name, past, where, "free")


@pytest.mark.parametrize("where", ["outside", "inside"])
@pytest.mark.parametrize("past", ["new", "used"])
def test_descriptors_of_an_open_loop_that_others_have(run_module: Run, kind: LoopKind, past: str, where: str) -> None:
    """Python refuses the wakeup descriptor that is none before PyLoop has asked epoll."""
    refusal = "OSError 22" if kind is ASYNCIO else "ValueError"
    refusals = [refusal] * 3 if where == "outside" else ["OSError 22"] + [refusal] * 3
    expected = f"{' '.join(refusals)} and works works works\n"
    check(run_module, expected, PROGRAMS + "lost_descriptors", kind.name, past, where, "taken")


@pytest.mark.parametrize("lowest", ["1100", "19000", "20500", "66000"])
def test_high_numbers(run_module: Run, kind: LoopKind, lowest: str) -> None:
    """Above those of `select`, and of 16 bits."""
    check(run_module, "works\n", PROGRAMS + "high_descriptors", kind.name, "taken", lowest)


def test_numbers_above_the_limit(run_module: Run, kind: LoopKind) -> None:
    check(run_module, "24\nworks\n", PROGRAMS + "high_descriptors", kind.name, "lowered")


@pytest.mark.parametrize(
    "change",
    [
        "privileges_before_the_first_loop",
        "privileges_after_a_loop",
        "privileges_in_a_loop",
        "root_after_a_loop",
        "root_in_a_loop",
    ],
)
def test_change_of_user_or_root(run_module: Run, kind: LoopKind, change: str) -> None:
    """Modules of transports that are out of reach by then are not needed."""
    check(run_module, "works\n", PROGRAMS + "changed_identity", kind.name, change)


@only_pyloop
def test_root_that_is_changed_before_the_first_loop(run_module_clean: Callable[..., str], kind: LoopKind) -> None:
    """The engine is loaded with the first loop, which asyncio's need not be."""
    result = run_module_clean(PROGRAMS + "changed_identity", kind.name, "root_before_the_first_loop")
    assert "make and close a loop before that" in result
