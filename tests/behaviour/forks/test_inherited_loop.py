"""The parent's loop in a forked child: usable or not as asyncio's is, with the same errors."""

import pytest

from support.loop_kinds import ASYNCIO, KINDS, LoopKind, skip_if_refused_run_breaks_the_loop

MODULE = "behaviour.forks.programs.inherited_loop"


@pytest.mark.parametrize("place", ["a callback", "a task", "no callback", "another thread"])
def test_inherited_loop_does_in_a_child_what_asyncios_does(place: str) -> None:
    """Also where that is an error, of the same type and with the same text."""
    if place != "no callback":
        skip_if_refused_run_breaks_the_loop(ASYNCIO)
    outcomes = []
    for kind in KINDS:
        done = kind.run_module(MODULE, "every_use", place)
        assert (done.stderr, done.returncode) == ("", 0)
        outcomes.append(done.stdout)
    assert outcomes[0].count("->") > 10
    assert outcomes[1] == outcomes[0]


def test_stopped_loop_goes_on_in_the_child_and_in_the_parent(kind: LoopKind) -> None:
    kind.expect("['callback', 'timer']\n0\n['callback', 'timer']\n", MODULE, "stopped_loop_goes_on")


def test_child_can_drop_inherited_objects(kind: LoopKind) -> None:
    kind.expect("[0, 0, 0, 0, 0]\n", MODULE, "dropped_objects")


@pytest.mark.parametrize("ending", ["nothing", "sys.exit", "del loop", "collection"])
def test_child_leaves_an_inherited_open_loop_in_silence(kind: LoopKind, ending: str) -> None:
    kind.expect("0\n", MODULE, "left_in_silence", ending)
