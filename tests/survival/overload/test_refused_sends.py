"""ENOBUFS: the kernel has no memory for what is sent. A filter of the thread's system calls simulates it."""

import pytest

from support.loop_kinds import LoopKind

pytestmark = pytest.mark.usefixtures("refused_calls")


def test_datagrams(kind: LoopKind) -> None:
    """Every datagram that is refused is told of and lost, as in asyncio; later ones arrive."""
    kind.expect("sent\n", "survival.overload.programs.refused_datagrams")


def test_streams(kind: LoopKind) -> None:
    """The connection that writes is lost with that error; the others, and the server, go on."""
    kind.expect("lost one []\n", "survival.overload.programs.refused_writes")
