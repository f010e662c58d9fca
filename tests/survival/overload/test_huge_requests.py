"""More memory is asked for than there is: that one request fails, and the loop goes on."""

from support.loop_kinds import LoopKind


def test_requests_that_memory_does_not_allow(kind: LoopKind) -> None:
    """The address space is limited, so that the refusal comes at once and from the system itself."""
    kind.expect("refused\n", "survival.overload.programs.huge_requests")


def test_a_write_of_any_size_is_buffered_without_a_copy_of_each_part(kind: LoopKind) -> None:
    """128 MiB in one write, to a peer that reads: the process needs a few times that at most, and gives it back."""
    kind.expect("written\n", "survival.overload.programs.huge_write")
