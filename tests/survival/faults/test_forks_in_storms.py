"""Forked children of a process whose Python and Java garbage is being collected all the time."""

import json
import subprocess
from collections.abc import Callable

import pytest

from support.program_runs import runs

Run = Callable[..., subprocess.CompletedProcess[str]]

ENDS = {
    "pure_python": 5,
    "new_loop": 5,
    "loops_in_threads": 5,
    "collects": 5,
    "collects_at_once": 5,
    "inherited_loop": 5,
    "frees_objects": 5,
    "grandchild": 5,
    "crashes": -11,
    "executes": 6,
    "spawns": 5,
    "exits": 3,
}
LEFT_OUT = {
    "directly": set(),
    # The frames of the callback are the child's own, too, and a collection waits until they are gone.
    "in_callback": {"collects_at_once"},
    # Where another thread forks, `sys.exit()` ends that thread and not the process.
    "in_thread": {"exits"},
    "beside_a_wait": {"exits"},
    "beside_a_callback": set(),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("place", LEFT_OUT)
def test_children_end_as_they_should(run: Run, place: str) -> None:
    actions = [action for action in ENDS if action not in LEFT_OUT[place]]
    times = runs(2)
    code = f"from survival.faults import forked_children; forked_children.main({place!r}, {actions!r}, {times})"
    result = run(code, timeout=60 + 10 * times)
    assert (result.returncode, result.stderr) == (0, ""), result
    assert json.loads(result.stdout) == {action: [ENDS[action]] * times for action in actions}, result
