"""Rounds of very many timers, of which a third are cancelled; prints the memory after each.

Arguments: the kind of loop, and the number of timers of a round.
"""

import asyncio
import gc
import json
import random
import sys
from array import array

from support.chosen_loop import new_event_loop
from support.process_figures import resident_bytes
from survival.overload.programs.limits import nothing_left

total = int(sys.argv[2])
choice = random.Random(total)


class Round:
    """The timers of a round, and what became of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
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
        self.later = [number for number in now[len(now) * 2 // 3 :] if self.when[number] > self.base + 0.5]
        kept = set(self.later)
        for number in now:
            if number not in kept:
                self.timers[number].cancel()
        loop.call_at(self.base + 0.4, self.cancel_others)
        self.last = loop.call_at(self.base + 1.1, loop.stop)
        self.resident = resident_bytes()

    def cancel_others(self) -> None:
        for number in self.later:
            self.timers[number].cancel()

    def run(self, number: int) -> None:
        self.ran.append(number)
        # asyncio runs what is due within the resolution of its clock.
        self.early += self.loop.time() < self.when[number] - 1e-8

    def check(self) -> None:
        assert self.early == 0, self.early
        assert len(self.ran) == len(set(self.ran)) == total - len(self.cancelled), len(self.ran)
        assert not self.cancelled.intersection(self.ran)
        # Deadlines within one nanosecond, the clock's own unit, are one to PyLoop.
        latest = 0.0
        for number in self.ran:
            assert self.when[number] > latest - 1e-9, (self.when[number], latest)
            latest = max(latest, self.when[number])
        assert self.last.when() <= self.loop.time()


def one_round(loop: asyncio.AbstractEventLoop) -> int:
    timers = Round(loop)
    loop.run_forever()
    timers.check()
    return timers.resident


def main() -> None:
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


if __name__ == "__main__":
    main()
