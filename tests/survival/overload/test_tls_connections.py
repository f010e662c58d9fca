"""Many TLS connections at the same time, and large writes: what they hold, and that nothing of it stays."""

import json
import resource
from collections.abc import Callable

import pytest

from support.loop_kinds import ASYNCIO, LoopKind, only_pyloop
from survival.leaks.leak_reports import ALLOWED_BYTES
from survival.overload.sizes import FULL

PROGRAM = "survival.overload.programs.tls_connections"
POSSIBLE = (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 100) // 2
# asyncio takes 600 KB a connection: each of the two ends has a buffer of 256 KiB. In full that is 2.5 GB.
MOST_BYTES_PER_CONNECTION = 700 * 1024


def rounds(kind: LoopKind, count: int, size: int) -> list[dict[str, int]]:
    done = kind.run_module(PROGRAM, str(count), str(size), timeout=600)
    assert (done.stderr, done.returncode) == ("", 0)
    report: list[dict[str, int]] = json.loads(done.stdout)
    return report


@pytest.mark.timeout(900)
def test_many_connections(kind: LoopKind, record_property: Callable[[str, object], None]) -> None:
    count = min(POSSIBLE, 4_000 if FULL else 200)
    found = rounds(kind, count, 20_000)
    held = (found[0]["held"] - found[0]["before"]) // count
    record_property("connections", count)
    record_property("bytes per connection", held)
    print(kind, found)
    assert held < MOST_BYTES_PER_CONNECTION
    # The first round's memory serves the others: what is not given back is at least used again.
    assert found[2]["kept"] - found[1]["kept"] < max(count * 4096, ALLOWED_BYTES)


@only_pyloop
def test_large_writes_hold_no_more_than_on_asyncio(kind: LoopKind) -> None:
    """OpenSSL's memory for records that wait never shrinks, as long as the connection lives."""

    def held(of: LoopKind) -> int:
        found = rounds(of, 10, 10_000_000)
        print(of, found)
        return max(one["held after writes"] - one["held"] for one in found)

    assert held(kind) < held(ASYNCIO) * 1.25 + ALLOWED_BYTES
