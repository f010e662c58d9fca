"""As many timers at once as no program has: all run, in order, none early, and their memory serves the next ones."""

import json
from collections.abc import Callable

from support.loop_kinds import ASYNCIO, LoopKind
from survival.leaks.leak_reports import ALLOWED_BYTES
from survival.overload.overload_programs import FULL, run

TOTAL = 1_000_000 if FULL else 50_000

PROGRAM = """
import json, random, sys
from array import array

total = int(sys.argv[1])
choice = random.Random(total)

class Round:
    def __init__(self, loop):
        self.loop = loop
        self.base = loop.time() + 0.2
        self.when = array("d", (self.base + choice.random() for _ in range(total)))
        self.ran = array("l")
        self.early = 0
        self.cancelled = set(choice.sample(range(total), total // 3))
        self.timers = [loop.call_at(when, self.run, number) for number, when in enumerate(self.when)]
        # Two thirds of those to be cancelled are cancelled now, the others by a timer that runs before them.
        now = sorted(self.cancelled)
        choice.shuffle(now)
        self.later = [number for number in now[len(now) * 2 // 3:] if self.when[number] > self.base + 0.5]
        kept = set(self.later)
        for number in now:
            if number not in kept:
                self.timers[number].cancel()
        loop.call_at(self.base + 0.4, self.cancel_others)
        self.last = loop.call_at(self.base + 1.1, loop.stop)
        self.resident = resident_bytes()

    def cancel_others(self):
        for number in self.later:
            self.timers[number].cancel()

    def run(self, number):
        self.ran.append(number)
        # asyncio runs what is due within the resolution of its clock.
        self.early += self.loop.time() < self.when[number] - 1e-8

    def check(self):
        assert self.early == 0, self.early
        assert len(self.ran) == len(set(self.ran)) == total - len(self.cancelled), len(self.ran)
        assert not self.cancelled.intersection(self.ran)
        # Deadlines within one nanosecond, the clock's own unit, are one to PyLoop.
        latest = 0.0
        for number in self.ran:
            assert self.when[number] > latest - 1e-9, (self.when[number], latest)
            latest = max(latest, self.when[number])
        assert self.last.when() <= self.loop.time()

def one_round(loop):
    timers = Round(loop)
    loop.run_forever()
    timers.check()
    return timers.resident

loop = new_event_loop()
facts = []
with nothing_left():
    for _ in range(3):
        pending = one_round(loop)
        gc.collect()
        facts.append({"pending": pending, "after": resident_bytes(), "blocks": sys.getallocatedblocks()})
loop.close()
gc.collect()
facts.append({"blocks": sys.getallocatedblocks()})
print(json.dumps(facts))
"""


def test_many_timers(kind: LoopKind, record_property: Callable[[str, object], None]) -> None:
    total = TOTAL // 5 if kind is ASYNCIO else TOTAL
    done = run(kind, PROGRAM, total)
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
