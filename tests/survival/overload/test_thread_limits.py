"""The system gives the process no more threads: what needs one fails with an error, and the loop goes on."""

from support.loop_kinds import LoopKind


def test_no_more_threads(kind: LoopKind) -> None:
    """A stack that is larger than the address space is a thread that the system refuses, for root as well."""
    kind.expect("refused\n", "survival.overload.programs.thread_limits")
