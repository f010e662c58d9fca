"""No descriptor is free, or the kernel lacks memory: what fails says so, and works once there are some again."""

import pytest

from support.loop_kinds import ASYNCIO, PYLOOP, LoopKind, only_pyloop

ACCEPTING = "survival.overload.programs.accepting_without_descriptors"


def test_server_tries_once_a_second_until_there_are_descriptors(kind: LoopKind) -> None:
    kind.expect("recovered 0\n", ACCEPTING, "until_there_are_some")


def test_whoever_needs_a_descriptor_is_told(kind: LoopKind) -> None:
    kind.expect("told []\n", "survival.overload.programs.jobs_without_descriptors")


@pytest.mark.parametrize("limit", ["full", "4"])
@pytest.mark.parametrize("past", ["first", "again"])
def test_same_refusals_as_of_asyncio(past: str, limit: str) -> None:
    """Of all that takes descriptors; what takes none works. The limit is reached, or lies below what is open.

    At the first use, the modules of transports cannot be loaded either.
    """
    module = "survival.overload.programs.uses_without_descriptors"
    expected = ASYNCIO.run_module(module, past, limit)
    assert (expected.returncode, expected.stdout.count("OSError 24")) == (0, 10)
    PYLOOP.expect(expected.stdout, module, past, limit)


@only_pyloop
@pytest.mark.parametrize("which", ["first", "next"])
def test_loop_that_cannot_be_made(kind: LoopKind, which: str) -> None:
    """asyncio raises the same, and its garbage complains."""
    kind.expect("True\n", "survival.overload.programs.loop_without_descriptors", which)


@pytest.mark.usefixtures("refused_calls")
def test_accepting_that_the_kernel_refuses(kind: LoopKind) -> None:
    """ENFILE and the lack of memory in the kernel, which a filter of the thread's system calls simulates."""
    kind.expect("accepted\n", "survival.overload.programs.refused_accepts")


@only_pyloop
def test_server_that_is_closed_before_the_next_attempt(kind: LoopKind) -> None:
    """asyncio tries again with a closed socket, and reports that as an error."""
    kind.expect("[]\n", ACCEPTING, "until_it_is_closed")
