"""TLS connections that come and go, in order and otherwise: objects, descriptors, memory stay flat."""

import pytest

from support.loop_kinds import ASYNCIO, LoopKind
from survival.leaks.leak_reports import MEGABYTE, assert_no_leak, leak_report
from survival.overload.sizes import FULL

pytestmark = pytest.mark.timeout(600)

PROGRAMS = "survival.leaks.programs.tls"
# A leak of the TLS objects of a connection is 54 KB, one of its buffers 512 KiB; the failing ones leave gaps in memory.
TOTAL = 15_000 if FULL else 750
HEAP_GROWTH = (24 if FULL else 16) * MEGABYTE


@pytest.mark.parametrize("program", ["connections", "failures", "upgrades"])
def test_nothing_stays(kind: LoopKind, program: str) -> None:
    total = TOTAL // (2 if kind is ASYNCIO else 1)
    # `leak_report` has asyncio do a tenth.
    report = leak_report(kind, PROGRAMS, program, total * (10 if kind is ASYNCIO else 1))
    assert_no_leak(report, allowed_bytes=HEAP_GROWTH)
