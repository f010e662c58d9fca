"""multiprocessing's methods, in a parent whose loop runs: each worker runs PyLoops of its own, without a warning."""

from collections.abc import Callable

import pytest

PROGRAMS = "behaviour.forks.programs"


@pytest.mark.parametrize(
    ("method", "preloaded"),
    [
        ("fork", ()),
        ("forkserver", ()),
        ("spawn", ()),
        ("forkserver", (f"{PROGRAMS}.makes_a_loop",)),
    ],
    ids=["fork", "forkserver", "spawn", "forkserver with a loop"],
)
def test_workers_run_loops(run_module_clean: Callable[..., str], method: str, preloaded: tuple[str, ...]) -> None:
    printed = run_module_clean(f"{PROGRAMS}.workers", method, *preloaded)
    assert printed == f"{[('PyLoop', number) for number in range(4)]}\n"
