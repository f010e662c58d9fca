"""Every child watcher that the Python version has: exit statuses through each, and beside other users of SIGCHLD."""

import sys

import pytest

from support.loop_kinds import LoopKind

MODULE = "behaviour.subprocesses.programs.child_watchers"

WATCHERS = (
    "PidfdChildWatcher",
    "ThreadedChildWatcher",
    "SafeChildWatcher",
    "FastChildWatcher",
    "MultiLoopChildWatcher",
)
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*ChildWatcher:DeprecationWarning"),
    pytest.mark.skipif(sys.version_info >= (3, 14), reason="3.14 has no choice of watchers any more"),
]


# asyncio's MultiLoopChildWatcher works in the signal handler, which the next SIGCHLD interrupts: then it waits for a
# child that its interruption has just reaped, and reports 255. One child at a time is what the next test gives it.
@pytest.mark.parametrize("watcher", [name for name in WATCHERS if name != "MultiLoopChildWatcher"])
def test_exit_statuses(kind: LoopKind, watcher: str) -> None:
    kind.expect("True -9 (b'text', None) 0\nno child left\n", MODULE, "exit_statuses", watcher)


# The fast one reaps every child of the process, and says so in its documentation.
@pytest.mark.parametrize("watcher", [name for name in WATCHERS if name != "FastChildWatcher"])
def test_children_of_others_are_left_alone(kind: LoopKind, watcher: str) -> None:
    kind.expect("True 7 9 8\nno child left\n", MODULE, "children_of_others", watcher)


@pytest.mark.parametrize(
    "watcher",
    [
        pytest.param(
            "PidfdChildWatcher",
            marks=pytest.mark.skipif(
                sys.version_info < (3, 12), reason="that of 3.11 serves the loop it is attached to"
            ),
        ),
        "ThreadedChildWatcher",
    ],
)
def test_loop_in_a_thread(kind: LoopKind, watcher: str) -> None:
    """These two need no signal, so children work in every thread."""
    kind.expect("True\nno child left\n", MODULE, "loops_in_threads", watcher)
