"""Forked children of a process whose Python and Java garbage is being collected all the time."""

import json
import subprocess
from collections.abc import Callable

import pytest
from garbage_storms import OPTIONS
from program_runs import runs

Run = Callable[..., subprocess.CompletedProcess[str]]

ENDS = {
    "pure_python": 5,
    "new_loop": 5,
    "inherited_loop": 5,
    "frees_objects": 5,
    "crashes": -11,
    "executes": 6,
    "exits": 3,
}
# A child of a callback that goes back through Java must not meet a collection that was under way at the fork. With the
# product's collector there is none, because whoever could start one needs the GIL; with others it waits for ever.
NEEDS_SERIAL = {"in_callback": {"exits"}}
# There `sys.exit()` ends a thread and not the process, with or without a JVM.
IMPOSSIBLE = {"in_thread": {"exits"}}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("storm", OPTIONS)
@pytest.mark.parametrize("place", ["directly", "in_callback", "in_thread"])
def test_children_end_as_they_should(run: Run, place: str, storm: str) -> None:
    left_out = IMPOSSIBLE.get(place, set()) | (NEEDS_SERIAL.get(place, set()) if storm != "small heap" else set())
    actions = [action for action in ENDS if action not in left_out]
    times = runs(2)
    result = run(
        f"import forked_children; forked_children.main({place!r}, {actions!r}, {times})",
        PYLOOP_JVM_OPTIONS=OPTIONS[storm],
        timeout=60 + 10 * times,
    )
    assert result.returncode == 0, result
    assert json.loads(result.stdout) == {action: [ENDS[action]] * times for action in actions}, result
    # A crash shows Python's traceback, and the JVM, which is dead in the child, makes no report.
    assert result.stderr.count("Fatal Python error: Segmentation fault\n") == times, result
    assert result.stderr.count("in crashes\n") == times, result
    assert "Java Runtime Environment" not in result.stderr
    assert "AssertionError" not in result.stderr
