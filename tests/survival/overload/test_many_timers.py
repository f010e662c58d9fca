"""As many timers at once as no program has: all run, in order, none early, and their memory serves the next ones."""

import json
from collections.abc import Callable

from support.loop_kinds import ASYNCIO, LoopKind
from survival.leaks.leak_reports import ALLOWED_BYTES
from survival.overload.sizes import FULL

TOTAL = 1_000_000 if FULL else 50_000


def test_many_timers(kind: LoopKind, record_property: Callable[[str, object], None]) -> None:
    total = TOTAL // 5 if kind is ASYNCIO else TOTAL
    done = kind.run_module("survival.overload.programs.many_timers", str(total), timeout=150)
    assert (done.stderr, done.returncode) == ("", 0)
    first, second, third, closed = json.loads(done.stdout)
    facts = {
        "timers": total,
        "resident MB": [{k: v >> 20 for k, v in r.items() if k != "blocks"} for r in (first, third)],
    }
    record_property("memory", facts)
    print(kind, facts)
    # Every timer had at least a handle; what is left is not a part of them.
    assert abs(third["blocks"] - second["blocks"]) < total // 100
    assert closed["blocks"] - second["blocks"] < total // 100
    # What one round has taken serves the next: a million handles alone are ten times this.
    assert third["after"] - second["after"] < ALLOWED_BYTES
    assert third["pending"] - second["pending"] < 2 * ALLOWED_BYTES
