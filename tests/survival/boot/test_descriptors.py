"""The engine's own descriptors: children inherit none, closed standard streams stay closed, all may be closed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.loop_kinds import LoopKind

Run = Callable[..., subprocess.CompletedProcess[str]]

MODULE = "survival.boot.programs.descriptors"


#: eventfd2, accept4 and epoll_pwait2, by their numbers on x86-64: what the loop uses in their place.
IN_PLACE = ("290", "288", "441")


@pytest.mark.parametrize("refused", [(), IN_PLACE], ids=["", "other calls"])
def test_children_inherit_none(run_module: Run, kind: LoopKind, refused: tuple[str, ...]) -> None:
    """While a loop runs that has sockets and pipes open: PEP 446."""
    result = run_module(MODULE, kind.name, "inherited_by_children", *refused)
    if refused and "OSError: [Errno" in result.stderr and ", in refuse" in result.stderr:
        pytest.skip("seccomp filters, which make system calls fail here, are refused by this system")
    assert (result.returncode, result.stdout, result.stderr) == (0, "{'0 1 2'}\n", ""), result


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_closed_standard_streams(run_module: Run, tmp_path: Path, kind: LoopKind, closed: tuple[int, ...]) -> None:
    """Then a loop's own descriptors get these numbers, and give them back; loading the engine leaves nothing there."""
    closing = " ".join(f"{number}>&-" for number in closed)
    launcher = ("sh", "-c", f'exec "$0" "$@" {closing}')
    result = run_module(MODULE, kind.name, "closed_streams", *map(str, closed), launcher=launcher)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", ""), result
    expected = ((b"out x\n", b"err x\n"), 3, b"ping", 4)
    assert (tmp_path / "cwd" / "outcome").read_text() == f"{ {repr(expected)} } {list(closed)}\n"


@pytest.mark.parametrize("first", ["made", "used"])
@pytest.mark.parametrize("forked", ["here", "in a child"])
def test_all_are_closed_after_a_first_loop(
    run_module_clean: Callable[..., str], kind: LoopKind, first: str, forked: str
) -> None:
    """As programs do that become daemons."""
    assert run_module_clean(MODULE, kind.name, "all_closed", first, forked) == "served served\n"
