"""Thousands of connections that say nothing: all are held, the others are served, and nothing of them stays."""

import json
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from support.loop_kinds import LoopKind
from survival.leaks.leak_reports import ALLOWED_BYTES
from survival.overload.sizes import FULL

PROGRAM = "survival.overload.programs.idle_connections"
WANTED = 20_000 if FULL else 1_000
# Descriptors of a process for other purposes.
OTHERS = 100
# Far more than either loop takes; a leak of the sizes a connection handles, such as its read buffer, exceeds it.
MOST_BYTES_PER_CONNECTION = 64 * 1024


def test_idle_connections(kind: LoopKind, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    possible = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - OTHERS
    count = min(WANTED, possible)
    if count < 1_000:
        pytest.skip(f"the hard limit of descriptors lets a process have {possible} connections; the test wants 1,000")
    done = kind.run_module(PROGRAM, str(tmp_path / "socket"), str(count), timeout=150)
    assert (done.stderr, done.returncode) == ("", 0)
    first, second = json.loads(done.stdout)
    facts = {
        "connections": count,
        "bytes per connection": first["held"] // count,
        "idle CPU seconds": first["idle CPU seconds"],
        "bytes kept by the second round": second["kept"],
    }
    for name, value in facts.items():
        record_property(name, value)
    print(kind, facts)
    assert first["held"] < count * MOST_BYTES_PER_CONNECTION
    # The first round's memory serves the second: what is not given back is at least used again.
    assert second["kept"] < max(count * 4096, ALLOWED_BYTES)
