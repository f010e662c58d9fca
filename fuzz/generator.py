"""Makes programs from seeds: settings, and strands of callbacks and tasks. The others are in `outer_strands`."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

from fuzz.outer_strands import OUTER_STRANDS
from fuzz.program import Op, Program
from fuzz.ready import SLOTS

if TYPE_CHECKING:
    from collections.abc import Callable

_HOWS = (
    "plain", "shield", "wait_for none", "wait_for zero", "wait_for negative", "wait_for far", "timeout none",
    "timeout zero", "timeout negative", "timeout far",
)  # fmt: skip
_MOST_DEPTH = 5
_MOST_STRANDS = 4


class Generator:
    """Random choices, all from one seed, and the numbers of operations."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self._idents = itertools.count(1)
        self.budget = 0

    def op(self, kind: str, *args: Any, body: tuple[Op, ...] = ()) -> Op:
        """The next operation."""
        return Op(next(self._idents), kind, args, body)

    def program(self) -> Program:
        """Settings and strands. Every third program has callbacks and tasks alone: it takes a millisecond."""
        rng = self.random
        debug = rng.random() < 0.1
        eager = rng.random() < 0.2
        handler = rng.choices(("record", "raise", "log"), (8, 1, 1))[0]
        strands = [self.ready()]
        if rng.random() < 0.67:
            kinds = list(OUTER_STRANDS)
            strands += [OUTER_STRANDS[rng.choice(kinds)](self) for _ in range(rng.randrange(1, _MOST_STRANDS))]
            signals = [op for op in strands if op.kind == "signals"]
            strands = [op for op in strands if op not in signals[1:]]
        return Program(self.seed, debug, eager, handler, Op(0, "program", (), tuple(strands)))

    def ready(self) -> Op:
        """The strand of callbacks and tasks."""
        self.budget = int(self.random.choice((5, 20, 60, 150)) * self.random.uniform(0.5, 1.5))
        ops: list[Op] = []
        while self.budget > 0:
            ops.append(self.operation(0, in_task=False))
        return self.op("ready", body=tuple(ops))

    def body(self, depth: int, in_task: bool, most: int = 5) -> tuple[Op, ...]:
        """Operations inside another one."""
        if depth >= _MOST_DEPTH:
            return ()
        count = min(self.random.randrange(most + 1), max(self.budget, 0))
        return tuple(self.operation(depth, in_task) for _ in range(count))

    def operation(self, depth: int, in_task: bool) -> Op:
        """Any operation that is possible here."""
        self.budget -= 1
        choices = _IN_TASKS if in_task and self.random.random() < 0.6 else _ANYWHERE
        makers, weights = zip(*choices, strict=True)
        make: Callable[[Generator, int], Op] = self.random.choices(makers, weights)[0]
        return make(self, depth + 1)

    def slot(self) -> int:
        """One of the futures, events, queues or locks."""
        return self.random.randrange(SLOTS)

    def index(self) -> int:
        """One of the handles or tasks there are by then."""
        return self.random.randrange(1000)

    def keep(self) -> bool:
        """Whether a handle is kept."""
        return self.random.random() < 0.4

    def context(self) -> int | None:
        """The value of the variable in a context of its own, or the context of the caller."""
        return self.random.randrange(1000, 2000) if self.random.random() < 0.3 else None

    def children(self, depth: int, least: int = 0) -> tuple[Op, ...]:
        """Tasks of a group."""
        count = self.random.randrange(least, 4)
        return tuple(self.op("child", body=self.body(depth, in_task=True, most=3)) for _ in range(count))


_ANYWHERE: list[tuple[Callable[[Generator, int], Op], float]] = [
    (lambda g, d: g.op("soon", g.keep(), g.context(), g.random.randrange(4), body=g.body(d, False)), 6),
    (lambda g, d: g.op("soon_plain", g.keep(), g.random.randrange(4), body=g.body(d, False)), 6),
    (lambda g, d: g.op("soon_threadsafe", g.keep(), g.context(), body=g.body(d, False)), 2),
    (lambda g, d: g.op("timer_past", g.keep(), g.context(), body=g.body(d, False)), 3),
    (lambda g, d: g.op("timer_due", g.keep(), g.random.choice((0, 0, -0.5)), body=g.body(d, False)), 3),
    (lambda g, d: g.op("timer_far", g.random.random() < 0.8, body=g.body(d, False, 1)), 1),
    (lambda g, _: g.op("cancel_handle", g.index()), 4),
    (lambda g, _: g.op("new_future", g.slot()), 2),
    (lambda g, _: g.op("set_result", g.slot()), 3),
    (lambda g, _: g.op("set_exception", g.slot()), 1.5),
    (lambda g, _: g.op("cancel_future", g.slot()), 1),
    (lambda g, d: g.op("done_callback", g.slot(), g.context(), body=g.body(d, False, 3)), 3),
    (lambda g, _: g.op("event_set", g.slot()), 2),
    (lambda g, _: g.op("event_clear", g.slot()), 1),
    (lambda g, _: g.op("put_nowait", g.slot()), 2),
    (lambda g, _: g.op("get_nowait", g.slot()), 1.5),
    (lambda g, d: g.op("spawn", g.context(), body=g.body(d, True, 7)), 9),
    (lambda g, _: g.op("cancel_task", g.index()), 3),
    (lambda g, _: g.op("look_task", g.index()), 2),
    (lambda g, _: g.op("set_var"), 3),
    (lambda g, _: g.op("raise", g.random.choices(("plain", "base", "exit"), (8, 1, 0.5))[0]), 1.5),
    (lambda g, _: g.op("stop"), 0.5),
    (lambda g, _: g.op("report"), 0.5),
]
_IN_TASKS: list[tuple[Callable[[Generator, int], Op], float]] = [
    (lambda g, _: g.op("sleep", g.random.choice((0, 0, 0, -1, 1e-9))), 8),
    (lambda g, _: g.op("future", g.slot(), g.random.choice(_HOWS)), 5),
    (lambda g, _: g.op("task", g.index(), g.random.choice(_HOWS)), 3),
    (lambda g, d: g.op("body", g.random.choice(_HOWS), body=g.body(d, True)), 3),
    (lambda g, _: g.op("event", g.slot()), 2),
    (lambda g, _: g.op("get", g.slot()), 2),
    (lambda g, _: g.op("put", g.slot()), 2),
    (lambda g, d: g.op("lock", g.slot(), body=g.body(d, True)), 3),
    (lambda g, _: g.op("condition", g.slot()), 1),
    (lambda g, _: g.op("notify", g.slot(), g.random.randrange(1, 3)), 1.5),
    (lambda g, d: g.op("guard", g.random.random() < 0.4, body=g.body(d, True)), 3),
    (lambda g, d: g.op("catch", body=g.body(d, True)), 3),
    (lambda g, d: g.op("finally", body=g.body(d, True)), 1.5),
    (lambda g, d: g.op("gather", g.random.random() < 0.5, body=g.children(d)), 2),
    (lambda g, d: g.op("group", body=g.children(d)), 2),
    (
        lambda g, d: g.op(
            "several",
            g.random.choice(("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED")),
            body=g.children(d, 1),
        ),
        1.5,
    ),
    (lambda g, d: g.op("as_completed", body=g.children(d, 1)), 0.5),
    (lambda g, _: g.op("generator", g.random.randrange(4), g.random.randrange(4)), 1),
    (lambda g, _: g.op("to_soon"), 1),
]
