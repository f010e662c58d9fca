"""Makes programs from seeds: settings and strands."""

from __future__ import annotations

import itertools
import random

from fuzz.choices import Choices
from fuzz.program import Op, Program
from fuzz.strands import OUTER_KINDS, STRANDS

_MOST_STRANDS = 4


class Generator:
    """Makes the program of a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._choices = Choices(random.Random(seed), itertools.count(1))

    def program(self) -> Program:
        """Settings and strands. Every third program has callbacks and tasks alone: it takes a millisecond."""
        rng = self._choices.random
        debug = rng.random() < 0.1
        eager = rng.random() < 0.2
        handler = rng.choices(("record", "raise", "log"), (8, 1, 1))[0]
        strands = [self._strand("ready")]
        if rng.random() < 0.67:
            strands += [self._strand(rng.choice(OUTER_KINDS)) for _ in range(rng.randrange(1, _MOST_STRANDS))]
            signals = [op for op in strands if op.kind == "signals"]
            strands = [op for op in strands if op not in signals[1:]]
        return Program(self.seed, debug, eager, handler, Op(0, "program", (), tuple(strands)))

    def _strand(self, kind: str) -> Op:
        return STRANDS[kind].generate(self._choices)
